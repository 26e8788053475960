"""Look-ahead and memory of a strategy together, and what to make of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.validation.lookahead import CUTS, LookaheadReport, look_ahead
from analytics.validation.recursive import RecursiveReport, recursive
from signals.marketdata.candles import CandleArrays

CLEAN, LOOK_AHEAD, LONG_MEMORY, SILENT = "CLEAN", "LOOK_AHEAD", "LONG_MEMORY", "SILENT"
VERDICTS = (CLEAN, LOOK_AHEAD, LONG_MEMORY, SILENT)


@dataclass(frozen=True, slots=True)
class StrategyCheck:
    """On one symbol's candles. Verdict: LOOK_AHEAD where a later bar changed a word; else LONG_MEMORY where the live
    window gives other signals than the whole history; else SILENT where nothing fired, so that little is shown.
    """

    symbol: str
    lookahead: LookaheadReport
    recursive: RecursiveReport

    @property
    def verdict(self) -> str:
        if not self.lookahead.is_clean:
            return LOOK_AHEAD
        if self.recursive.live_changed_signals:
            return LONG_MEMORY
        return CLEAN if self.lookahead.fired else SILENT

    def as_json(self) -> dict[str, Any]:
        return {
            "symbol": self.symbol,
            "verdict": self.verdict,
            "lookahead": self.lookahead.as_json(),
            "recursive": self.recursive.as_json(),
        }


def check_strategy(
    name: str, params: Mapping[str, Any], symbol: str, candles: CandleArrays, *, cuts: int = CUTS, seed: int = 0
) -> StrategyCheck:
    """Both analyses, of up to `cuts` bars each. Raises StrategyError, and StrategyFault where the strategy fails."""
    return StrategyCheck(
        symbol,
        look_ahead(name, params, candles, cuts=cuts, seed=seed),
        recursive(name, params, candles, checks=cuts, seed=seed),
    )
