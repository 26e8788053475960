import dataclasses

import numpy as np
import pytest

from analytics.metrics.trades import activity, core, excursions, open_seconds, risks, streaks
from tests.analytics.samples import MINUTE, START_MS, make_trades


def test_core_figures_by_hand() -> None:
    found = core(make_trades([30.0, -10.0, 0.0, 20.0, -10.0]), 1000.0)
    assert found == {
        "trades": 5,
        "wins": 2,
        "losses": 2,
        "win_rate_percent": 40.0,
        "total_pnl": 30.0,
        "roi_percent": 3.0,
        "profit_factor": 2.5,
        "expectancy": 6.0,
        "payoff": 2.5,
        "average_win": 25.0,
        "average_loss": -10.0,
        "best_trade": 30.0,
        "worst_trade": -10.0,
        "gross_profit": 50.0,
        "gross_loss": -20.0,
        "fees": 5.0,
        "slippage": 0.5,
        "funding": 0.0,
        "average_r": 0.7,
        "expectancy_r": 0.6,
    }


def test_what_has_no_meaning_is_none() -> None:
    none = core(make_trades([]), 1000.0)
    assert {name for name, value in none.items() if value is None} == {
        *("win_rate_percent", "profit_factor", "expectancy", "payoff", "average_win", "average_loss"),
        *("best_trade", "worst_trade", "average_r", "expectancy_r"),
    }
    winning = core(make_trades([1.0, 2.0]), 0.0)
    assert winning["profit_factor"] is winning["payoff"] is winning["average_loss"] is winning["roi_percent"] is None
    losing = core(make_trades([-1.0]), 10.0)
    assert (losing["payoff"], losing["profit_factor"], losing["expectancy_r"]) == (None, 0.0, -1.0)
    unstopped = dataclasses.replace(make_trades([1.0]), r=np.array([np.nan]))
    assert core(unstopped, 10.0)["average_r"] is None


def test_activity_by_hand() -> None:
    trades = make_trades([1.0, 2.0, -1.0, -1.0, -1.0, 3.0])  # one every three hours, half the time open
    found = activity(trades, START_MS + np.array([0, 2 * 1440 * MINUTE]))
    assert found == {
        "trades_per_day": 3.0,
        "exposure_percent": 18.75,
        "average_holding_seconds": 5400.0,
        "median_holding_seconds": 5400.0,
        "longest_winning_streak": 2,
        "longest_losing_streak": 3,
        "current_streak": 1,
        "first_trade": "2022-01-01T00:00:00Z",
        "last_trade": "2022-01-01T16:30:00Z",
    }


def test_streaks_follow_the_closes() -> None:
    trades = make_trades([1.0, -1.0, 1.0])
    late = dataclasses.replace(trades, closed=trades.closed[[2, 1, 0]] + np.array([1, 0, 0]))
    assert activity(late, trades.opened)["longest_winning_streak"] == 1
    second_last = dataclasses.replace(trades, closed=START_MS + np.array([1, 9, 2]))
    assert activity(second_last, trades.opened)["longest_winning_streak"] == 2
    assert activity(second_last, trades.opened)["current_streak"] == -1


@pytest.mark.parametrize(
    ("pnl", "expected"),
    [([], (0, 0, 0)), ([0.0], (0, 0, 0)), ([1.0, 0.0, 1.0], (1, 0, 1)), ([1.0, -1.0, -2.0], (1, 2, -2))],
)
def test_streaks(pnl: list[float], expected: tuple[int, int, int]) -> None:
    assert streaks(np.array(pnl)) == expected


def test_time_with_several_positions_counts_once() -> None:
    trades = dataclasses.replace(
        make_trades([1.0, 1.0, 1.0, 1.0]),
        opened=START_MS + 1000 * np.array([10, 0, 5, 90]),
        closed=START_MS + 1000 * np.array([15, 20, 30, 200]),
    )
    assert open_seconds(trades, START_MS + 1000 * np.array([0, 100])) == 40.0


def test_excursions_are_also_told_in_multiples_of_the_risk() -> None:
    trades = dataclasses.replace(make_trades([19.0, -11.0, -1.0]), mae=np.array([-5.0, -10.0, -2.0]))
    assert risks(trades).tolist() == [10.0, 10.0, pytest.approx(np.nan, nan_ok=True)]  # r is 0 for the last
    found = excursions(dataclasses.replace(trades, mfe=np.array([20.0, np.nan, 5.0])))
    assert found["average_mae"] == pytest.approx(-17 / 3)
    assert found["average_mae_r"] == -0.75
    assert (found["average_mfe"], found["average_mfe_r"]) == (12.5, 2.0)
    assert found["edge_ratio"] == pytest.approx(12.5 / (17 / 3))
    assert set(excursions(make_trades([])).values()) == {None}
