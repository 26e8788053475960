"""Columns of a recorded file as arrays; what is not a number, a price or a time is named by its row and value."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars

# Epoch numbers by their size: seconds until the year 5138, then milliseconds, microseconds, nanoseconds.
_EPOCH_UNITS = ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3), (float("inf"), 1e-6))
# Year first: 01/02/2022 is January to some and February to others.
_ISO = r"^\s*\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?\s*$"

Floats = NDArray[np.float64]
Times = NDArray[np.int64]


class FileFormatError(ValueError):
    """The file cannot be used; the message names the column, or the data row (counted from 1) and its value."""


def refuse(rows: NDArray[Any], column: "polars.Series", why: str) -> None:
    """Raises FileFormatError for the first of `rows` (counted from 0), if there is one."""
    if len(rows):
        row = int(rows[0])
        value = column[row]
        raise FileFormatError(f"row {row + 1}, column {column.name!r}: {_text(value)}: {why}")


def _text(value: Any) -> str:
    if value is None:
        return "no value"
    return str(value) if isinstance(value, (int, float, datetime)) else repr(value)


def numbers(column: "polars.Series") -> Floats:
    """Finite numbers of at least 0. Raises FileFormatError."""
    import polars

    values = column.cast(polars.Float64, strict=False).to_numpy().astype(np.float64)
    refuse(np.flatnonzero(~np.isfinite(values)), column, "a number is needed")
    refuse(np.flatnonzero(values < 0), column, "a number of at least 0 is needed")
    return values


def prices(column: "polars.Series") -> Floats:
    """Finite numbers above 0. Raises FileFormatError."""
    import polars

    values = column.cast(polars.Float64, strict=False).to_numpy().astype(np.float64)
    refuse(np.flatnonzero(~np.isfinite(values)), column, "a number is needed")
    refuse(np.flatnonzero(values <= 0), column, "a price above 0 is needed")
    return values


def times(column: "polars.Series") -> Times:
    """Epoch ms UTC from datetimes, ISO 8601 texts (UTC unless they say otherwise), or epoch numbers in s, ms, us or ns.

    What is finer than a millisecond is cut off. Raises FileFormatError.
    """
    import polars

    refuse(np.flatnonzero(column.is_null().to_numpy()), column, "a time is needed")
    if column.dtype in (polars.Date, polars.Datetime):
        return column.dt.epoch("ms").to_numpy().astype(np.int64)
    if column.dtype.is_temporal():
        raise FileFormatError(f"column {column.name!r}: {column.dtype} is not a point in time")
    plain = column.str.strip_chars() if column.dtype == polars.String else column
    values = plain.cast(polars.Float64, strict=False)
    if column.dtype == polars.String and values.null_count() == len(values):
        return _iso_times(plain, column)
    return _epoch_times(plain, values.to_numpy().astype(np.float64), column)


def _epoch_times(plain: "polars.Series", values: Floats, column: "polars.Series") -> Times:
    import polars

    refuse(np.flatnonzero(~np.isfinite(values)), column, "a time is needed")
    scales = _scales(values)
    refuse(np.flatnonzero(scales != scales[0]), column, "the first row counts in another unit of time")
    scale = float(scales[0])
    exact = plain.cast(polars.Int64, strict=False)
    if exact.null_count() == 0 and (plain.dtype.is_integer() or plain.dtype == polars.String):
        whole = exact.to_numpy().astype(np.int64)
        return whole * 1000 if scale == 1000.0 else whole // round(1 / scale)
    return np.floor(values * scale + 1e-3).astype(np.int64)


def _scales(values: Floats) -> Floats:
    """By row, what makes milliseconds of it."""
    limits, factors = (np.array(part) for part in zip(*_EPOCH_UNITS, strict=True))
    return np.asarray(factors[np.searchsorted(limits, np.abs(values), side="right")], dtype=np.float64)


def _iso_times(plain: "polars.Series", column: "polars.Series") -> Times:
    refuse(np.flatnonzero(~plain.str.contains(_ISO).to_numpy()), column, "a time is needed: ISO 8601, or epoch numbers")
    parsed = plain.str.to_datetime(time_unit="us", time_zone="UTC", strict=False, ambiguous="null")
    result = np.zeros(len(plain), dtype=np.int64)
    held = ~parsed.is_null().to_numpy()
    result[held] = parsed.drop_nulls().dt.epoch("ms").to_numpy()
    # Where the rows are not all written alike, those unlike the first are read one by one.
    for row in np.flatnonzero(~held).tolist():
        moment = _iso_time(plain[row])
        if moment is None:
            refuse(np.array([row]), column, "a time is needed: there is no such date")
        else:
            result[row] = moment
    return result


def _iso_time(text: str) -> int | None:
    plain = re.sub(r"\s*UTC$", "Z", text).replace(",", ".")
    plain = re.sub(r"(\.\d{6})\d+", r"\1", plain)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
