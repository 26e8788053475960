"""The least that can be done: one loop over the candles, compiled, indicators in it, no rule of a broker's."""

from typing import Any

import numba
import numpy as np

from benchmarks.peers import FAST, FEE, SHARE, SLOW, STOP, TARGET


@numba.njit(cache=True)
def ema(values: Any, period: int) -> Any:
    found = np.full(len(values), np.nan)
    found[period - 1] = values[:period].mean()
    weight = 2.0 / (period + 1)
    for bar in range(period, len(values)):
        found[bar] = found[bar - 1] + weight * (values[bar] - found[bar - 1])
    return found


@numba.njit(cache=True)
def crosses(close: Any, fast: int, slow: int) -> Any:
    """1 where the fast EMA comes to lie above the slow one, -1 below, 0 elsewhere."""
    gap = ema(close, fast) - ema(close, slow)
    found = np.zeros(len(close), np.int8)
    side = 0
    for bar in range(slow - 1, len(close)):
        now = 1 if gap[bar] > 0 else -1 if gap[bar] < 0 else side
        if side != 0 and now != side:
            found[bar] = now
        side = now
    return found


@numba.njit(cache=True)
def loop(open_: Any, high: Any, low: Any, close: Any, cash: float) -> Any:
    """Entries' bars, and the money in the end."""
    signal = crosses(close, FAST, SLOW)
    entries = np.empty(len(close), np.int64)
    count, side, entry, quantity, stop, target = 0, 0, 0.0, 0.0, 0.0, 0.0
    for bar in range(1, len(close)):
        if side == 0 and signal[bar - 1] != 0:
            side, entry = int(signal[bar - 1]), open_[bar]
            stop, target = close[bar - 1] * (1 - side * STOP), close[bar - 1] * (1 + side * TARGET)
            quantity = cash * SHARE / entry
            cash -= quantity * entry * FEE
            entries[count] = bar
            count += 1
        if side != 0:
            worst, best = (low[bar], high[bar]) if side > 0 else (high[bar], low[bar])
            price = 0.0
            if side * (worst - stop) <= 0:
                price = stop if side * (open_[bar] - stop) > 0 else open_[bar]
            elif side * (best - target) >= 0:
                price = target if side * (open_[bar] - target) < 0 else open_[bar]
            elif bar == len(close) - 1:
                price = close[bar]
            if price != 0.0:
                cash += quantity * (side * (price - entry) - price * FEE)
                side = 0
    return entries[:count], cash


def run(candles: dict[str, Any]) -> Any:
    """Entries' bars."""
    entries, _ = loop(candles["open"], candles["high"], candles["low"], candles["close"], 10_000.0)
    return entries
