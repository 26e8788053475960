import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.backtest.result import TradeColumns
from analytics.metrics import core_figures_of_result, equity_ratios, figures_of, figures_of_result
from tests.analytics.samples import make_result, make_trades

SECTIONS = (
    *("core", "risk", "activity", "excursions", "by_symbol", "by_strategy", "by_source", "by_tag", "by_direction"),
    *("by_exit_reason", "by_hour", "by_weekday", "daily", "weekly", "monthly", "monthly_returns", "equity"),
    *("drawdowns", "rolling", "distribution"),
)
SCALELESS = ("sharpe", "sortino", "calmar", "cagr_percent", "volatility_percent", "max_drawdown_percent", "ulcer_index")
seeds = st.integers(0, 2**32 - 1)


def figures(trades: TradeColumns, equity: np.ndarray, time: np.ndarray, initial: float = 10_000.0, **more) -> dict:
    return figures_of(
        trades, time=time, equity=equity, balance=equity, initial_balance=initial, symbols=["A", "B"],
        strategies=["razor"], **more,
    )  # fmt: skip


def alike(value: object, tolerance: float) -> object:
    """Numbers within the tolerance, all else as it is."""
    return pytest.approx(value, rel=tolerance, abs=tolerance) if isinstance(value, float) else value


def test_all_sections_are_there_and_are_json() -> None:
    result = make_result(trades=300)
    found = figures_of_result(result)
    assert tuple(found) == SECTIONS
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert [row["key"] for row in found["by_symbol"]] == ["BTCUSDT"]
    assert {row["key"] for row in found["by_exit_reason"]} == {"STOP_LOSS", "TAKE_PROFIT"}
    assert found["risk"]["sharpe"] is not None
    assert core_figures_of_result(result) == {name: found[name] for name in ("core", "risk", "activity")}


def test_nothing_traded_is_no_error() -> None:
    for count in (0, 1, 2):
        time = 1_640_995_200_000 + np.arange(count) * 86_400_000
        found = figures(make_trades([]), np.full(count, 10_000.0), time)
        assert json.dumps(found, allow_nan=False)
        assert found["core"]["trades"] == 0
        assert found["risk"]["sharpe"] is None
        assert found["risk"]["max_drawdown_percent"] == 0.0


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_every_way_to_group_sums_to_the_total(seed: int) -> None:
    result = make_result(seed=seed, trades=60)
    rng = np.random.default_rng(seed)
    trades = dataclasses.replace(result.trades, symbol=rng.integers(0, 2, 60))
    found = figures(trades, result.equity, result.time, sources=rng.choice(["webhook", "razor"], 60).tolist())
    total = pytest.approx(found["core"]["total_pnl"], abs=1e-6)
    for name in SECTIONS[4:15]:
        if name != "by_tag":
            assert sum(row["pnl"] for row in found[name]) == total, name
            assert sum(row["trades"] for row in found[name]) == 60, name
    assert found["daily"][-1]["equity"] == round(result.equity[-1], 8)


@settings(max_examples=15, deadline=None)
@given(seeds, st.floats(0.001, 1e6))
def test_the_size_of_the_account_changes_no_ratio(seed: int, scale: float) -> None:
    result = make_result(seed=seed, trades=50)
    small = figures(result.trades, result.equity, result.time)["risk"]
    large = figures(result.trades, scale * result.equity, result.time, scale * 10_000.0)["risk"]
    for name in SCALELESS:
        assert large[name] == alike(small[name], 1e-6), name


@settings(max_examples=15, deadline=None)
@given(seeds)
def test_the_order_of_trades_changes_no_sum(seed: int) -> None:
    result = make_result(seed=seed, trades=50)
    order = np.random.default_rng(seed).permutation(50)
    columns = {field.name: getattr(result.trades, field.name)[order] for field in dataclasses.fields(TradeColumns)}
    shuffled = figures(TradeColumns(**columns), result.equity, result.time)
    told = figures(result.trades, result.equity, result.time)
    for section in ("core", "activity", "excursions"):
        for name, value in told[section].items():
            assert shuffled[section][name] == alike(value, 2e-8), name


def test_one_equity_a_day_has_the_risk_that_its_marks_have() -> None:
    day = 86_400_000
    equity = 10_000.0 * np.cumprod(1.0 + np.random.default_rng(1).normal(0.001, 0.02, 90))
    time = 1_640_995_200_000 + np.arange(91) * day
    marks = figures(make_trades([]), np.concatenate([[10_000.0], equity]), time)["risk"]
    assert equity_ratios(18_993 + np.arange(90), equity, initial_balance=10_000.0) == marks


def test_faulty_series_are_refused() -> None:
    trades, time, equity = make_trades([1.0, 2.0]), np.arange(3), np.full(3, 100.0)
    with pytest.raises(ValueError, match="one length"):
        figures(trades, equity[:2], time)
    with pytest.raises(ValueError, match="rise"):
        figures(trades, equity, time[::-1])
    with pytest.raises(ValueError, match="numbers"):
        figures(trades, equity * np.nan, time)
    with pytest.raises(ValueError, match="sources"):
        figures(trades, equity, time, sources=["webhook"])
    with pytest.raises(ValueError, match="tags"):
        figures(trades, equity, time, tags=[[]])
    with pytest.raises(ValueError, match="equity is needed"):
        figures(trades, equity[:0], time[:0])
