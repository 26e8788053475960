import math
from typing import Any

import pytest

from brokers.interface import Capabilities, Instrument, OrderStatus, Quote, Side

QUOTE = {"venue": "sim", "symbol": "A", "bid": 99.0, "ask": 101.0, "last": 100.0, "time": 1.0, "received": 1.0}
INSTRUMENT = {
    "venue": "sim",
    "symbol": "A",
    "market_type": "SPOT",
    "tick_size": 0.01,
    "lot_size": 0.001,
    "min_quantity": 0.0,
    "min_notional": 0.0,
}


@pytest.mark.parametrize("field", ["bid", "ask", "last"])
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_a_price_that_is_none_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Quote(**(QUOTE | {field: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [("bid", 102.0), ("time", math.nan), ("received", math.inf), ("volatility", math.nan), ("volatility", -0.1)],
)
def test_what_would_poison_a_fill_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Quote(**(QUOTE | {field: value}))  # type: ignore[arg-type]


def test_a_locked_book_and_a_last_price_outside_it_are_quotes() -> None:
    Quote(**(QUOTE | {"bid": 101.0, "last": 150.0}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tick_size", 0.0),
        ("lot_size", -1.0),
        ("lot_size", math.nan),
        ("contract_size", 0.0),
        ("max_leverage", 0.0),
        ("min_quantity", -1.0),
        ("min_notional", math.inf),
    ],
)
def test_an_instrument_that_cannot_be_sized_is_refused_by_name(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Instrument(**(INSTRUMENT | {field: value}))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [Side, OrderStatus])
def test_enums_are_their_text(kind: Any) -> None:
    assert all(member == member.name == str(member) for member in kind)


def test_value_objects_cannot_change() -> None:
    capabilities = Capabilities(frozenset({"SPOT"}), partial_fills=True, holds_stops=False)
    with pytest.raises(AttributeError):
        capabilities.holds_stops = True  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Quote(**QUOTE).bid = 1.0  # type: ignore[misc, arg-type]
