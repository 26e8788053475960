"""Candles for tests."""

import numpy as np

from signals.marketdata.candles import CandleArrays

START = 1_640_995_200_000  # 2022-01-01 00:00 UTC


def random_candles(count: int, *, seed: int = 1, step: int = 60_000, start: int = START) -> CandleArrays:
    """A random walk of candles without gaps."""
    draws = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(draws.normal(0.0, 0.002, count)))
    open_ = np.concatenate([[100.0], close[:-1]])[:count]
    high = np.maximum(open_, close) * (1.0 + draws.uniform(0.0, 0.001, count))
    low = np.minimum(open_, close) * (1.0 - draws.uniform(0.0, 0.001, count))
    return CandleArrays(start + step * np.arange(count), open_, high, low, close, draws.uniform(0.0, 9.0, count))


def same(left: CandleArrays, right: CandleArrays) -> bool:
    return left.rows() == right.rows()


def rows_of(*times: int, price: float = 1.0) -> CandleArrays:
    """Candles of one price at these open times."""
    return CandleArrays.from_rows((time, price, price, price, price, 1.0) for time in times)
