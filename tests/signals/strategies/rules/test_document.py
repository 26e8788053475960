"""Documents of rules: what is wrong with one is named by its path."""

import contextlib
import copy
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.strategies.registry import StrategyError, build_params, json_schema
from signals.strategies.rules.document import read_rules
from signals.strategies.rules.reading import RuleError
from signals.strategies.rules.schema import SCHEMA
from signals.strategies.rules.strategy import DEFAULT

UP = {"left": "close", "is": ">", "right": "open"}
FULL: dict[str, Any] = {
    "indicators": {
        "fast": {"kind": "ema", "period": 9},
        "bands": {"kind": "bollinger", "of": "fast", "deviations": 1.5},
        "osc": {"kind": "stochastic", "signal": 5},
        "force": {"kind": "macd", "fast": 5, "slow": 10},
        "calm": {"kind": "atr"},
    },
    "long": {
        "all": [
            {"any": [{"left": "close", "is": "crosses_above", "right": "bands.upper"}, {"not": UP}]},
            {"held": {"left": "osc.k", "is": ">", "right": {"value": "osc.d", "ago": 2}}, "bars": 2},
            {"value": "force.histogram", "is": "rising"},
            {"time": {"from": "08:00", "to": "20:00", "days": ["mon", "tue"]}},
        ]
    },
    "short": None,
    "stop": {"at": {"subtract": ["low", {"multiply": ["calm", 0.5]}]}},
    "target": {"risk": 2},
    "strength": {"min": [100, {"add": ["osc.k", 20]}]},
}


def changed(path: str, value: Any) -> dict[str, Any]:
    document = copy.deepcopy(FULL)
    *parents, last = path.split(".")
    here: Any = document
    for part in parents:
        here = here[int(part)] if isinstance(here, list) else here[part]
    here[int(last) if isinstance(here, list) else last] = value
    return document


@pytest.mark.parametrize("document", [DEFAULT, FULL, {"short": UP}])
def test_sound_ones_are_sound_by_the_schema_too(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    jsonschema.Draft202012Validator(SCHEMA).validate(dict(read_rules(document).whole))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([], "an object is needed, not []"),
        ({}, "long: a condition for long or for short is needed"),
        ({"long": UP, "exit": 1}, "'exit' is not one of indicators, long, short"),
        (changed("long", {"when": 1}), "long: a condition has one of all, any, not"),
        (changed("long.all", []), "long.all: a list of 1 or more is needed, not []"),
        (changed("long.all.0.any.0.left", "bands"), "long.all.0.any.0.left: 'bands' is not one of open, high"),
        (changed("long.all.0.any.0.is", "="), "long.all.0.any.0.is: '=' is not one of >"),
        (changed("long.all.0.any.0.right", None), "long.all.0.any.0.right: a number is needed, not None"),
        (changed("long.all.0.any.0.right", {"power": [1, 2]}), "right: a value, or one of add"),
        (changed("long.all.0.any.0.right", {"add": [1]}), "right.add: a list of 2 or more"),
        (changed("long.all.0.any.0.right", {"add": [1, 2], "divide": [1, 2]}), "right: a value, or one of"),
        (changed("long.all.0.any.0.right", True), "right: a number is needed, not True"),
        (changed("long.all.0.any.0.right", float("nan")), "right: a number is needed, not nan"),
        (changed("long.all.1.bars", 0), "long.all.1.bars: must lie between 1 and 500, not 0"),
        (changed("long.all.1.bars", 2.5), "long.all.1.bars: a whole number is needed, not 2.5"),
        (changed("long.all.1.held.right.ago", -1), "right.ago: must lie between 0 and 500, not -1"),
        (changed("long.all.2.is", "up"), "long.all.2.is: 'up' is not one of rising, falling"),
        (changed("long.all.3.time.from", "8:00"), "time.from: a time of the day such as 08:30"),
        (changed("long.all.3.time.days", ["monday"]), "time.days.0: 'monday' is not one of mon"),
        (changed("long.all.3.time.until", "08:00"), "time: 'until' is not one of from, to, days"),
        (changed("indicators.Fast", {"kind": "ema"}), "indicators: a name is a small letter"),
        (changed("indicators.close", {"kind": "ema"}), "indicators.close: that is the name of a price"),
        (changed("indicators.fast.kind", "hma"), "indicators.fast.kind: 'hma' is not one of sma, ema"),
        (changed("indicators.fast.period", 1), "indicators.fast.period: must lie between 2 and 500, not 1"),
        (changed("indicators.fast.length", 9), "indicators.fast: 'length' is not one of kind, period, of"),
        (changed("indicators.fast.of", "bands.middle"), "indicators.bands.of: these indicators go round in a circle"),
        (changed("indicators.fast.of", 5), "indicators.fast.of: the name of a price or of an indicator is needed"),
        (changed("indicators.calm.of", "close"), "indicators.calm: 'of' is not one of kind, period"),
        (changed("indicators.force.slow", 5), "indicators.force.fast: must be shorter than slow (5), not 5"),
        (changed("stop", {"risk": 1}), "stop: 'risk' is not one of percent, atr, at, period"),
        (changed("stop", {"percent": 1, "atr": 1}), "stop: one of percent, atr, at is needed"),
        (changed("stop", {"percent": 0}), "stop.percent: must lie between 0.01 and 50, not 0"),
        (changed("target", {"percent": 1, "period": 3}), "target: one of percent, atr, at, risk is needed"),
        (changed("strength", 101), "strength: must lie between 0 and 100, not 101"),
        (changed("strength", "conviction"), "strength: 'conviction' is not one of"),
        (changed("indicators.fast.period", 490), "it looks at"),
        (changed("indicators", {f"a{n}": {"kind": "rsi"} for n in range(21)}), "indicators: there are more than 20"),
        ({"long": {"all": [UP] * 200}}, "there are more than 300 conditions and values"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(document: Any, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        read_rules(document)
    assert message in str(refused.value)
    with pytest.raises(StrategyError, match=r"^rules: "):
        build_params("rules", {"rules": document})


def test_too_deep_a_document_is_refused() -> None:
    deep: dict[str, Any] = UP
    for _ in range(2000):
        deep = {"not": deep}
    with pytest.raises(RuleError, match="nested too deeply"):
        read_rules({"long": deep})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 600) | st.floats() | st.sampled_from(["close", "fast", "ema", ">", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["indicators", "long", "short", "stop", "all", "not", "left", "is", "right", "kind", "period"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused_in_words(document: Any) -> None:
    with contextlib.suppress(RuleError):
        assert read_rules(document).reach >= 0


def test_the_parameters_schema_offers_the_example() -> None:
    told = json_schema("rules")["properties"]["rules"]
    assert told["type"] == "object"
    assert told["default"]["indicators"]["fast"]["period"] == 9
    assert {"value", "condition"} <= told["$defs"].keys()


def test_a_long_value_is_cut_off_in_the_message() -> None:
    with pytest.raises(RuleError) as refused:
        read_rules({"long": {"left": ["x" * 1000] * 1000, "is": ">", "right": 1}})
    assert len(str(refused.value)) < 400
