"""Recorded candles from a CSV file, as the path of ticks that they stand for."""

import csv
from pathlib import Path

from brokers.interface import Candle

_COLUMNS = ("time", "open", "high", "low", "close")
_ALIASES = {"timestamp": "time", "date": "time", "open_time": "time", "ts": "time"}


def read_recording(path: Path) -> list[Candle]:
    """The candles of a CSV file with the columns time (epoch s or ms), open, high, low, close, and perhaps volume.

    Raises ValueError naming the column that is missing, or the row that is no candle or out of order.
    """
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        names = {name: _name(name) for name in reader.fieldnames or ()}
        if missing := [name for name in _COLUMNS if name not in names.values()]:
            raise ValueError(f"{missing[0]}: the recording has no such column")
        candles: list[Candle] = []
        for number, row in enumerate(reader, start=2):
            candles.append(_candle({names[key]: value for key, value in row.items() if key in names}, number))
            if len(candles) > 1 and candles[-1].time <= candles[-2].time:
                raise ValueError(f"row {number}: its time is not after the row before it")
    if not candles:
        raise ValueError("the recording has no rows")
    return candles


def ticks_of(candles: list[Candle]) -> list[float]:
    """Four prices a candle: open, the far side against its direction first, the other, close."""
    ticks: list[float] = []
    for candle in candles:
        sides = (candle.low, candle.high) if candle.close >= candle.open else (candle.high, candle.low)
        ticks += [candle.open, *sides, candle.close]
    return ticks


def _name(name: str) -> str:
    plain = name.strip().lower()
    return _ALIASES.get(plain, plain)


def _candle(row: dict[str, str], number: int) -> Candle:
    try:
        time = float(row["time"])
        if time < 1e11:  # seconds
            time *= 1000
        first, high, low, close = (float(row[name]) for name in _COLUMNS[1:])
        return Candle(int(time), first, high, low, close, float(row.get("volume") or 0))
    except (ValueError, TypeError) as error:
        raise ValueError(f"row {number}: {error}") from None
