"""TradingView's words into ours."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError, ValidationError

from signals.api.webhook_body import moment, normalize, parse_body


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"ticker": "BINANCE:BTCUSDT", "action": "buy"}, {"symbol": "BTCUSDT", "direction": "LONG"}),
        ({"symbol": "BTC/USDT:USDT", "side": "SELL"}, {"symbol": "BTC/USDT:USDT", "direction": "SHORT"}),
        ({"symbol": "BTC/USDT", "direction": "Long"}, {"symbol": "BTC/USDT", "direction": "LONG"}),
        ({"ticker": "BYBIT:BTCUSDT.P", "action": "flat"}, {"symbol": "BTCUSDT.P", "direction": "flat"}),
        ({"price": 5, "close": 6}, {"entry_price": 5}),
        ({"close": "6"}, {"entry_price": "6"}),
        ({"sl": 4}, {"stop_loss": 4}),
        ({"stop": 4, "stop_loss": 4}, {"stop_loss": 4}),
        ({"tp": 9}, {"take_profits": [9]}),
        ({"target": [9, 10]}, {"take_profits": [9, 10]}),
        ({"interval": "1"}, {"timeframe": "1m"}),
        ({"interval": 60}, {"timeframe": "1h"}),
        ({"interval": "240"}, {"timeframe": "4h"}),
        ({"interval": "D"}, {"timeframe": "1d"}),
        ({"interval": "1D"}, {"timeframe": "1d"}),
        ({"interval": "15S"}, {"timeframe": "15s"}),
        ({"strength": 85}, {"confidence": Decimal("0.85")}),
        ({"strength": 0.85}, {"confidence": 0.85}),
        ({"confidence": "101"}, {"confidence": "101"}),
        ({"comment": "hi", "volume": 3}, {"evidence": {"comment": "hi", "volume": 3}}),
        ({"comment": "hi", "evidence": {"rsi": 70}}, {"evidence": {"comment": "hi", "rsi": 70}}),
    ],
)
def test_spellings(body: dict[str, Any], expected: dict[str, Any]) -> None:
    found = normalize(body)
    assert {name: found[name] for name in expected} == expected


def test_an_alert_without_a_confidence_is_meant() -> None:
    assert normalize({})["confidence"] == 1


@pytest.mark.parametrize("body", [{"stoploss": 4}, {"sl": 4, "stop": 5}, {"action": "buy", "side": "sell"}])
def test_what_is_mistyped_or_contradictory_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        normalize(body)


def test_the_secret_goes_no_further() -> None:
    assert "hush" not in str(normalize({"secret": "hush", "comment": "x"}))


@pytest.mark.parametrize(
    "value",
    [1_700_000_000, 1_700_000_000_000, "1700000000", "2023-11-14T22:13:20Z", "2023-11-14T23:13:20+01:00",
     "2023-11-14T22:13:20"],
)  # fmt: skip
def test_moments(value: Any) -> None:
    assert moment(value) == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("value", [None, True, "", "nan", "inf", float("nan"), 10**400, [], {}, "yesterday", "1e999"])
def test_no_moments(value: Any) -> None:
    assert moment(value) is None


@given(st.text() | st.integers() | st.floats() | st.none())
def test_a_moment_is_finite_or_none(value: Any) -> None:
    found = moment(value)
    assert found is None or abs(found) < float("inf")


@given(st.binary(max_size=200) | st.text().map(str.encode) | st.just(b"[" * 50_000))
def test_bodies_are_objects_or_refused(raw: bytes) -> None:
    with suppress(ParseError):
        assert isinstance(parse_body(raw), dict)


@pytest.mark.parametrize("raw", [b'{"a": NaN}', b'{"a": 1e999}', b'{"a": "\\u0000"}', b'{"\\ud800": 1}', b"[]", b"1"])
def test_what_cannot_be_stored_is_refused(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse_body(raw)
