"""Tables and cards on paper."""

from collections.abc import Sequence
from typing import Any

from analytics.reports.content.parts import Card, Table
from analytics.reports.pdf.palette import HEAT, RULE, SOFT
from analytics.reports.pdf.styles import Styles

_CARDS_A_ROW = 4


def table(found: Table, width: float, styles: Styles, *, dense: bool = False) -> Any:
    """A table across `width` points, its head repeated on each page."""
    from reportlab.platypus import Table as Grid

    has_head = any(found.head)
    rows = [[styles.cell(cell, place >= found.texts, dense) for place, cell in enumerate(row)] for row in found.rows]
    if has_head:
        rows.insert(0, [styles.head(name, place >= found.texts) for place, name in enumerate(found.head)])
    grid = Grid(rows, colWidths=_widths(found, width, styles, dense), repeatRows=int(has_head))
    grid.setStyle(_look(found, has_head, dense))
    return grid


def cards(found: Sequence[Card], width: float, styles: Styles) -> Any:
    """Four beside each other."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    cells = [styles.card(card) for card in found]
    rows = [cells[start : start + _CARDS_A_ROW] for start in range(0, len(cells), _CARDS_A_ROW)]
    grid = Grid(rows, colWidths=[width / _CARDS_A_ROW] * _CARDS_A_ROW)
    grid.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, HexColor(RULE)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *[(f"{side}PADDING", (0, 0), (-1, -1), 7) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")],
        ]
    )
    return grid


def beside(parts: Sequence[Any], width: float) -> Any:
    """Parts beside each other, their tops in line."""
    from reportlab.platypus import Table as Grid

    grid = Grid([list(parts)], colWidths=[width / len(parts)] * len(parts))
    grid.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *[(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("TOP", "BOTTOM", "LEFT", "RIGHT")],
        ]
    )
    return grid


def _look(found: Table, has_head: bool, dense: bool) -> list[tuple[Any, ...]]:
    from reportlab.lib.colors import HexColor

    style: list[tuple[Any, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor(SOFT)),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        *[(f"{side}PADDING", (0, 0), (-1, -1), 2 if dense else 3) for side in ("TOP", "BOTTOM")],
        *[(f"{side}PADDING", (0, 0), (-1, -1), 2 if dense else 4) for side in ("LEFT", "RIGHT")],
    ]
    if has_head:
        style.append(("LINEBELOW", (0, 0), (-1, 0), 0.6, HexColor(RULE)))
    for line, row in enumerate(found.rows, start=int(has_head)):
        for place, cell in enumerate(row):
            if cell.tone in HEAT:
                style.append(("BACKGROUND", (place, line), (place, line), HexColor(HEAT[cell.tone])))
    return style


def _widths(found: Table, width: float, styles: Styles, dense: bool) -> list[float]:
    """By the longest text of each column, within a share of the table; longer ones are broken."""
    if found.even:
        return [0.28 * width, *[0.72 * width / (len(found.head) - 1)] * (len(found.head) - 1)]
    most = width * max(0.3, 1.25 / len(found.head))
    columns = zip(found.head, *[[cell.text for cell in row] for row in found.rows], strict=True)
    wanted = [min(max(styles.width(text, dense) for text in column) + 10.0, most) for column in columns]
    return [share * width / sum(wanted) for share in wanted]
