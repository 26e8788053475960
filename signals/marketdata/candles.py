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

    def read_only(self) -> "CandleArrays":
        """The same candles as views that cannot be written through."""
        views = [column.view() for column in self.columns()]
        for view in views:
            view.flags.writeable = False
        return CandleArrays(*views)

    def last(self, count: int) -> "CandleArrays":
        return self.slice(max(0, len(self) - count), len(self))

    def append(self, candle: Candle) -> "CandleArrays":
        row = (candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume)
        return CandleArrays(*(np.append(column, value) for column, value in zip(self.columns(), row, strict=True)))

    @classmethod
    def joined(cls, parts: "Iterable[CandleArrays]") -> "CandleArrays":
        """The parts one after the other, as they are."""
        listed = [part.columns() for part in parts if len(part)]
        return cls(*(np.concatenate(columns) for columns in zip(*listed, strict=True))) if listed else cls.empty()

    def merged(self, later: "CandleArrays") -> "CandleArrays":
        """Both together in time order, each time once: of several the last wins, `later`'s before our own."""
        joined = CandleArrays.joined((self, later))
        if not len(joined) or bool(np.all(np.diff(joined.time) > 0)):
            return joined
        ordered = joined.take(np.argsort(joined.time, kind="stable"))
        return ordered.take(np.append(np.diff(ordered.time) > 0, True))

    def fault(self) -> tuple[int, str] | None:
        """The index of the first candle that cannot be, and why; None where all can.

        Prices must be finite and above 0, high and low must enclose open and close, volume must be finite and at least
        0, and each time must come after the one before.
        """
        prices = np.stack([self.open, self.high, self.low, self.close])
        body_high, body_low = np.maximum(self.open, self.close), np.minimum(self.open, self.close)
        checks = (
            (~np.isfinite(prices).all(axis=0), "a price is not a number"),
            ((prices <= 0).any(axis=0), "a price is not above 0"),
            (self.high < body_high, "high lies below open or close"),
            (self.low > body_low, "low lies above open or close"),
            (~np.isfinite(self.volume) | (self.volume < 0), "volume is not a number of at least 0"),
            (np.append(False, np.diff(self.time) <= 0)[: len(self)], "its time does not come after the one before"),
        )
        found = [(int(np.argmax(wrong)), why) for wrong, why in checks if wrong.any()]
        return min(found, key=lambda item: item[0]) if found else None

    def validate(self) -> None:
        """Raises ValueError naming the first candle, by index and open time, that `fault` finds."""
        found = self.fault()
        if found is not None:
            raise ValueError(f"candles: number {found[0]} (time {int(self.time[found[0]])}): {found[1]}")

    def take(self, which: NDArray[Any]) -> "CandleArrays":
        """The candles that a mask or an index array selects."""
        return CandleArrays(*(column[which] for column in self.columns()))
