import pytest
from hypothesis import given

from tests.trading.rules.strategies import FRACTIONS, PRICES, STEPS, floats
from trading.rules.sizing import confidence_scaled_quantity, margin_required, stop_from_percent, target_from_percent


def test_the_allowance_is_scaled_by_confidence() -> None:
    # 1,000 * 10 % * 0.8 = 80 in quote currency, at 50 a unit
    assert confidence_scaled_quantity(1000.0, 0.10, 0.8, 50.0, 1.0, 0.1) == 1.6
    assert confidence_scaled_quantity(1000.0, 0.10, 0.8, 50.0, 10.0, 0.01) == 0.16


@given(floats(0.0, 1e6), FRACTIONS, FRACTIONS, PRICES, STEPS, STEPS)
def test_no_size_exceeds_the_allowance(
    balance: float, share: float, confidence: float, price: float, contract_size: float, lot: float
) -> None:
    quantity = confidence_scaled_quantity(balance, share, confidence, price, contract_size, lot)
    allowed = balance * share * confidence / (price * contract_size)
    assert 0.0 <= quantity <= allowed + 2e-9 * lot + 4e-15 * allowed
    assert allowed - quantity < lot + 2e-9 * lot + 4e-15 * allowed
    assert quantity * price * contract_size <= balance * share * (1 + 1e-8) + 1e-8 * lot * price * contract_size


@pytest.mark.parametrize(("balance", "price", "contract_size", "lot"), [(0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 0)])
def test_nothing_to_buy_with_or_at_is_no_size(balance: float, price: float, contract_size: float, lot: float) -> None:
    assert confidence_scaled_quantity(balance, 1.0, 1.0, price, contract_size, lot) == 0.0


def test_shares_outside_0_to_1_are_brought_back() -> None:
    assert confidence_scaled_quantity(100.0, 5.0, 7.0, 1.0, 1.0, 1.0) == 100.0
    assert confidence_scaled_quantity(100.0, -1.0, 1.0, 1.0, 1.0, 1.0) == 0.0


def test_margin_is_the_notional_over_the_leverage() -> None:
    assert margin_required(100.0, 5.0) == 20.0
    assert margin_required(100.0, 0.5) == 100.0


def test_default_levels_lie_on_their_sides() -> None:
    assert stop_from_percent(1, 200.0, 0.5) == pytest.approx(199.0)
    assert stop_from_percent(-1, 200.0, 0.5) == pytest.approx(201.0)
    assert target_from_percent(1, 200.0, 1.0) == pytest.approx(202.0)
    assert target_from_percent(-1, 200.0, 1.0) == pytest.approx(198.0)
