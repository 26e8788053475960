import dataclasses
from typing import Any

import pytest

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.marketdata.candles import CandleArrays
from signals.strategies.registry import (
    StrategyError,
    StrategyOutput,
    all_strategies,
    build_params,
    get_strategy,
    json_schema,
    strategy,
    strategy_key,
    validate_params,
    warmup,
)


def test_the_built_in_strategies_are_there() -> None:
    assert {"razor", "signalist-sma-3c"} <= {item.name for item in all_strategies()}
    for item in all_strategies():
        assert item.title
        assert item.description


def test_an_unknown_strategy_is_named() -> None:
    with pytest.raises(StrategyError, match="'nothing' is not one of ema-cross, razor, rules, signalist-sma-3c"):
        get_strategy("nothing")


def test_defaults_fill_in_what_is_not_given() -> None:
    values = validate_params("razor", {"fast": 5})
    assert values["fast"] == 5
    assert (values["slow"], values["rsi_period"], values["momentum_bars"]) == (21, 14, 5)
    assert (values["stop_percent"], values["target_percent"], values["min_strength"]) == (0.5, 1.0, 70.0)
    assert validate_params("razor", {})["fast"] == 9


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"quick": 1}, "quick: razor has no such parameter"),
        ({"fast": "9"}, "fast: a whole number is needed, not '9'"),
        ({"fast": 9.0}, "fast: a whole number is needed, not 9.0"),
        ({"fast": True}, "fast: a whole number is needed, not True"),
        ({"fast": 1}, "fast: must lie between 2 and 200, not 1"),
        ({"fast": 10**400}, "fast: must lie between 2 and 200"),
        ({"fast": 21}, "fast: must be shorter than slow"),
        ({"stop_percent": None}, "stop_percent: a number is needed, not None"),
        ({"stop_percent": float("nan")}, "stop_percent: a number is needed, not nan"),
        ({"stop_percent": float("inf")}, "stop_percent: must lie between"),
        ({"stop_percent": 0}, "stop_percent: must lie between 0.01 and 50, not 0"),
        ({"volatility_min_percent": 6.0}, "volatility_min_percent: must not exceed"),
    ],
)
def test_a_wrong_parameter_is_named(values: dict[str, Any], message: str) -> None:
    with pytest.raises(StrategyError, match=message):
        build_params("razor", values)


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        build_params("razor", {}).fast = 3


def test_the_key_is_the_same_for_the_same_behaviour_alone() -> None:
    assert strategy_key("razor", {}) == strategy_key("razor", {"fast": 9, "stop_percent": 0.5})
    assert strategy_key("razor", {"stop_percent": 1}) == strategy_key("razor", {"stop_percent": 1.0})
    keys = {strategy_key("razor", values) for values in ({}, {"fast": 8}, {"slow": 22}, {"stop_percent": 0.6})}
    assert len(keys) == 4
    assert strategy_key("razor", {}).startswith("razor:")
    # Stored with every signal: it must not change from one release to the next.
    assert strategy_key("razor", {}) == "razor:c9e10d2c57"
    assert strategy_key("signalist-sma-3c", {}) == "signalist-sma-3c:ad994f7c83"


def test_the_schema_tells_type_bounds_and_default() -> None:
    schema = json_schema("razor")
    assert schema["additionalProperties"] is False
    fast, stop = schema["properties"]["fast"], schema["properties"]["stop_percent"]
    assert (fast["type"], fast["default"], fast["minimum"], fast["maximum"]) == ("integer", 9, 2, 200)
    assert (stop["type"], stop["default"]) == ("number", 0.5)
    for name in ("razor", "signalist-sma-3c"):
        properties = json_schema(name)["properties"]
        assert all(item["minimum"] <= item["default"] <= item["maximum"] for item in properties.values())
        assert all(item["description"].endswith(".") for item in properties.values())


def test_the_warm_up_follows_the_parameters() -> None:
    assert warmup("razor", {}) == 21
    assert warmup("razor", {"slow": 50}) == 50
    assert warmup("signalist-sma-3c", {}) == 23
    with pytest.raises(StrategyError, match="fast"):
        warmup("razor", {"fast": 0})


def test_a_name_is_registered_once() -> None:
    def other(candles: CandleArrays, params: Any) -> StrategyOutput:
        raise AssertionError

    with pytest.raises(ValueError, match="'razor' is taken"):
        strategy(name="razor", title="", params=object, warmup=lambda params: 0)(other)
