"""What an order's row asks of the broker."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.interface import ContractType
from trading.brokerage.requests import check_contract, contract_terms


def trade(kind: dict[str, Any], long: bool = True, stake: str = "10", stop: Any = None, target: Any = None) -> Any:
    return SimpleNamespace(
        session=SimpleNamespace(contract=kind),
        direction_sign=1 if long else -1,
        quantity=Decimal(stake),
        stop_loss=stop,
        take_profit=target,
    )


def test_without_a_choice_it_is_a_multiplier_of_100_with_the_trades_levels_as_amounts() -> None:
    terms = contract_terms(trade({}, stop=Decimal(995), target=Decimal(1010)), Decimal(1000))
    assert (terms.contract_type, terms.multiplier) == (ContractType.MULTUP, 100)
    assert (terms.stop_loss, terms.take_profit) == (Decimal("5.00"), Decimal("10.00"))


@given(st.decimals("1", "500", places=2), st.decimals("1", "999", places=2))
def test_a_stop_is_never_beyond_the_stake(stake: Decimal, stop: Decimal) -> None:
    terms = contract_terms(trade({}, stake=str(stake), stop=stop), Decimal(1000))
    assert terms.stop_loss is not None
    assert 0 < terms.stop_loss <= terms.stake <= stake


@pytest.mark.parametrize(("long", "kind"), [(True, ContractType.CALL), (False, ContractType.PUT)])
def test_rise_and_fall(long: bool, kind: ContractType) -> None:
    chosen = {"kind": "RISE_FALL", "duration": 5, "duration_unit": "m"}
    terms = contract_terms(trade(chosen, long, stop=Decimal(1)), Decimal(1000))
    assert (terms.contract_type, terms.duration, terms.duration_unit) == (kind, 5, "m")
    assert terms.stop_loss is None


def test_accumulators() -> None:
    terms = contract_terms(trade({"kind": "ACCUMULATOR", "growth_rate": "0.03"}), Decimal(1000))
    assert (terms.contract_type, terms.growth_rate) == (ContractType.ACCU, Decimal("0.03"))


def test_a_session_can_not_ask_for_what_no_contract_is() -> None:
    with pytest.raises(ValueError, match="duration_unit"):
        contract_terms(trade({"kind": "RISE_FALL", "duration": 5, "duration_unit": "y"}), Decimal(1000))


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ([], "object"),
        ({"kind": "OPTION"}, "kind"),
        ({"kind": "MULTIPLIER"}, "multiplier"),
        ({"kind": "MULTIPLIER", "multiplier": "many"}, "number"),
        ({"kind": "MULTIPLIER", "multiplier": 0}, "multiplier"),
        ({"kind": "RISE_FALL", "duration": 5, "duration_unit": "y"}, "duration_unit"),
        ({"kind": "RISE_FALL", "duration": 5, "duration_unit": "m", "barrier": 1}, "barrier"),
        ({"kind": "ACCUMULATOR", "growth_rate": "0.5"}, "growth_rate"),
    ],
)
def test_a_wrong_choice_is_named(chosen: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        check_contract(chosen)


def test_right_choices_pass() -> None:
    for chosen in ({}, {"kind": "MULTIPLIER", "multiplier": 50}, {"kind": "ACCUMULATOR", "growth_rate": "0.01"}):
        check_contract(chosen)
