from datetime import date

import numpy as np
import pytest

from analytics.metrics.returns import DAY_MS, daily_equity, daily_from_rows

JANUARY = 18_993 * DAY_MS  # 2022-01-01
HOUR = 3_600_000


def marks(*points: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """(hours since 2022-01-01, equity)"""
    hours, equity = zip(*points, strict=True)
    return JANUARY + (np.array(hours) * HOUR).astype(np.int64), np.array(equity, dtype=float)


def test_a_day_ends_with_its_last_mark_and_days_without_one_carry_on() -> None:
    time, equity = marks((10, 100.0), (11, 103.0), (23, 110.0), (24 * 3 + 1, 99.0), (24 * 3 + 2, 121.0))
    daily = daily_equity(time, equity, 100.0)
    assert daily.days.astype(str).tolist() == ["2022-01-01", "2022-01-02", "2022-01-03", "2022-01-04"]
    assert daily.equity.tolist() == [110.0, 110.0, 110.0, 121.0]
    assert daily.returns == pytest.approx([0.1, 0.0, 0.0, 0.1])


def test_midnight_ends_the_day_before_it() -> None:
    time, equity = marks((0, 100.0), (24, 110.0), (48, 99.0))  # daily candles: their closes
    daily = daily_equity(time, equity, 100.0)
    assert daily.days.astype(str).tolist() == ["2022-01-01", "2022-01-02"]
    assert daily.returns == pytest.approx([0.1, -0.1])
    assert daily.rows_of(time + np.array([1, 0, 0])).tolist() == [0, 0, 1]


def test_one_mark_is_a_day_of_its_own() -> None:
    daily = daily_equity(*marks((0, 100.0)), 100.0)
    assert daily.days.astype(str).tolist() == ["2022-01-01"]
    assert daily.returns.tolist() == [0.0]


def test_nothing_is_earned_without_capital() -> None:
    daily = daily_equity(*marks((0, 100.0), (24, -50.0), (48, -20.0), (72, 10.0)), 100.0)
    assert daily.returns.tolist() == [-1.5, 0.0, 0.0]


def test_rows_of_days_may_be_dates_or_numbers_and_have_gaps() -> None:
    dates = [date(2022, 1, 1), date(2022, 1, 2), date(2022, 1, 4)]
    daily = daily_from_rows(dates, [100.0, 110.0, 121.0])
    assert daily.days.astype(str).tolist() == ["2022-01-02", "2022-01-03", "2022-01-04"]
    assert daily.returns == pytest.approx([0.1, 0.0, 0.1])
    told = daily_from_rows([18_993, 18_994, 18_996], [100.0, 110.0, 121.0], 50.0)
    assert told.returns == pytest.approx([1.0, 0.1, 0.0, 0.1])
    assert len(daily_from_rows([], [])) == 0


@pytest.mark.parametrize(("days", "equity"), [([1, 1], [1.0, 2.0]), ([2, 1], [1.0, 2.0]), ([1, 2], [1.0])])
def test_faulty_rows_are_refused(days: list[int], equity: list[float]) -> None:
    with pytest.raises(ValueError, match="days"):
        daily_from_rows(days, equity)
