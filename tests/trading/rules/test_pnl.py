import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.rules.strategies import PRICES, floats
from trading.rules.pnl import amount_at_level, gross_pnl, inverse_pnl, position_pnl, unit_value


def test_both_directions() -> None:
    assert gross_pnl(1, 2.0, 100.0, 110.0, 1.0) == 20.0
    assert gross_pnl(-1, 2.0, 100.0, 110.0, 1.0) == -20.0
    assert gross_pnl(1, 2.0, 100.0, 110.0, 0.1) == pytest.approx(2.0)


@given(floats(0.0, 1e6), PRICES, PRICES)
def test_long_and_short_mirror_each_other(quantity: float, entry: float, exit_price: float) -> None:
    profit = gross_pnl(1, quantity, entry, exit_price, 1.0)
    assert profit == -gross_pnl(-1, quantity, entry, exit_price, 1.0)
    assert gross_pnl(1, quantity, entry, entry, 1.0) == 0.0


@given(st.sampled_from([1, -1]), st.floats(1, 1e5), st.floats(10, 1e5), st.floats(10, 1e5))
def test_an_inverse_contract_earns_what_its_worth_in_base_currency_changes(
    direction: int, quantity: float, entry: float, exit_price: float
) -> None:
    """Held to the definition: so much quote currency bought and sold back, counted in base currency."""
    bought, sold = quantity * 10.0 / entry, quantity * 10.0 / exit_price
    assert inverse_pnl(direction, quantity, entry, exit_price, 10.0) == pytest.approx(
        direction * (bought - sold), rel=1e-9, abs=1e-12
    )


@given(st.floats(1, 1e5), st.floats(10, 1e5), st.floats(10, 1e5))
def test_a_position_earns_by_its_kind(quantity: float, entry: float, exit_price: float) -> None:
    assert position_pnl(False, 1, quantity, entry, exit_price, 1.0) == gross_pnl(1, quantity, entry, exit_price, 1.0)
    assert position_pnl(True, -1, quantity, entry, exit_price, 1.0) == inverse_pnl(-1, quantity, entry, exit_price, 1.0)
    assert unit_value(False, entry, 2.0) == 2.0 * entry
    assert unit_value(True, entry, 2.0) == 2.0 / entry
    assert unit_value(True, 0.0, 2.0) == 0.0


def test_a_multipliers_amount_at_a_level() -> None:
    assert amount_at_level(10.0, 100.0, 1000.0, 995.0) == pytest.approx(5.0)  # 0.5 % a hundred times over on 10
    assert amount_at_level(10.0, 100.0, 1000.0, 1010.0) == pytest.approx(10.0)
    assert amount_at_level(10.0, 100.0, 0.0, 1010.0) == 0.0
