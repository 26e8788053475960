"""Luck is called luck, and an edge an edge."""

import math
from itertools import combinations

import numpy as np
import pytest

from analytics.validation.overfitting import HOLDS_UP, LIKELY_LUCK, NOT_SHOWN, assess, verdict
from analytics.validation.overfitting_cscv import cscv, stretches_for
from analytics.validation.overfitting_sharpe import (
    Moments,
    expected_max_of,
    expected_max_sharpe,
    minimum_track_record,
    moments_of,
    probabilistic_sharpe,
)


def noise(rows: int, trials: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0.0, 0.01, (rows, trials))


def test_the_deflated_sharpe_of_the_published_example() -> None:
    """Bailey & Lopez de Prado 2014: Sharpe 2.5 a year of 250 days, five years, skew -3, kurtosis 10, 100 trials whose
    annual Sharpe ratios have a variance of 1/2: the highest to expect is 0.1132 a day, the deflated Sharpe 0.9004.
    """
    highest = expected_max_sharpe(100, 0.5 / 250)
    assert highest == pytest.approx(0.1132, abs=5e-5)
    found = Moments(count=1250, sharpe=2.5 / math.sqrt(250), skew=-3.0, kurtosis=10.0)
    assert probabilistic_sharpe(found, highest) == pytest.approx(0.9004, abs=5e-4)
    fewer = expected_max_sharpe(46, 0.5 / 250)
    assert probabilistic_sharpe(found, fewer) == pytest.approx(0.9505, abs=5e-4)


@pytest.mark.parametrize(("periods", "years"), [(252, 2.73), (52, 2.83), (12, 3.24)])
def test_the_minimum_track_record_of_the_published_example(periods: int, years: float) -> None:
    """Bailey & Lopez de Prado 2012: a Sharpe ratio of 2 a year, above 1 at 95 %, normal returns."""
    found = Moments(count=1000, sharpe=2 / math.sqrt(periods), skew=0.0, kurtosis=3.0)
    needed = minimum_track_record(found, benchmark=1 / math.sqrt(periods))
    assert needed is not None
    assert needed / periods == pytest.approx(years, abs=5e-3)


def test_moments_are_those_of_the_textbook() -> None:
    values = np.array([0.01, -0.02, 0.03, 0.00, 0.015])
    found = moments_of(values)
    assert found.sharpe == pytest.approx(values.mean() / values.std(ddof=1))
    spread = values.std()
    assert found.skew == pytest.approx(np.mean((values - values.mean()) ** 3) / spread**3)
    assert found.kurtosis == pytest.approx(np.mean((values - values.mean()) ** 4) / spread**4)
    stats = pytest.importorskip("scipy.stats")
    assert found.skew == pytest.approx(stats.skew(values))
    assert found.kurtosis == pytest.approx(stats.kurtosis(values, fisher=False))


def test_returns_that_do_not_vary_have_no_sharpe() -> None:
    assert moments_of([0.1] * 50) == Moments(50, 0.0, 0.0, 3.0)
    assert moments_of([0.0] * 50).sharpe == 0.0
    assert moments_of([float("nan"), 0.1]).count == 1
    assert probabilistic_sharpe(moments_of([0.1])) is None
    assert minimum_track_record(Moments(100, -0.1, 0.0, 3.0)) is None


def test_the_expected_maximum_is_that_of_draws() -> None:
    draws = np.random.default_rng(4).normal(0.0, 0.2, (4000, 50)).max(axis=1)
    assert expected_max_sharpe(50, 0.04) == pytest.approx(draws.mean(), rel=0.02)
    assert expected_max_sharpe(1, 0.04) == 0.0
    assert expected_max_of([0.1, float("nan"), 0.3]) == pytest.approx(expected_max_of([0.1, 0.0, 0.3]))


def test_cscv_is_the_definition_written_out() -> None:
    matrix, stretches = noise(49, 7, 3), 4
    blocks = np.split(matrix[1:], stretches)
    logits = []
    for chosen in combinations(range(stretches), stretches // 2):
        inside = np.concatenate([blocks[at] for at in chosen])
        outside = np.concatenate([blocks[at] for at in range(stretches) if at not in chosen])
        best = int(np.argmax(inside.mean(axis=0) / inside.std(axis=0)))
        ratios = outside.mean(axis=0) / outside.std(axis=0)
        rank = (1 + int(np.sum(ratios < ratios[best]))) / (matrix.shape[1] + 1)
        logits.append(math.log(rank / (1 - rank)))
    found = cscv(matrix, stretches=stretches)
    assert found is not None
    assert found.logits == pytest.approx(logits)
    assert found.pbo == pytest.approx(np.mean(np.array(logits) <= 0))


def test_noise_is_called_luck() -> None:
    found = [
        assess(matrix[:, best_of(matrix)], None, matrix) for matrix in (noise(480, 40, seed) for seed in range(12))
    ]
    assert np.mean([item["pbo"] for item in found]) == pytest.approx(0.5, abs=0.12)
    assert all(item["deflated_sharpe"] < 0.95 for item in found)
    assert np.mean([item["deflated_sharpe"] for item in found]) == pytest.approx(0.5, abs=0.15)
    assert HOLDS_UP not in {item["verdict"] for item in found}


def test_a_planted_edge_holds_up() -> None:
    matrix = noise(480, 40, 1)
    matrix[:, 17] += 0.004
    found = assess(matrix[:, 17], None, matrix)
    assert best_of(matrix) == 17
    assert found["pbo"] < 0.02
    assert found["deflated_sharpe"] > 0.99
    assert found["verdict"] == HOLDS_UP
    assert found["probabilistic_sharpe"] >= found["deflated_sharpe"]
    assert found["logits"]["p50"] > 0
    assert sum(found["logits"]["counts"]) == found["logits"]["splits"] == math.comb(16, 8)
    assert found["loss_probability"] < 0.02


def test_settings_that_are_all_as_good_are_not_called_luck() -> None:
    matrix = noise(600, 20, 2) + 0.004
    found = assess(matrix[:, best_of(matrix)], None, matrix)
    assert found["deflated_sharpe"] > 0.95
    assert found["pbo"] > 0.2
    assert found["verdict"] == NOT_SHOWN
    assert "does not last" in found["message"]


def test_sharpes_that_are_given_are_the_trials() -> None:
    best = noise(200, 1, 5)[:, 0] + 0.002
    lone = assess(best, None, None)
    many = assess(best, list(np.random.default_rng(1).normal(0, 0.1, 500)), None)
    assert (lone["trials"], lone["expected_max_sharpe"], lone["pbo"]) == (1, 0.0, None)
    assert many["trials"] == 500
    assert many["deflated_sharpe"] < lone["deflated_sharpe"] == lone["probabilistic_sharpe"]


def test_settings_that_trade_alike_or_never_have_their_ranks() -> None:
    alike = np.repeat(noise(64, 1, 6), 5, axis=1)
    found = cscv(alike)
    assert found is not None
    assert np.abs(found.logits).max() <= math.log(5)
    idle = cscv(np.zeros((64, 3)))
    assert idle is not None
    assert np.all(idle.logits == 0.0), "all in the middle"


def test_the_verdict_in_words() -> None:
    assert verdict(deflated_sharpe=0.99, pbo=0.05, trials=100, returns=500)[0] == HOLDS_UP
    assert verdict(deflated_sharpe=0.99, pbo=None, trials=1, returns=500)[0] == HOLDS_UP
    assert verdict(deflated_sharpe=0.8, pbo=0.1, trials=100, returns=500)[0] == NOT_SHOWN
    assert verdict(deflated_sharpe=0.8, pbo=0.6, trials=100, returns=500)[0] == LIKELY_LUCK
    word, message = verdict(deflated_sharpe=0.31, pbo=0.47, trials=1000, returns=500)
    assert word == LIKELY_LUCK
    assert "31 %" in message
    assert "1,000 trials" in message
    assert "47 %" in message
    assert verdict(deflated_sharpe=0.99, pbo=0.0, trials=10, returns=29)[0] == NOT_SHOWN
    assert verdict(deflated_sharpe=None, pbo=None, trials=1, returns=0)[0] == NOT_SHOWN


def test_little_data_and_wrong_shapes() -> None:
    assert cscv(noise(7, 5, 1)) is None
    assert cscv(noise(100, 1, 1)) is None
    assert stretches_for(100_000, 10) == 16
    assert stretches_for(100_000, 1_000_000) < 16
    assert stretches_for(20, 10) == 10
    with pytest.raises(ValueError, match="even number"):
        cscv(noise(100, 5, 1), stretches=5)
    with pytest.raises(ValueError, match="two dimensions"):
        cscv(np.zeros(5))


def best_of(matrix: np.ndarray) -> int:
    return int(np.argmax(matrix.mean(axis=0) / matrix.std(axis=0)))
