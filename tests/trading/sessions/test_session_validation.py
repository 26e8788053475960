"""What a session may be told: bounds, unknown names, and errors that name the place."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from signals.api.strict import dotted
from trading.sessions.session_settings import METHODS, RiskLimits, SessionSettings
from trading.sessions.session_validation import RiskSerializer, validate_settings


def problems(given: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        validate_settings(given)
    return dotted(refused.value.detail)


WHOLE: dict[str, Any] = {
    "name": "Mine",
    "venue": "sim",
    "timeframe": "1m",
    "strategies": [{"name": "razor"}],
    "symbols": ["BTC/USDT", "ABC", "ABC"],
    "sources": ["STRATEGY"],
    "market_types": ["FUTURES"],
    "timeframes": ["1h"],
    "min_confidence": "0.75",
    "schedule": {
        "time_zone": "America/New_York",
        "days": [4, 0, 4],
        "start": "09:30",
        "end": "16:00",
        "calendar": "XNYS",
        "blackouts": [{"start": "2026-11-21T14:30:00+01:00", "end": "2026-11-21T14:00:00Z", "reason": "News"}],
    },
    "risk": {"max_trades_per_day": 3, "daily_loss_percent": 2, "max_stake": None, "cool_down_minutes": 0},
    "sizing": {"method": "KELLY", "fraction": 0.25, "sample": 50, "minimum": 10, "percent": 5},
    "exit_plan": {
        "trailing": {"kind": "ATR", "value": 2, "activation_percent": 1},
        "break_even": {"trigger_percent": 1, "offset_percent": 0.1},
        "targets": [{"percent": 1, "portion": 0.7}, {"percent": 2, "portion": 0.3}],
        "time_exit_minutes": 90,
    },
    "timeframe_weights": {"INTRADAY": 1, "SWING": 0},
    "contract": {"kind": "MULTIPLIER", "multiplier": 100},
    "allow_unprotected": True,
    "default_stop_percent": 0.5,
    "default_target_percent": "2.5",
}


def test_all_of_it_as_it_is_stored() -> None:
    told = validate_settings(WHOLE)
    assert set(told) == set(WHOLE)
    assert told["symbols"] == ["BTC/USDT", "ABC"]
    assert told["strategies"][0]["params"], "with every parameter spelled out"
    assert told["schedule"]["days"] == [0, 4]
    assert told["schedule"]["blackouts"] == [
        {"start": "2026-11-21T13:30:00+00:00", "end": "2026-11-21T14:00:00+00:00", "reason": "News"}
    ]
    assert told["risk"] == WHOLE["risk"], "what is given, and no more"
    assert (told["min_confidence"], told["default_stop_percent"]) == (Decimal("0.7500"), Decimal("0.500"))
    read = SessionSettings.read(told)
    assert read.risk.max_trades_per_day == 3
    assert read.exit_plan.targets[1].portion == 0.3
    assert read.schedule.blackouts[0].reason == "News"


def test_nothing_is_asked_for() -> None:
    assert validate_settings({}) == {}
    parts = ("schedule", "risk", "sizing", "exit_plan", "timeframe_weights", "contract")
    empty: dict[str, Any] = {name: {} for name in parts}
    assert validate_settings(empty) == empty


def test_every_setting_can_be_told() -> None:
    names = set(RiskSerializer().fields)
    assert names == set(RiskLimits.__dataclass_fields__)
    for method in METHODS:
        assert validate_settings({"sizing": {"method": method}})


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"status": "RUNNING"}, "status"),
        ({"peak_equity": 1}, "peak_equity"),
        ({"name": ""}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"venue": "no venue"}, "venue"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"timeframes": ["1m", "7m"]}, "timeframes.1"),
        ({"symbols": ["A B"]}, "symbols.0"),
        ({"symbols": "ABC"}, "symbols"),
        ({"sources": ["ORACLE"]}, "sources.0"),
        ({"market_types": [1]}, "market_types.0"),
        ({"min_confidence": "1.01"}, "min_confidence"),
        ({"min_confidence": "NaN"}, "min_confidence"),
        ({"strategies": [{"name": "razor"}, {"name": "none"}]}, "strategies.1.name"),
        ({"strategies": [{"name": "razor", "params": {"x": 1}}]}, "strategies.0.params"),
        ({"strategies": [{"name": "rules", "params": {"rules": {"long": {"all": []}}}}]}, "strategies.0.params"),
        ({"strategies": [{"name": "razor", "weight": 1}]}, "strategies.0.weight"),
        ({"strategies": ["razor"]}, "strategies.0.non_field_errors"),
        ({"risk": {"daily_loss_percent": 101}}, "risk.daily_loss_percent"),
        ({"risk": {"daily_loss_percent": 0}}, "risk.daily_loss_percent"),
        ({"risk": {"daily_loss_limit": float("nan")}}, "risk.daily_loss_limit"),
        ({"risk": {"daily_loss_limit": "inf"}}, "risk.daily_loss_limit"),
        ({"risk": {"daily_loss_limit": True}}, "risk.daily_loss_limit"),
        ({"risk": {"max_trades_per_day": 0}}, "risk.max_trades_per_day"),
        ({"risk": {"max_trades_per_day": 1.5}}, "risk.max_trades_per_day"),
        ({"risk": {"max_leverage": 51}}, "risk.max_leverage"),
        ({"risk": {"cool_down_minutes": -1}}, "risk.cool_down_minutes"),
        ({"risk": {"cool_down_minutes": None}}, "risk.cool_down_minutes"),
        ({"risk": {"max_losses": 1}}, "risk.max_losses"),
        ({"risk": []}, "risk.non_field_errors"),
        ({"sizing": {"method": "MARTINGALE"}}, "sizing.method"),
        ({"sizing": {"amount": None}}, "sizing.amount"),
        ({"sizing": {"percent": 100.1}}, "sizing.percent"),
        ({"sizing": {"minimum": 101}}, "sizing.minimum"),
        ({"sizing": {"sample": 10}}, "sizing.minimum"),
        ({"exit_plan": {"trailing": {"value": 100}}}, "exit_plan.trailing.value"),
        ({"exit_plan": {"trailing": {"kind": "ATR", "value": 101}}}, "exit_plan.trailing.value"),
        ({"exit_plan": {"trailing": {"step_percent": 101}}}, "exit_plan.trailing.step_percent"),
        ({"exit_plan": {"break_even": {"offset_percent": 1}}}, "exit_plan.break_even.offset_percent"),
        (
            {"exit_plan": {"targets": [{"percent": 1, "portion": 0.5}, {"percent": 1, "portion": 0.5}]}},
            "exit_plan.targets",
        ),
        ({"exit_plan": {"targets": [{"percent": 1}, {"percent": 2, "portion": 0.1}]}}, "exit_plan.targets"),
        ({"exit_plan": {"targets": [{"percent": 1, "portion": 0}]}}, "exit_plan.targets.0.portion"),
        ({"exit_plan": {"time_exit_minutes": 0}}, "exit_plan.time_exit_minutes"),
        ({"schedule": {"time_zone": "Mars/Olympus"}}, "schedule.time_zone"),
        ({"schedule": {"time_zone": "../etc/passwd"}}, "schedule.time_zone"),
        ({"schedule": {"time_zone": ""}}, "schedule.time_zone"),
        ({"schedule": {"days": [7]}}, "schedule.days.0"),
        ({"schedule": {"start": "24:00"}}, "schedule.start"),
        ({"schedule": {"end": "9:30"}}, "schedule.end"),
        ({"schedule": {"calendar": "XXXX"}}, "schedule.calendar"),
        (
            {"schedule": {"blackouts": [{"start": "2026-01-01T00:00:00", "end": "2026-01-02T00:00:00Z"}]}},
            "schedule.blackouts.0.start",
        ),
        (
            {"schedule": {"blackouts": [{"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00+01:00"}]}},
            "schedule.blackouts.0.end",
        ),
        ({"schedule": {"blackouts": [{"start": "2026-01-01T00:00:00Z"}]}}, "schedule.blackouts.0.end"),
        ({"timeframe_weights": {"SWING": 1.1}}, "timeframe_weights.SWING"),
        ({"timeframe_weights": {"YEARLY": 0.1}}, "timeframe_weights.YEARLY"),
        (
            {"timeframe_weights": {"INTRADAY": 0, "SWING": 0, "MONTHLY": 0, "LEAPS": 0}},
            "timeframe_weights.non_field_errors",
        ),
        ({"contract": {"kind": "BET"}}, "contract"),
        ({"contract": {"kind": "MULTIPLIER"}}, "contract"),
        ({"contract": {"kind": "RISE_FALL", "duration": 5, "duration_unit": "\0"}}, "contract"),
        ({"default_stop_percent": 0}, "default_stop_percent"),
        ({"default_stop_percent": None}, "default_stop_percent"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(given: dict[str, Any], place: str) -> None:
    assert set(problems(given)) == {place}


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*WHOLE, "other"]), _anything, max_size=4))
def test_anything_is_either_understood_or_refused(given: dict[str, Any]) -> None:
    try:
        told = validate_settings(given)
    except ValidationError:
        return
    SessionSettings.read(told)


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_limit_is_above_nothing_and_finite(value: float) -> None:
    try:
        told = validate_settings({"risk": {"daily_loss_percent": value}})["risk"]["daily_loss_percent"]
    except ValidationError:
        assert not 0 < value <= 100
    else:
        assert 0 < told == value <= 100
