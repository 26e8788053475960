"""Candles: one, and many as arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Candle:
    """A closed candle. `time` is its open (epoch ms UTC), prices are per unit, volume in base units."""

    venue: str
    symbol: str
    timeframe: str
    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class CandleArrays:
    """Candles as arrays of one length n, oldest first: time int64 (open, epoch ms UTC), the rest float64.

    Raises ValueError where lengths differ.
    """

    time: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]
    volume: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len({len(column) for column in self.columns()}) != 1:
            raise ValueError("candles: the columns differ in length")

    def __len__(self) -> int:
        return len(self.time)

    @classmethod
    def empty(cls) -> "CandleArrays":
        return cls.from_rows([])

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[Any, ...]]) -> "CandleArrays":
        """From (time, open, high, low, close, volume) rows."""
        listed = list(rows)
        columns = list(zip(*listed, strict=True)) if listed else [()] * 6
        return cls(
            np.array(columns[0], dtype=np.int64), *(np.array(column, dtype=np.float64) for column in columns[1:])
        )

    def columns(self) -> tuple[NDArray[Any], ...]:
        return self.time, self.open, self.high, self.low, self.close, self.volume

    def rows(self) -> list[tuple[int, float, float, float, float, float]]:
        return list(zip(*(column.tolist() for column in self.columns()), strict=True))

    def slice(self, start: int, stop: int) -> "CandleArrays":
        """Candles start to stop - 1, as views."""
        return CandleArrays(*(column[start:stop] for column in self.columns()))

    def last(self, count: int) -> "CandleArrays":
        return self.slice(max(0, len(self) - count), len(self))

    def append(self, candle: Candle) -> "CandleArrays":
        row = (candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume)
        return CandleArrays(*(np.append(column, value) for column, value in zip(self.columns(), row, strict=True)))

    def merged(self, later: "CandleArrays") -> "CandleArrays":
        """Both together in time order; where both have a time, `later` wins."""
        if not len(self) or not len(later):
            return later if not len(self) else self
        kept = self.take(~np.isin(self.time, later.time))
        joined = CandleArrays(*(np.concatenate(pair) for pair in zip(kept.columns(), later.columns(), strict=True)))
        return joined.take(np.argsort(joined.time, kind="stable"))

    def take(self, which: NDArray[Any]) -> "CandleArrays":
        """The candles that a mask or an index array selects."""
        return CandleArrays(*(column[which] for column in self.columns()))
