"""CSV (RFC 4180), a piece at a time. Text that a spreadsheet would take for a formula is made harmless.

Source: OWASP, CSV Injection: a leading = + - @, tab or carriage return gets an apostrophe before it.
"""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from analytics.reports.export.trade_columns import Columns, trade_rows

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_ROWS_A_PIECE = 1000


def csv_pieces(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The head, then the rows by the thousand. Cells: text, numbers (a Decimal as it is written), aware datetimes (ISO
    8601 with a Z); None and NaN are empty."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([_cell(name) for name in names])
    for place, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if place % _ROWS_A_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def columns_csv(columns: Columns) -> Iterator[str]:
    """Columns of one length, as `trade_columns` gives them."""
    return csv_pieces(list(columns), _rows(columns))


def _rows(columns: Columns) -> Iterator[Sequence[Any]]:
    count = len(next(iter(columns.values()), ()))
    for start in range(0, count, _ROWS_A_PIECE):
        yield from (tuple(row.values()) for row in trade_rows(columns, start, _ROWS_A_PIECE))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, float) and not math.isfinite(value):
        return ""
    return value


def _taken(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
