from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.numbers import decimal_in, flag_in, optional_decimal, seconds_in, text_in, wire_number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9))
def test_a_number_reads_the_same_as_a_number_and_as_a_text(value: Decimal) -> None:
    assert decimal_in({"price": str(value)}, "price") == value == decimal_in({"price": value}, "price")


@pytest.mark.parametrize("value", ["ten", True, [1], {"a": 1}, "NaN", "Infinity"])
def test_what_is_no_number_is_named(value: object) -> None:
    with pytest.raises(BadReply, match="price: "):
        optional_decimal({"price": value}, "price")


def test_what_is_missing() -> None:
    assert optional_decimal({"price": None}, "price") is None
    assert optional_decimal({"price": ""}, "price") is None
    with pytest.raises(BadReply, match="price: "):
        decimal_in({}, "price")
    assert seconds_in({"a": None, "b": "12.5"}, "a", "b") == 12.5
    assert text_in({"id": 12}, "name", "id") == "12"
    assert (flag_in({"open": "1"}, "open"), flag_in({}, "open", True), flag_in({"open": 0}, "open")) == (
        True,
        True,
        False,
    )


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=0, max_value=10**9))
def test_amounts_are_sent_as_numbers(value: Decimal) -> None:
    sent = wire_number(value)
    assert type(sent) in (int, float)
    assert Decimal(str(sent)) == value
