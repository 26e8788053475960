from typing import Any

import pytest
from rest_framework.exceptions import ValidationError

from analytics.backtest.config import BacktestConfig
from analytics.backtest.validation import validate_config, validate_data
from signals.api.strict import dotted

RAZOR = {"name": "razor"}
DATA = {"venue": "binance", "symbols": ["BTCUSDT"], "timeframe": "1m"}


def test_a_config_comes_out_with_all_parameters_of_its_strategies() -> None:
    found = validate_config({"strategies": [{"name": "razor", "params": {"fast": 5}}], "account": {"balance": 500}})
    assert found["strategies"][0]["params"] | {"fast": 5, "slow": 21} == found["strategies"][0]["params"]
    config = BacktestConfig.read(found)
    assert (config.account.balance, config.account.max_open_trades) == (500.0, 5)


def test_what_a_config_says_of_itself_is_valid_and_means_the_same() -> None:
    given = {
        "strategies": [RAZOR, {"name": "signalist-sma-3c", "params": {"period": 30}}],
        "account": {"leverage": 3, "currency": "USD"},
        "settings": {
            "risk": {"max_trades_per_day": 3, "daily_loss_percent": 2.5},
            "sizing": {"method": "RISK", "percent": 0.5},
            "exit_plan": {"trailing": {"kind": "ATR", "value": 2}, "targets": [{"percent": 1, "portion": 0.5}]},
            "schedule": {"time_zone": "Europe/Berlin", "days": [0, 1], "start": "09:00", "end": "17:00"},
        },
        "fill_model": {"slippage_bps": 2, "seed": 7},
        "worst_case": True,
    }
    config = BacktestConfig.read(validate_config(given))
    assert config.settings.exit_plan.trailing is not None
    assert BacktestConfig.read(validate_config(config.as_json())) == config


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "strategies"),
        ({"strategies": []}, "strategies"),
        ({"strategies": [{"name": "no-such"}]}, "strategies.0.name"),
        ({"strategies": [{"name": "razor", "params": {"fast": 0}}]}, "strategies.0.params"),
        ({"strategies": [RAZOR, {"name": "razor", "params": {"fast": 9}}]}, "strategies"),
        ({"strategies": [RAZOR], "surprise": 1}, "surprise"),
        ({"strategies": [RAZOR], "account": {"balance": 0}}, "account.balance"),
        ({"strategies": [RAZOR], "account": {"balance": float("nan")}}, "account.balance"),
        ({"strategies": [RAZOR], "account": {"leverage": 51}}, "account.leverage"),
        ({"strategies": [RAZOR], "account": {"max_position_size": 1.5}}, "account.max_position_size"),
        ({"strategies": [RAZOR], "account": {"owner": 1}}, "account.owner"),
        ({"strategies": [RAZOR], "settings": {"symbols": ["A"]}}, "settings.symbols"),
        ({"strategies": [RAZOR], "settings": {"sizing": {"method": "X"}}}, "settings.sizing.method"),
        ({"strategies": [RAZOR], "fill_model": {"slippage_bps": -1}}, "fill_model.slippage_bps"),
        ({"strategies": [RAZOR], "fill_model": {"speed": 1}}, "fill_model.speed"),
        ({"strategies": [RAZOR], "default_stop_percent": 0}, "default_stop_percent"),
    ],
)
def test_what_is_wrong_with_a_config_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_config(given)
    assert list(dotted(caught.value.detail)) == [field]


def test_moments_are_kept_in_utc() -> None:
    found = validate_data({**DATA, "start": "2022-01-01", "end": "2022-01-02T01:00:00+01:00"})
    assert (found["start"], found["end"]) == ("2022-01-01T00:00:00Z", "2022-01-02T00:00:00Z")
    assert validate_data(found) == found
    assert validate_data(DATA)["start"] is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"venue": "../x"}, "venue"),
        ({"symbols": []}, "symbols"),
        ({"symbols": ["a b"]}, "symbols.0"),
        ({"symbols": [f"S{n}" for n in range(201)]}, "symbols"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"start": "soon"}, "start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start"),
        ({"start": "2022-01-02", "end": "2022-01-02"}, "end"),
        ({"detail_timeframe": "1m"}, "detail_timeframe"),
        ({"limit": 5}, "limit"),
    ],
)
def test_what_is_wrong_with_data_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        validate_data({**DATA, **given})
    assert list(dotted(caught.value.detail)) == [field]


@pytest.mark.parametrize("given", ["x", None, [1]])
def test_what_is_no_object_is_refused(given: Any) -> None:
    for validate in (validate_config, validate_data):
        with pytest.raises(ValidationError):
            validate(given)
