"""Funding: its sides cancel out, and its times are counted once each."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading.rules.funding import funding_payment, funding_step_ms, funding_times

HOUR_MS = 3_600_000
TIMES = st.integers(-10 * HOUR_MS, 100 * HOUR_MS)
INTERVALS = st.sampled_from([0.25, 1.0 / 3.0, 1.0, 4.0, 8.0, 24.0])


@pytest.mark.parametrize(
    ("inverse", "direction", "rate", "expected"),
    [
        (False, 1, 0.0001, -20.0),  # 2 units at 100,000: 200,000 * 0.01 %, paid by the long
        (False, -1, 0.0001, 20.0),
        (False, 1, -0.0001, 20.0),
        (True, 1, 0.0001, -2e-9),  # 2 contracts of 1 USD: 0.00002 BTC
    ],
)
def test_a_positive_rate_has_longs_pay_shorts(inverse: bool, direction: int, rate: float, expected: float) -> None:
    assert funding_payment(inverse, direction, 2.0, 100_000.0, 1.0, rate) == pytest.approx(expected)


@settings(max_examples=50)
@given(st.booleans(), st.floats(0, 1e6), st.floats(0.01, 1e6), st.floats(-0.1, 0.1))
def test_what_longs_pay_is_what_shorts_get(inverse: bool, quantity: float, price: float, rate: float) -> None:
    assert funding_payment(inverse, 1, quantity, price, 1.0, rate) == -funding_payment(
        inverse, -1, quantity, price, 1.0, rate
    )


def test_the_times_of_a_day_are_0_8_and_16_utc() -> None:
    def at(hour: int, minute: int = 0) -> int:
        return int(datetime(2022, 1, 3, hour, minute, tzinfo=UTC).timestamp() * 1000)

    assert funding_times(at(0), at(23, 59), 8.0) == 2  # the start is left out
    assert funding_times(at(0) - 1, at(16), 8.0) == 3  # the end is not
    assert funding_times(at(8), at(8), 8.0) == 0
    assert funding_times(at(9), at(8), 8.0) == 0


@settings(max_examples=50)
@given(INTERVALS, st.lists(TIMES, min_size=2, max_size=6).map(sorted))
def test_windows_in_a_row_count_each_time_once(interval: float, cuts: list[int]) -> None:
    parts = [funding_times(a, b, interval) for a, b in pairwise(cuts)]
    step = funding_step_ms(interval)
    listed = [time for time in range(cuts[0] // step * step, cuts[-1] + 1, step) if cuts[0] < time <= cuts[-1]]
    assert sum(parts) == funding_times(cuts[0], cuts[-1], interval) == len(listed)


@pytest.mark.parametrize("interval", [0.0, -8.0, float("nan"), float("inf"), 1e300, 1e-12])
def test_an_interval_of_nothing_never_comes(interval: float) -> None:
    assert funding_times(-(10**12), 10**15, interval) == 0
