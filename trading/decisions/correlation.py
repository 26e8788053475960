"""How alike two markets move: the correlation of their 1-minute log returns."""

import time

import numpy as np

from signals.marketdata.candles import CandleArrays
from trading.candles import candles_are_local, recent_candles
from trading.decisions.holdings import Market

TIMEFRAME = "1m"
WINDOW = 240  # candles
LEAST = 30  # returns that both must have, for a figure to mean anything
KEPT_SECONDS = 60.0
UNKNOWN = 1.0
_MOST = 10_000

_known: dict[tuple[Market, Market], tuple[float, float]] = {}


def correlation(one: Market, other: Market) -> float:
    """Pearson's correlation (-1 to 1) of the log returns of two (venue, symbol), over at most the last four hours.

    1 where the common past is too short to tell: a limit on correlated exposure errs on the side of caution. A figure
    is kept for a minute; a replay's is worked out anew, from its own candles.
    """
    if one == other:
        return 1.0
    if candles_are_local():
        return _work_out(one, other)
    pair, now = (min(one, other), max(one, other)), time.monotonic()
    found = _known.get(pair)
    if found is None or found[0] < now:
        if len(_known) >= _MOST:
            _known.clear()
        found = _known[pair] = (now + KEPT_SECONDS, _work_out(*pair))
    return found[1]


def forget() -> None:
    """Work every figure out anew."""
    _known.clear()


def _work_out(one: Market, other: Market) -> float:
    left = recent_candles(*one, TIMEFRAME, limit=WINDOW)
    return return_correlation(left, recent_candles(*other, TIMEFRAME, limit=WINDOW))


def return_correlation(one: CandleArrays, other: CandleArrays) -> float:
    """The same of two series of candles, over the candles that both have."""
    _, left, right = np.intersect1d(one.time, other.time, return_indices=True)
    if len(left) <= LEAST:
        return UNKNOWN
    returns = np.diff(np.log(np.stack([one.close[left], other.close[right]])), axis=1)
    if not np.all(returns.std(axis=1) > 0.0):
        return UNKNOWN
    return float(np.clip(np.corrcoef(returns)[0, 1], -1.0, 1.0))
