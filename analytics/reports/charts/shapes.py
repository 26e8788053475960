"""What charts are made of. Lengths in points, y downwards from the top left corner.

`role` says what a shape stands for, and so which colour it has: grid, zero, label, accent, muted, up or down.
"""

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    start: Point
    end: Point
    role: str


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `dashed` for what is secondary."""

    points: tuple[Point, ...]
    role: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon, see-through."""

    points: tuple[Point, ...]
    role: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle from its top left corner; `tip`: what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    role: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """Text on the baseline `at`; `anchor`: start, middle or end of it is there."""

    at: Point
    text: str
    anchor: str = "start"
    role: str = "label"


Shape = Line | Stroke | Area | Bar | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """`label` tells in words what can be seen."""

    width: float
    height: float
    shapes: Sequence[Shape]
    label: str
