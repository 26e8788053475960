from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brokers.adapters.deriv.contracts import limit_amount, purchase_report, sale_report, side_of, state_of
from brokers.adapters.deriv.errors import BadReply
from brokers.errors import InvalidOrder
from brokers.interface import ContractStatus, Side

CENT = Decimal("0.01")


def row(**fields: Any) -> dict[str, Any]:
    shared = {
        "contract_id": 7,
        "contract_type": "MULTUP",
        "buy_price": "10.00",
        "purchase_time": 1000,
        "status": "open",
    }
    return {"proposal_open_contract": shared | fields}


def test_both_apis_say_the_same() -> None:
    limits = {"stop_loss": {"order_amount": -5}, "take_profit": {"order_amount": "20"}}
    current = row(underlying_symbol="R_100", entry_spot="1500.1", bid_price="9.8", multiplier=100, limit_order=limits)
    legacy = row(
        underlying="R_100", entry_tick=Decimal("1500.1"), bid_price=Decimal("9.8"), multiplier=100, limit_order=limits
    )
    assert state_of(current) == state_of(legacy)
    assert state_of(current).stop_loss == Decimal(5)


def test_a_state_without_a_status_goes_by_whether_it_was_sold() -> None:
    assert state_of(row(status=None)).status == ContractStatus.OPEN
    assert state_of(row(status=None, is_sold=1)).status == ContractStatus.SOLD


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"buy_price": None}, "buy_price"), ({"contract_id": None}, "contract_id"), ({"status": "x"}, "status")],
)
def test_a_reply_that_lacks_something_is_named(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(BadReply, match=name):
        state_of(row(**fields))


def test_fills_have_the_same_ids_however_often_they_are_told() -> None:
    state = state_of(row(status="won", sell_price=19, sell_time=1010, exit_spot=1501, profit=9))
    assert purchase_report(state).executions[0].fill_id == "7-buy"
    assert sale_report(state).executions[0].fill_id == "7-sell"
    assert sale_report(state).side == Side.SELL
    assert not purchase_report(state).stop_in_force


@pytest.mark.parametrize(("kind", "side"), [("CALL", "BUY"), ("PUT", "SELL"), ("MULTDOWN", "SELL"), ("ACCU", "BUY")])
def test_sides(kind: str, side: str) -> None:
    assert side_of(kind) == side


@given(
    entry=st.decimals(min_value=1, max_value=100_000, places=2),
    share=st.decimals(min_value="0.0001", max_value="0.5", places=4),
    stake=st.decimals(min_value=1, max_value=2_000, places=2),
    multiplier=st.sampled_from([10, 20, 50, 100, 200]),
    kind=st.sampled_from(["MULTUP", "MULTDOWN"]),
    name=st.sampled_from(["stop_loss", "take_profit"]),
)
def test_a_level_becomes_what_the_contract_gains_or_loses_there(
    entry: Decimal, share: Decimal, stake: Decimal, multiplier: int, kind: str, name: str
) -> None:
    above = (kind == "MULTUP") == (name == "take_profit")
    right = entry * (1 + share if above else 1 - share)
    wrong = entry * (1 - share if above else 1 + share)
    expected = stake * multiplier * share
    assume(expected > CENT)
    with pytest.raises(InvalidOrder, match=f"{name}: .* wrong side"):
        limit_amount(name, wrong, entry, stake, Decimal(multiplier), kind, CENT)
    if name == "stop_loss" and expected > stake + CENT:
        with pytest.raises(InvalidOrder, match="stake"):
            limit_amount(name, right, entry, stake, Decimal(multiplier), kind, CENT)
    elif name == "take_profit" or expected < stake - CENT:
        assert abs(limit_amount(name, right, entry, stake, Decimal(multiplier), kind, CENT) - expected) <= CENT / 2


def test_levels_that_deriv_cannot_hold() -> None:
    with pytest.raises(InvalidOrder, match="ACCU"):
        limit_amount("take_profit", Decimal(11), Decimal(10), Decimal(10), Decimal(1), "ACCU", CENT)
    with pytest.raises(InvalidOrder, match="rounds to 0"):
        limit_amount("take_profit", Decimal("1000.0001"), Decimal(1000), Decimal(1), Decimal(10), "MULTUP", CENT)
