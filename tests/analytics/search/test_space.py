"""The space of a search and what is drawn from it."""

from typing import Any

import numpy as np
import pytest

from analytics.search.bayesian import Told, next_batch
from analytics.search.draws import grid, grid_size, random_draws
from analytics.search.space import Dimension, read_space


def one(**given: Any) -> Dimension:
    return read_space({"account.leverage": given})[0]


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"low": 5, "high": 9}, (5, 6, 7, 8, 9)),
        ({"low": 5, "high": 10, "step": 2}, (5, 7, 9)),
        ({"low": 0.1, "high": 0.5, "step": 0.1}, (0.1, 0.2, 0.3, 0.4, 0.5)),
        ({"low": 1, "high": 2, "step": 0.5}, (1.0, 1.5, 2.0)),
        ({"values": [3, "a", True, None]}, (3, "a", True, None)),
    ],
)
def test_listed(given: dict[str, Any], values: tuple[Any, ...]) -> None:
    dimension = one(**given)
    assert dimension.listed() == values
    assert [type(item) for item in dimension.listed()] == [type(item) for item in values]
    assert dimension.count() == len(values)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"low": 2, "high": 1}, "high must not be below low"),
        ({"low": 0, "high": 1, "log": True}, "begins above 0"),
        ({"low": 1.0, "high": 2, "step": 0.1, "log": True}, "has no step"),
        ({"low": 0.0, "high": 1.0, "step": 1e-6}, "steps"),
    ],
)
def test_what_cannot_be(given: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValueError, match=f"account.leverage: .*{problem}"):
        one(**given)


def test_a_grid_changes_strategies_slowest() -> None:
    space = read_space({"account.leverage": {"values": [1, 2]}, "strategies.0.params.fast": {"values": [5, 6]}})
    assert grid_size(space) == 4
    assert [tuple(item.values()) for item in grid(space)] == [(5, 1), (5, 2), (6, 1), (6, 2)]


SPACE = read_space(
    {
        "strategies.0.params.fast": {"low": 2, "high": 50},
        "fill_model.slippage_bps": {"low": 0.1, "high": 100.0, "log": True},
        "account.leverage": {"low": 1.0, "high": 5.0, "step": 0.5},
        "settings.sizing.method": {"values": ["PERCENT", "RISK"]},
    }
)


def test_random_draws() -> None:
    drawn = random_draws(SPACE, 200, seed=3)
    assert drawn == random_draws(SPACE, 200, seed=3)
    assert drawn != random_draws(SPACE, 200, seed=4)
    assert len({tuple(item.values()) for item in drawn}) == 200
    slippage = np.array([item["fill_model.slippage_bps"] for item in drawn])
    assert 0.1 <= slippage.min() < 1 < slippage.max() <= 100
    assert 0.4 < np.mean(slippage < np.sqrt(10)) < 0.6, "each order of magnitude alike"
    assert {item["account.leverage"] for item in drawn} == {1 + 0.5 * step for step in range(9)}


def test_more_draws_than_there_are_settings() -> None:
    space = read_space({"account.leverage": {"values": [1, 2, 3]}})
    assert len(random_draws(space, 10, seed=1)) == 10


def bayesian(seed: int, trials: int = 64) -> list[Told]:
    """A search for slippage 10 and fast 20, batch by batch."""
    told: list[Told] = []
    while len(told) < trials:
        for params in next_batch(SPACE, told, 16, seed):
            distance = (
                abs(np.log10(params["fill_model.slippage_bps"]) - 1) + abs(params["strategies.0.params.fast"] - 20) / 50
            )
            told.append(Told(params, None if params["settings.sizing.method"] == "RISK" else -float(distance)))
    return told


def test_bayesian() -> None:
    told = bayesian(1)
    assert told == bayesian(1)
    assert told != bayesian(2)
    scores = [item.score for item in told if item.score is not None]
    assert np.mean(scores[-16:]) > np.mean(scores[:16]), "it learns"
    assert all(isinstance(item.params["strategies.0.params.fast"], int) for item in told)
