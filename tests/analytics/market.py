"""Candles in the store to run backtests over."""

import numpy as np
from django.conf import settings

from brokers.instruments import remember_instruments
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import milliseconds

START_MS = 1_640_995_200_000  # 2022-01-01
VENUE = "test"


def make_candles(count: int, *, seed: int = 1, timeframe: str = "1m", start: int = START_MS) -> CandleArrays:
    """A random walk with waves in it, so that trend strategies fire."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, 0.001, count) + 0.0006 * np.sin(np.arange(count) / 40)
    close = 100 * np.exp(np.cumsum(steps))
    opened = np.concatenate([[100.0], close[:-1]])
    spread = 1 + np.abs(rng.normal(0, 0.0004, count))
    time = start + np.arange(count, dtype=np.int64) * milliseconds(timeframe)
    high, low = np.maximum(opened, close) * spread, np.minimum(opened, close) / spread
    return CandleArrays(time, opened, high, low, close, np.full(count, 10.0))


def store_candles(*symbols: str, count: int = 3000, timeframe: str = "1m") -> CandleStore:
    """Candles of the symbols, each its own walk, in the store that the settings name."""
    store = CandleStore(settings.CANDLE_DIR)
    for number, symbol in enumerate(symbols or ("AAA",)):
        store.write(VENUE, symbol, timeframe, make_candles(count, seed=number + 1, timeframe=timeframe))
        remember_instruments(
            [
                Instrument(
                    venue=VENUE, symbol=symbol, market_type="FUTURES", tick_size=0.01, lot_size=0.001,
                    min_quantity=0.001, min_notional=1.0, max_leverage=10.0,
                )
            ]
        )  # fmt: skip
    return store


def data_of(*symbols: str, timeframe: str = "1m", **values: object) -> dict[str, object]:
    return {"venue": VENUE, "symbols": list(symbols or ("AAA",)), "timeframe": timeframe, **values}
