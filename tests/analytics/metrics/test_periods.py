import numpy as np
import pytest

from analytics.metrics.periods import by_day, by_month, by_week, daily_trades, monthly_returns
from analytics.metrics.returns import DAY_MS, daily_equity
from tests.analytics.samples import START_MS, make_trades


def test_days_weeks_and_months_add_up() -> None:
    count = 70  # 2022-01-01, a Saturday, to 2022-03-11
    pnl = np.round(np.random.default_rng(3).normal(5.0, 20.0, count), 2)
    trades = make_trades(pnl, every_minutes=1440)
    time = np.concatenate([[START_MS], START_MS + DAY_MS * np.arange(1, count + 1)])
    daily = daily_equity(time, 1000.0 + np.concatenate([[0.0], np.cumsum(pnl)]), 1000.0)
    done = daily_trades(trades, daily)
    days, weeks, months = by_day(daily, done), by_week(daily, done), by_month(daily, done)

    assert [row["pnl"] for row in days] == pytest.approx(pnl.tolist())
    assert days[0] == {
        "day": "2022-01-01",
        "pnl": pnl[0],
        "trades": 1,
        "equity": 1000.0 + pnl[0],
        "return_percent": pytest.approx(pnl[0] / 10.0),
    }
    assert [row["week"] for row in weeks][:3] == ["2021-W52", "2022-W01", "2022-W02"]
    assert [row["trades"] for row in weeks] == [2, *[7] * 9, 5]
    assert weeks[1]["pnl"] == pytest.approx(pnl[2:9].sum())
    assert weeks[1]["return_percent"] == pytest.approx(100 * pnl[2:9].sum() / (1000.0 + pnl[:2].sum()))
    assert [(row["month"], row["trades"]) for row in months] == [("2022-01", 31), ("2022-02", 28), ("2022-03", 11)]
    assert sum(row["pnl"] for row in months) == pytest.approx(pnl.sum())

    (year,) = monthly_returns(months)
    assert year["year"] == 2022
    assert year["months"][3:] == [None] * 9
    assert year["total_percent"] == pytest.approx(100 * pnl.sum() / 1000.0)


def test_trades_outside_the_marks_count_with_the_nearest_day() -> None:
    daily = daily_equity(START_MS + DAY_MS * np.array([0, 1, 2]), np.full(3, 1000.0), 1000.0)
    trades = make_trades([1.0, 2.0, 4.0, 8.0], every_minutes=1440)
    assert daily_trades(trades, daily).pnl.tolist() == [1.0, 14.0]


def test_years_have_rows_of_their_own() -> None:
    months = [{"month": "2021-12", "return_percent": 10.0}, {"month": "2022-02", "return_percent": -5.0}]
    first, second = monthly_returns(months)
    assert (first["months"][11], first["total_percent"]) == (10.0, pytest.approx(10.0))
    assert (second["months"][1], second["total_percent"]) == (-5.0, pytest.approx(-5.0))
