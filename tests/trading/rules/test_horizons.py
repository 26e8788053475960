import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.rules.strategies import FRACTIONS, signed_confidences, weights
from trading.rules.horizons import HORIZONS, INTRADAY, LEAPS, MONTHLY, SWING, horizon_of, weighted_confidence
from trading.sessions.session_settings import DEFAULT_WEIGHTS

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NONE = np.full(4, math.nan)
DEFAULTS = np.array([0.3, 0.4, 0.2, 0.1])


def test_the_settings_name_the_same_horizons() -> None:
    assert tuple(DEFAULT_WEIGHTS) == HORIZONS
    assert list(DEFAULT_WEIGHTS.values()) == list(DEFAULTS)


@pytest.mark.parametrize(
    ("timeframe", "expected"),
    [
        (5_000, INTRADAY),
        (4 * HOUR - 1, INTRADAY),
        (4 * HOUR, SWING),
        (DAY, SWING),
        (7 * DAY - 1, SWING),
        (7 * DAY, MONTHLY),
        (28 * DAY - 1, MONTHLY),
        (28 * DAY, LEAPS),
        (31 * DAY, LEAPS),
    ],
)
def test_where_the_horizons_meet(timeframe: int, expected: int) -> None:
    assert horizon_of(timeframe) == expected


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_a_longer_timeframe_has_no_nearer_horizon(one: int, two: int) -> None:
    assert horizon_of(min(one, two)) <= horizon_of(max(one, two))


@given(FRACTIONS, st.integers(0, 3), weights())
def test_a_lone_horizon_keeps_its_confidence(confidence: float, horizon: int, given_weights: np.ndarray) -> None:
    assert weighted_confidence(confidence, horizon, NONE, given_weights) == confidence


def test_agreement_and_opposition() -> None:
    others = np.array([math.nan, 0.6, math.nan, math.nan])
    assert weighted_confidence(0.9, INTRADAY, others, DEFAULTS) == pytest.approx((0.3 * 0.9 + 0.4 * 0.6) / 0.7)
    assert weighted_confidence(0.9, INTRADAY, -others, DEFAULTS) == pytest.approx((0.3 * 0.9 - 0.4 * 0.6) / 0.7)
    assert weighted_confidence(0.5, INTRADAY, np.array([0.0, -1.0, -1.0, -1.0]), DEFAULTS) == 0.0


@given(FRACTIONS, st.integers(0, 3), signed_confidences(), weights())
def test_the_result_is_a_confidence_and_a_mean(
    confidence: float, horizon: int, others: np.ndarray, given_weights: np.ndarray
) -> None:
    """Held to numpy's own weighted average."""
    result = weighted_confidence(confidence, horizon, others, given_weights)
    assert 0.0 <= result <= 1.0
    voices = others.copy()
    voices[horizon] = confidence
    speaks = ~np.isnan(voices) & (given_weights > 1e-300)
    if np.delete(speaks, horizon).any():
        mean = np.average(voices[speaks], weights=given_weights[speaks])
        assert result == pytest.approx(min(max(mean, 0.0), 1.0), abs=1e-9)


@given(FRACTIONS, st.integers(0, 3), signed_confidences(), weights(), st.integers(0, 3))
def test_more_support_never_lowers_it(
    confidence: float, horizon: int, others: np.ndarray, given_weights: np.ndarray, at: int
) -> None:
    if math.isnan(others[at]):
        return
    more = others.copy()
    more[at] = 1.0
    before = weighted_confidence(confidence, horizon, others, given_weights)
    assert weighted_confidence(confidence, horizon, more, given_weights) >= before - 1e-12


def test_a_confidence_that_is_not_known_stays_so() -> None:
    assert math.isnan(weighted_confidence(math.nan, SWING, np.ones(4), DEFAULTS))
