"""The engine, compiled before anything is claimed: a first compilation takes longer than a runner may be silent."""

from functools import cache

import numpy as np

from analytics.backtest.config import BacktestConfig
from analytics.backtest.market import Market
from analytics.backtest.signals import SignalColumns
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays


@cache
def warm_up() -> None:
    """Once a process: a run over three candles on which nothing happens."""
    from analytics.backtest.run import run_backtest

    price = np.full(3, 100.0)
    candles = CandleArrays(np.arange(3, dtype=np.int64) * 60_000, price, price, price, price, price)
    instrument = Instrument(
        venue="none", symbol="NONE", market_type="SPOT", tick_size=0.01, lot_size=0.01,
        min_quantity=0.01, min_notional=0.0,
    )  # fmt: skip
    run_backtest(BacktestConfig(()), [Market(instrument, candles)], "1m", signals=[SignalColumns.joined([])])
