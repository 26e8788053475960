"""How long a strategy's memory is: its words by the last candles alone, against those by the whole history.

A live session judges each candle by a window of the latest ones; recursive indicators (EMA, RSI, ATR ...) remember
more, and a strategy that needs longer than the window says other things live than in a backtest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.validation.words import SIGNAL, choose_bars, differing, words
from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import Floats, warmup
from trading.replay.replay import WINDOW

CHECKS = 100
_NEGLIGIBLE_PERCENT = 0.01
_FLOOR = 1e-6  # of a column's largest value: what is nearer to 0 is not divided by


@dataclass(frozen=True, slots=True)
class WindowReport:
    """By windows of `window` candles: on how many of the `checked` bars the signal (direction, strength, levels) was
    another than by all candles, and the largest deviation of each piece of evidence, percent of its value.
    """

    window: int
    checked: int
    changed_signals: int
    deviation_percent: Mapping[str, float]

    @property
    def is_enough(self) -> bool:
        return not self.changed_signals and all(
            value <= _NEGLIGIBLE_PERCENT for value in self.deviation_percent.values()
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "window": self.window,
            "checked": self.checked,
            "changed_signals": self.changed_signals,
            "deviation_percent": {
                name: None if not np.isfinite(value) else round(value, 10)
                for name, value in self.deviation_percent.items()
            },
            "is_enough": self.is_enough,
        }


@dataclass(frozen=True, slots=True)
class RecursiveReport:
    """`windows` by size. `live_window`: what live sessions judge by; `enough`: the least of the windows from which on
    nothing changes noticeably, None where there is none.
    """

    windows: tuple[WindowReport, ...]
    live_window: int = WINDOW

    @property
    def enough(self) -> int | None:
        found = None
        for item in reversed(self.windows):
            if not item.is_enough:
                break
            found = item.window
        return found

    @property
    def live_changed_signals(self) -> int | None:
        """Of the live window; None where there were too few candles to tell."""
        return next((item.changed_signals for item in self.windows if item.window == self.live_window), None)

    def as_json(self) -> dict[str, Any]:
        return {
            "live_window": self.live_window,
            "live_changed_signals": self.live_changed_signals,
            "enough": self.enough,
            "windows": [item.as_json() for item in self.windows],
        }


def windows_of(name: str, params: Mapping[str, Any], bars: int) -> list[int]:
    """The windows to try on that many bars: from the strategy's own warm-up to four live windows."""
    least = max(2, warmup(name, params))
    wanted = {least, 2 * least, 4 * least, WINDOW, 2 * WINDOW, 4 * WINDOW}
    return sorted(window for window in wanted if least <= window < bars)


def recursive(
    name: str,
    params: Mapping[str, Any],
    candles: CandleArrays,
    *,
    windows: Sequence[int] | None = None,
    checks: int = CHECKS,
    seed: int = 0,
) -> RecursiveReport:
    """Judge up to `checks` bars (some of those that fired, their neighbours, others) by each window alone.

    `windows`, in candles, default to `windows_of`. Raises StrategyFault, and StrategyError as `warmup` does.
    """
    whole = words(name, params, candles)
    sizes = windows_of(name, params, len(candles)) if windows is None else sorted(windows)
    found = []
    for size in sizes:
        bars = choose_bars(whole["direction"], checks, first=size, seed=seed)
        lasts = [_last(words(name, params, candles.slice(bar + 1 - size, bar + 1))) for bar in bars]
        found.append(_report(size, bars, whole, lasts))
    return RecursiveReport(tuple(found))


def _last(columns: Mapping[str, Floats]) -> dict[str, float]:
    return {name: float(values[-1]) for name, values in columns.items()}


def _report(
    size: int, bars: Sequence[int], whole: Mapping[str, Floats], lasts: Sequence[Mapping[str, float]]
) -> WindowReport:
    changed = np.zeros(len(bars), dtype=bool)
    deviation = {}
    for column, values in whole.items():
        expected = values[list(bars)]
        given = np.array([last.get(column, np.nan) for last in lasts], dtype=np.float64)
        if column not in SIGNAL:
            deviation[column.removeprefix("evidence.")] = _deviation(expected, given, values)
        elif column == "direction":
            changed |= differing(expected, given)
        else:  # what is said without firing is nobody's order
            changed |= _noticeable(expected, given) & (whole["direction"][list(bars)] != 0)
    return WindowReport(size, len(bars), int(changed.sum()), deviation)


def _noticeable(expected: Floats, given: Floats) -> "np.ndarray":
    with np.errstate(invalid="ignore"):
        return ~(np.abs(expected - given) <= _NEGLIGIBLE_PERCENT / 100.0 * np.abs(expected))


def _deviation(expected: Floats, given: Floats, column: Floats) -> float:
    """Percent of the values that all candles give; infinite where there was nothing by the window alone."""
    known = np.isfinite(expected)
    if not known.any():
        return 0.0
    largest = float(np.nanmax(np.abs(np.where(np.isfinite(column), column, np.nan))))
    scale = np.maximum(np.abs(expected[known]), max(_FLOOR * largest, 1e-300))
    found = np.abs(expected[known] - given[known]) / scale * 100.0
    return float(np.max(np.where(np.isfinite(found), found, np.inf)))
