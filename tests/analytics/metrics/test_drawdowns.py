import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analytics.metrics.drawdowns import deepest, table, underwater

money = st.floats(0.01, 1e6).map(lambda value: round(value, 2))


def test_a_fall_has_a_start_a_bottom_and_an_end() -> None:
    equity = np.array([100.0, 120.0, 120.0, 90.0, 96.0, 120.0, 130.0, 117.0])
    worst = deepest(equity, 100.0)
    assert worst is not None
    assert (worst.start, worst.bottom, worst.end) == (2, 3, 5)
    assert (worst.depth, worst.amount) == (-0.25, -30.0)
    falls = table(equity, underwater(equity, 100.0), 100.0)
    assert falls[0] == worst
    assert (falls[1].start, falls[1].bottom, falls[1].end, falls[1].depth) == (6, 7, None, pytest.approx(-0.1))


def test_the_initial_balance_is_a_peak() -> None:
    equity = np.array([80.0, 90.0, 100.0])
    worst = deepest(equity, 100.0)
    assert worst is not None
    assert (worst.start, worst.bottom, worst.end, worst.depth) == (0, 0, 2, -0.2)
    assert table(equity, underwater(equity, 100.0), 100.0) == [worst]


@pytest.mark.parametrize("equity", [np.empty(0), np.array([100.0]), np.array([100.0, 100.0, 101.0]), np.array([0.0])])
def test_what_never_fell_has_no_drawdown(equity: np.ndarray) -> None:
    start = float(equity[0]) if len(equity) else 100.0
    assert deepest(equity, start) is None
    assert table(equity, underwater(equity, start), start) == []


@settings(max_examples=60, deadline=None)
@given(arrays(np.float64, st.integers(1, 40), elements=money), money, st.integers(1, 80))
def test_the_blocks_find_what_the_whole_curve_shows(steps: np.ndarray, start: float, repeat: int) -> None:
    equity = np.repeat(steps, repeat)  # up to six blocks
    under = underwater(equity, start)
    assert (under <= 0.0).all()
    assert (under > -1.0).all()
    worst = deepest(equity, start)
    assert (worst.depth if worst else 0.0) == under.min()
    falls = table(equity, under, start, most=10_000)
    assert sum((fall.end or len(equity)) - fall.start for fall in falls) >= (under < 0.0).sum()
    if worst:
        assert worst == falls[0]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_long_walk(seed: int) -> None:
    equity = 1000.0 + np.cumsum(np.random.default_rng(seed).normal(0.0, 3.0, 3000))
    worst = deepest(equity, 1000.0)
    assert worst is not None
    assert worst == table(equity, underwater(equity, 1000.0), 1000.0)[0]
