"""What a search may be told."""

from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from analytics.search.paths import with_params
from analytics.search.request import validate_search
from signals.api.strict import dotted

CONFIG = {
    "strategies": [{"name": "ema-cross", "params": {"fast": 9, "slow": 21, "stop_percent": 0.5, "target_percent": 1.0}}]
}
FAST, SLOW = "strategies.0.params.fast", "strategies.0.params.slow"


def check(space: Any, kind: str = "SWEEP", config: Any = None, **more: Any) -> dict[str, Any]:
    return validate_search({"space": space, **more}, kind=kind, config=config or CONFIG)


def test_a_grid_counts_its_own_trials() -> None:
    found = check({FAST: {"low": 5, "high": 8}, "account.leverage": {"values": [1.0, 2.0]}})
    assert (found["trials"], found["folds"]) == (8, 1)
    assert check({FAST: {"low": 5, "high": 8}}, "WALK_FORWARD", folds=3)["out_of_sample_percent"] == 25.0


def test_values_that_go_only_with_some_of_others_are_fine() -> None:
    assert check({FAST: {"low": 5, "high": 40}, SLOW: {"low": 10, "high": 60}})


@pytest.mark.parametrize(
    ("space", "more", "field"),
    [
        ({}, {}, "space"),
        ({"strategies.0.params.nope": {"values": [1]}}, {}, "space.strategies.0.params.nope"),
        ({"strategies.1.params.fast": {"values": [1]}}, {}, "space.strategies.1.params.fast"),
        ({"strategies.0.name": {"values": ["razor"]}}, {}, "space.strategies.0.name"),
        ({"strategies.0.params": {"values": [1]}}, {}, "space.strategies.0.params"),
        ({"settings.exit_plan.trailing.value": {"values": [1]}}, {}, "space.settings.exit_plan.trailing.value"),
        ({"__class__.x": {"values": [1]}}, {}, "space.__class__.x"),
        ({FAST: {"low": 1, "high": 8}}, {}, f"space.{FAST}"),
        ({FAST: {"values": [5, 21]}}, {}, f"space.{FAST}"),
        ({FAST: {"low": 5}}, {}, f"space.{FAST}.non_field_errors"),
        ({FAST: {"low": 5, "high": 8, "values": [1]}}, {}, f"space.{FAST}.non_field_errors"),
        ({FAST: {"values": [5, 5]}}, {}, f"space.{FAST}.values"),
        ({FAST: {"values": [[5]]}}, {}, f"space.{FAST}.values"),
        ({FAST: {"low": "5", "high": 8}}, {}, f"space.{FAST}.non_field_errors"),
        ({FAST: {"low": 5, "high": 8, "more": 1}}, {}, f"space.{FAST}.more"),
        ({"account.leverage": {"low": 1.0, "high": 2.0}}, {}, "space.account.leverage"),
        ({FAST: {"values": [5]}}, {"maximize": "core.fees"}, "maximize"),
        ({FAST: {"values": [5]}}, {"method": "random", "trials": 5001}, "trials"),
        ({FAST: {"low": 2, "high": 20}, "account.leverage": {"low": 1.0, "high": 10.0, "step": 0.01}}, {}, "space"),
    ],
)
def test_what_is_wrong_is_named(space: Any, more: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        check(space, **more)
    assert field in dotted(caught.value.detail)


def test_a_run_searches_nothing() -> None:
    assert validate_search({}, kind="RUN", config=CONFIG) == {}
    with pytest.raises(ValidationError):
        check({FAST: {"values": [5]}}, "RUN")


def test_params_are_put_in_where_the_config_left_them_out() -> None:
    changed = with_params(CONFIG, {FAST: 5, "settings.sizing.percent": 2.0})
    assert changed["strategies"][0]["params"]["fast"] == 5
    assert changed["settings"] == {"sizing": {"percent": 2.0}}
    assert CONFIG["strategies"][0]["params"]["fast"] == 9
    assert "settings" not in CONFIG
