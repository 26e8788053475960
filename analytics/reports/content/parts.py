"""The parts of a report.

`tone` colours a text: up or down; or its background, as in a heat map: up1 to up5, down1 to down5.
"""

from dataclasses import dataclass

from analytics.reports.charts.shapes import Drawing


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A figure that stands out, with what it is made of below it."""

    label: str
    value: Cell
    below: str


@dataclass(frozen=True, slots=True)
class Table:
    """`texts`: how many of the first columns are words (to the left), the others numbers (to the right);
    `even`: its columns are as wide as those of the tables beside it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    texts: int = 1
    note: str = ""
    even: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Across the page, or half of it beside the next."""

    title: str
    drawing: Drawing
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`narrow`: its tables stand beside each other where there is room."""

    title: str
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    narrow: bool = False


def toned(text: str, value: float | None) -> Cell:
    """Green above 0, red below."""
    return Cell(text, "" if not value else "up" if value > 0.0 else "down")
