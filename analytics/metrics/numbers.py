"""Numbers as the figures' JSON holds them."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PLACES = 8  # finer than any money is kept


def number(value: float | np.floating[Any] | None) -> float | None:
    """`value` rounded to 8 places; None where it is none: NaN, infinite or missing."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), PLACES) + 0.0  # + 0.0: no -0.0


def divided(part: float, by: float) -> float | None:
    """part / by, None where nothing can be divided by."""
    return number(part / by) if by else None


def percent(part: float, of: float) -> float | None:
    """`part` as a percentage (0-100) of `of`."""
    return number(100.0 * part / of) if of else None


def numbers(values: Iterable[float]) -> list[float | None]:
    return [number(value) for value in values]


def summed(codes: Ints, values: NDArray[Any], size: int) -> Floats:
    """The sum of the values of each code from 0 up to `size`, shape (size,)."""
    return np.bincount(codes, values, size).astype(np.float64)


def iso(milliseconds: int | np.integer[Any]) -> str:
    """Epoch milliseconds as UTC, whole seconds: "2022-01-01T00:00:00Z"."""
    return str(np.datetime64(int(milliseconds) // 1000, "s")) + "Z"


def iso_all(milliseconds: Ints) -> list[str]:
    return [text + "Z" for text in np.datetime_as_string((milliseconds // 1000).astype("datetime64[s]")).tolist()]
