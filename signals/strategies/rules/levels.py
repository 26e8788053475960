"""Where the stop and the target lie: so many percent, average true ranges or risks from the close, or at a value."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from signals.indicators import Floats
from signals.strategies.rules.kinds import KINDS
from signals.strategies.rules.reading import MOST_BARS, Reader, RuleError, join, mapping, real, whole
from signals.strategies.rules.values import Indicator, Market, Output, Value, read_value

DEFAULT_STOP = {"percent": 0.5}
DEFAULT_TARGET = {"percent": 1.0}
_ATR_PERIOD = 14


@dataclass(frozen=True, slots=True)
class Level:
    """`unit`: percent of the close, atr (times `value`), at (the price `value` itself), or risk (times the distance of
    the stop, of a target alone).
    """

    unit: str
    times: float = 1.0
    value: Value | None = None

    @property
    def reach(self) -> int:
        return self.value.reach if self.value is not None else 0

    def on(self, market: Market, away: Floats, stop: Floats | None = None) -> Floats:
        """The price on each bar; `away`: 1 where it lies above the close, -1 below."""
        close = market.candles.close
        if self.unit == "at" and self.value is not None:
            return market.of(self.value)
        if self.unit == "percent":
            return np.asarray(close * (1.0 + away * (self.times / 100.0)))
        if self.unit == "risk" and stop is not None:
            return np.asarray(close + away * self.times * np.abs(close - stop))
        unit = np.full(len(close), np.nan) if self.value is None else market.of(self.value)
        return np.asarray(close + away * self.times * unit)


def read_level(given: Any, path: str, reader: Reader) -> tuple[Level, dict[str, Any]]:
    """The level, and what was given with what it left out. Raises RuleError."""
    units = ("percent", "atr", "at", "risk") if path == "target" else ("percent", "atr", "at")
    told = dict(mapping(given, path, *units, "period"))
    chosen = [unit for unit in units if unit in told]
    if len(chosen) != 1 or ("period" in told and chosen != ["atr"]):
        raise RuleError(path, f"one of {', '.join(units)} is needed, and a period with atr alone")
    unit, at = chosen[0], join(path, chosen[0])
    if unit == "at":
        return Level("at", value=read_value(told["at"], at, reader)), told
    if unit == "percent":
        return Level("percent", real(told["percent"], at, 0.01, 50.0 if path == "stop" else 1000.0)), told
    times = real(told[unit], at, 0.05, 100.0)
    if unit == "risk":
        return Level("risk", times), told
    told.setdefault("period", _ATR_PERIOD)
    period = whole(told["period"], join(path, "period"), 1, MOST_BARS)
    return Level("atr", times, Output(Indicator(KINDS["atr"], (period,), None), 0)), told
