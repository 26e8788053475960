"""Scores, and the returns that trials keep."""

import math

import numpy as np
import pytest

from analytics.jobs.figures import light_figures
from analytics.search.scores import MAXIMIZABLE, score_of, stretch_returns
from tests.analytics.samples import make_result


@pytest.mark.parametrize(
    ("figures", "score"),
    [
        ({"risk": {"sharpe": 1.5}}, 1.5),
        ({"risk": {"sharpe": 2}}, 2.0),
        ({"risk": {"sharpe": None}}, None),
        ({"risk": {"sharpe": math.inf}}, None),
        ({"risk": {"sharpe": True}}, None),
        ({"risk": 3}, None),
        ({}, None),
    ],
)
def test_score(figures: dict, score: float | None) -> None:
    assert score_of(figures, "risk.sharpe") == score


def test_everything_that_may_be_maximized_is_there() -> None:
    figures = light_figures(make_result())
    assert all(score_of(figures, name) is not None for name in MAXIMIZABLE)


def test_returns_of_equal_stretches() -> None:
    time, equity = np.array([0, 10, 20, 30]), np.array([100.0, 110.0, 99.0, 99.0])
    assert stretch_returns(time, equity, 0, 40, 4) == pytest.approx([0.1, -0.1, 0, 0])
    assert stretch_returns(time, equity, 0, 40, 2) == pytest.approx([-0.01, 0])
    assert stretch_returns(time, np.array([100.0, 0.0, 0.0, 0.0]), 0, 40, 4) == pytest.approx([-1, 0, 0, 0])
    whole = stretch_returns(time, equity, 0, 40)
    assert np.prod(1 + whole.astype(float)) == pytest.approx(0.99)
