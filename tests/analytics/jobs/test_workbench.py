"""Candles loaded once, signals worked out once for each setting of the strategies."""

from typing import Any

import numpy as np
import pytest

from analytics.backtest.config import AccountConfig, BacktestConfig, StrategyChoice
from analytics.backtest.data import LoadedData
from analytics.backtest.market import Market
from analytics.jobs import chart, workbench
from analytics.jobs.workbench import Workbench
from analytics.search.windows import Window
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from tests.analytics.market import START_MS, make_candles

MINUTE = 60_000


@pytest.fixture
def bench() -> Workbench:
    instrument = Instrument(
        venue="test", symbol="AAA", market_type="FUTURES", tick_size=0.01, lot_size=0.001, min_quantity=0.001,
        min_notional=1.0, max_leverage=10.0,
    )  # fmt: skip
    return Workbench(LoadedData([Market(instrument, make_candles(2000))], [], "1m"))


def config(fast: int = 9, **account: Any) -> BacktestConfig:
    return BacktestConfig((StrategyChoice("ema-cross", {"fast": fast}),), account=AccountConfig(**account))


def test_signals_once_for_each_setting(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    original = workbench.strategy_signals

    def counting(told: BacktestConfig, *args: Any) -> Any:
        asked.append(told.strategies[0].params["fast"])
        return original(told, *args)

    monkeypatch.setattr(workbench, "strategy_signals", counting)
    results = [bench.run(config(fast, max_position_size=size)) for fast in (5, 9) for size in (0.1, 0.2, 0.3)]
    assert asked == [5, 9]
    assert len({result.final_balance for result in results}) == 6
    assert results[0].final_balance == Workbench(bench.loaded).run(config(5)).final_balance


def test_a_window_trades_within_itself(bench: Workbench) -> None:
    window = Window(START_MS + 500 * MINUTE, START_MS + 1500 * MINUTE)
    result = bench.run(config(), window)
    assert len(result.trades) > 5
    assert result.trades.opened.min() >= window.start
    assert result.trades.closed.max() <= window.end
    assert (result.time[0], result.time[-1]) == (window.start, window.end)


def test_two_windows_know_what_came_before_them(bench: Workbench) -> None:
    """An average needs no warm-up in the second window: it fires as it would have gone on."""
    whole, later = bench.run(config()), bench.run(config(), Window(START_MS + 1000 * MINUTE, bench.whole.end))
    parts = bench.run(config(), Window(START_MS, START_MS + 1000 * MINUTE))
    assert whole.signals == parts.signals + later.signals


def test_charts_gather_candles() -> None:
    candles = make_candles(60)
    coarse = chart.coarser(candles, 5 * MINUTE)
    assert len(coarse) == 12
    assert coarse.high.max() == candles.high.max()
    assert coarse.volume.sum() == candles.volume.sum()
    assert (coarse.open[0], coarse.close[-1]) == (candles.open[0], candles.close[-1])
    coarse.validate()
    assert chart.bucket_for(candles, MINUTE, 60) == MINUTE
    assert chart.bucket_for(candles, MINUTE, 59) == 5 * MINUTE
    days = CandleArrays(START_MS + np.arange(100) * 86_400_000, *(np.full(100, 1.0) for _ in range(5)))
    assert len(chart.coarser(days, chart.bucket_for(days, 86_400_000, 30))) <= 30
    assert len(chart.coarser(CandleArrays.empty(), MINUTE)) == 0
