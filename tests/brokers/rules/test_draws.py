"""The draws pass for random numbers. They are deterministic, so these figures never change between runs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from brokers.rules.draws import PRIME, mix, normal, uniform

COUNT = 4000
KEYS = st.integers(0, 2**62 - 1)
START = 1_641_000_000_000  # a market time, epoch ms


def sample(axis: str, salt: int = 1) -> NDArray[np.float64]:
    """Draws whose keys differ in one place alone, as they do from order to order."""
    keys = {
        "seed": lambda index: (index, 99, START, salt),
        "symbol": lambda index: (7, index, START, salt),
        "minute": lambda index: (7, 99, START + 60_000 * index, salt),
        "millisecond": lambda index: (7, 99, START + index, salt),
        "salt": lambda index: (7, 99, START, index),
    }[axis]
    return np.array([uniform(*keys(index)) for index in range(COUNT)])


@pytest.mark.parametrize("axis", ["seed", "symbol", "minute", "millisecond", "salt"])
def test_draws_are_uniform_and_unrelated_to_the_one_before(axis: str) -> None:
    values = sample(axis)
    ranked = np.sort(values)
    distance = np.abs(ranked - (np.arange(COUNT) + 0.5) / COUNT).max()
    assert distance * math.sqrt(COUNT) < 1.95  # Kolmogorov and Smirnov, 0.1 %
    counts = np.bincount((values * 64).astype(int), minlength=64)
    chi_square = ((counts - COUNT / 64) ** 2 / (COUNT / 64)).sum()
    assert 30 < chi_square < 104  # 63 degrees of freedom, 0.1 % on each side
    assert abs(np.corrcoef(values[1:], values[:-1])[0, 1]) * math.sqrt(COUNT) < 3.5


@pytest.mark.parametrize("salt", [1, 2, 3, 4])
def test_salts_are_independent(salt: int) -> None:
    one, other = sample("minute", salt), sample("minute", salt + 1)
    assert abs(np.corrcoef(one, other)[0, 1]) * math.sqrt(COUNT) < 3.5
    cells = np.histogram2d(one, other, bins=8, range=((0, 1), (0, 1)))[0]
    assert ((cells - COUNT / 64) ** 2 / (COUNT / 64)).sum() < 104


def test_normal_draws_have_the_normal_moments() -> None:
    values = np.array([normal(7, 99, START + 250 * index, 4) for index in range(COUNT)])
    assert abs(values.mean()) < 0.06
    assert abs(values.std() - 1.0) < 0.04
    assert abs((values**3).mean()) < 0.15
    assert abs((values**4).mean() - 3.0) < 0.5


@given(KEYS, KEYS, KEYS, KEYS)
def test_a_draw_depends_on_its_keys_alone_and_stays_below_one(seed: int, first: int, second: int, salt: int) -> None:
    value = uniform(seed, first, second, salt)
    assert value == uniform(seed, first, second, salt)
    assert 0.0 <= value < 1.0
    assert math.isfinite(normal(seed, first, second, salt))


@given(st.integers(0, PRIME - 1), KEYS)
def test_no_intermediate_leaves_int64(state: int, key: int) -> None:
    assert 0 <= mix(state, key) < PRIME
    assert max(state * 48271 + PRIME + 12345, state * 69621 + PRIME + 1, state * 16807 + 7) < 2**62


def test_the_numbers_are_fixed() -> None:
    """Recorded fills must repeat after an upgrade: changing the hash changes every replay."""
    assert [round(uniform(0, 1, 2, salt) * PRIME) for salt in range(3)] == [547797069, 1613528274, 240697617]
