"""Whether a strategy knows the future: its word on a bar must not change when later bars are taken away."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.validation.words import SIGNAL, choose_bars, differing, words
from signals.marketdata.candles import CandleArrays
from signals.marketdata.gaps import iso
from signals.strategies.registry import Floats

CUTS = 100
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """What was said of the bar that opened at `time` with all bars there, and with those after `until` taken away
    (epoch ms UTC); NaN is "nothing".
    """

    time: int
    until: int
    column: str
    whole: float
    part: float

    def as_json(self) -> dict[str, Any]:
        return {
            "time": iso(self.time),
            "until": iso(self.until),
            "column": self.column,
            "whole": _plain(self.whole),
            "part": _plain(self.part),
        }


@dataclass(frozen=True, slots=True)
class LookaheadReport:
    """`cuts`: how often bars were taken away. `changed_bars`: those on which anything changed; `changed_signals`: those
    on which direction, strength or a level did; `columns`: on how many bars each did; `differences`: the first few.
    """

    bars: int
    fired: int
    cuts: int
    changed_bars: int
    changed_signals: int
    columns: Mapping[str, int]
    differences: tuple[Difference, ...]

    @property
    def is_clean(self) -> bool:
        return self.changed_bars == 0

    def as_json(self) -> dict[str, Any]:
        return {
            "bars": self.bars,
            "fired": self.fired,
            "cuts": self.cuts,
            "is_clean": self.is_clean,
            "changed_bars": self.changed_bars,
            "changed_signals": self.changed_signals,
            "columns": dict(self.columns),
            "differences": [item.as_json() for item in self.differences],
        }


def look_ahead(
    name: str, params: Mapping[str, Any], candles: CandleArrays, *, cuts: int = CUTS, seed: int = 0
) -> LookaheadReport:
    """Cut the candles off after up to `cuts` bars (some of those that fired, their neighbours, others) and compare
    every word up to there with what all candles gave. Raises StrategyFault.
    """
    whole = words(name, params, candles)
    chosen = choose_bars(whole["direction"], cuts, seed=seed)
    changed = {column: np.zeros(len(candles), dtype=bool) for column in whole}
    found: list[Difference] = []
    for bar in chosen:
        part = words(name, params, candles.slice(0, bar + 1))
        for column, values in whole.items():
            wrong = _changed(values[: bar + 1], part.get(column))
            new = np.flatnonzero(wrong & ~changed[column][: bar + 1])
            changed[column][new] = True
            found += [_difference(candles, int(at), bar, column, values, part.get(column)) for at in new[:_MOST_SHOWN]]
    return LookaheadReport(
        bars=len(candles),
        fired=int(np.count_nonzero(whole["direction"])),
        cuts=len(chosen),
        changed_bars=_any(changed.values(), len(candles)),
        changed_signals=_any((changed[column] for column in SIGNAL), len(candles)),
        columns={column: int(flags.sum()) for column, flags in changed.items() if flags.any()},
        differences=tuple(sorted(found, key=lambda item: (item.time, item.column))[:_MOST_SHOWN]),
    )


def _changed(whole: Floats, part: Floats | None) -> "np.ndarray":
    """A column that is not there at all has changed wherever it said something."""
    return differing(whole, np.full(len(whole), np.nan) if part is None else part)


def _difference(
    candles: CandleArrays, at: int, until: int, column: str, whole: Floats, part: Floats | None
) -> Difference:
    after = float("nan") if part is None else float(part[at])
    return Difference(int(candles.time[at]), int(candles.time[until]), column, float(whole[at]), after)


def _any(flags: Any, bars: int) -> int:
    """On how many bars any of the columns changed."""
    return int(np.count_nonzero(np.logical_or.reduce([np.zeros(bars, dtype=bool), *flags])))


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None
