import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.adapters.ccxt.client_ids import (
    IdFormat,
    Role,
    family_of,
    from_wire,
    leg_id,
    leg_of,
    parse_leg,
    stem_of,
    to_wire,
)
from brokers.errors import InvalidOrder

ENTRIES = st.text("0123456789abcdef", min_size=30, max_size=30).map(lambda digits: f"sg{digits}")
READABLE = [IdFormat.PLAIN, IdFormat.TEXT28, IdFormat.UUID]


@given(ENTRIES, st.sampled_from(READABLE), st.sampled_from(list(Role)), st.integers(0, 0xFFFF))
def test_ids_come_back_from_the_wire(entry: str, form: IdFormat, role: Role, generation: int) -> None:
    leg = leg_id(entry, role, generation)
    assert from_wire(to_wire(entry, form), form) == entry
    assert from_wire(to_wire(leg, form), form) == leg
    assert leg_of(to_wire(leg, form), form) == (role, generation, family_of(entry, form))
    assert leg_of(to_wire(entry, form), form) is None


@given(ENTRIES, st.sampled_from([IdFormat.INT45, IdFormat.INT53]), st.sampled_from(list(Role)), st.integers(0, 1023))
def test_numbers_still_name_the_role_and_the_family(entry: str, form: IdFormat, role: Role, generation: int) -> None:
    wire = to_wire(leg_id(entry, role, generation), form)
    assert leg_of(wire, form) == (role, generation, family_of(entry, form))
    assert leg_of(to_wire(entry, form), form) is None
    assert from_wire(wire, form) == ""


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        (IdFormat.PLAIN, r"[a-z0-9]{32}"),
        (IdFormat.TEXT28, r"t-[0-9A-Za-z]{1,26}"),
        (IdFormat.UUID, r"[0-9a-f]{32}"),
        (IdFormat.INT45, r"\d+"),
        (IdFormat.INT53, r"\d+"),
    ],
)
@given(entry=ENTRIES, role=st.sampled_from([None, *Role]))
def test_the_wire_form_is_what_the_exchange_takes(form: IdFormat, pattern: str, entry: str, role: Role | None) -> None:
    wire = to_wire(leg_id(entry, role) if role else entry, form)
    assert re.fullmatch(pattern, wire)
    if form in (IdFormat.INT45, IdFormat.INT53):
        assert int(wire) < 2 ** {IdFormat.INT45: 45, IdFormat.INT53: 53}[form]


def test_legs_of_one_entry_share_a_stem_and_others_do_not() -> None:
    first, second = "sg" + "a" * 30, "sg" + "b" * 30
    assert stem_of(leg_id(first, Role.STOP)) == stem_of(leg_id(first, Role.TARGET, 3)) == stem_of(first)
    assert stem_of(first) != stem_of(second)
    assert parse_leg(first) is None


@pytest.mark.parametrize("wrong", ["", "x" * 33, "with space", "ü"])
def test_what_no_exchange_takes_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidOrder, match="client_order_id"):
        to_wire(wrong, IdFormat.PLAIN)


@pytest.mark.parametrize("form", list(IdFormat))
def test_strangers_ids_are_nobodys_legs(form: IdFormat) -> None:
    for stranger in ("", "web_1", "t-manual", "42", "android"):
        assert leg_of(stranger, form) is None
