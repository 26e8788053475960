"""Rolling figures, histograms and thinned points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.curves import curves
from analytics.metrics.distribution import histogram, holding
from analytics.metrics.periods import daily_trades
from analytics.metrics.ratios import sharpe, volatility
from analytics.metrics.returns import DAY_MS, daily_equity
from analytics.metrics.rolling import rolling
from analytics.metrics.thinning import evenly, thinned
from analytics.metrics.trades import core
from tests.analytics.samples import START_MS, make_trades


def test_rolling_figures_are_those_of_the_last_thirty_days() -> None:
    pnl = np.random.default_rng(7).normal(3.0, 30.0, 45)
    trades = make_trades(pnl, every_minutes=1440)
    time = START_MS + DAY_MS * np.arange(46)
    daily = daily_equity(time, 1000.0 + np.concatenate([[0.0], np.cumsum(pnl)]), 1000.0)
    found = rolling(daily, daily_trades(trades, daily))
    assert len(found) == 16
    assert found[-1]["time"] == "2022-02-15T00:00:00Z"
    last = core(make_trades(pnl[-30:]), 1000.0)
    assert found[-1]["sharpe"] == pytest.approx(sharpe(daily.returns[-30:]))
    assert found[-1]["volatility_percent"] == pytest.approx(100 * volatility(daily.returns[-30:]))
    assert found[-1]["win_rate_percent"] == pytest.approx(last["win_rate_percent"])
    assert found[-1]["profit_factor"] == pytest.approx(last["profit_factor"])
    thin = rolling(daily, daily_trades(trades, daily), most=5)
    assert thin == found[3::4]


def test_what_does_not_move_has_no_rolling_ratio() -> None:
    daily = daily_equity(START_MS + DAY_MS * np.arange(31), np.full(31, 1000.0), 1000.0)
    (row,) = rolling(daily, daily_trades(make_trades([]), daily))
    assert (row["sharpe"], row["win_rate_percent"], row["profit_factor"]) == (None, None, None)
    assert row["volatility_percent"] == 0.0


@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), max_size=50))
def test_a_histogram_holds_every_value_and_parts_gains_from_losses(values: list[float]) -> None:
    found = histogram(np.array([*values, np.nan]))
    edges, counts = found["edges"], found["counts"]
    assert sum(counts) == len(values)
    assert len(counts) <= 70
    if any(values):
        assert 0.0 in edges
        assert np.all(np.diff(edges) > 0)


def test_holding_times_are_counted_from_minutes_to_years() -> None:
    assert holding(np.array([30.0, 60.0, 100.0, 4000.0])) == {
        "edges": [0.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0],
        "counts": [1, 2, 0, 0, 0, 1],
    }
    assert holding(np.empty(0)) == {"edges": [], "counts": []}
    assert sum(holding(np.array([0.0, 1e12]))["counts"]) == 2


@given(st.integers(0, 2**32 - 1), st.integers(0, 500), st.integers(10, 60))
def test_thinned_points_keep_the_extremes(seed: int, count: int, most: int) -> None:
    values = np.random.default_rng(seed).normal(size=count)
    always = (count // 3, count // 2) if count else ()
    kept = thinned(values, always=always, most=most)
    assert len(kept) <= most
    assert np.all(np.diff(kept) > 0)
    if count:
        assert {0, count - 1, *always, int(values.argmin()), int(values.argmax())} <= set(kept.tolist())
    spread = evenly(count, most)
    assert len(spread) <= most
    assert not count or spread[-1] == count - 1


def test_the_curve_has_a_thousand_points_at_most_and_its_deepest_fall() -> None:
    equity = 1000.0 + np.cumsum(np.random.default_rng(2).normal(0.0, 2.0, 5003))
    time = START_MS + 60_000 * np.arange(5003)
    found = curves(time, equity, equity - 1.0, 1000.0)
    assert 900 < len(found["equity"]) <= 1000
    assert min(row["drawdown_percent"] for row in found["equity"]) == found["drawdowns"][0]["percent"]
    assert {found["drawdowns"][0]["start"], found["drawdowns"][0]["bottom"]} <= {row["time"] for row in found["equity"]}
    assert found["equity"][0] == {
        "time": "2022-01-01T00:00:00Z",
        "equity": round(equity[0], 8),
        "balance": round(equity[0] - 1.0, 8),
        "drawdown_percent": pytest.approx(min(equity[0] / 10.0 - 100.0, 0.0)),
    }
