import pytest
from hypothesis import given

from tests.trading.rules.strategies import PRICES, floats
from trading.rules.pnl import gross_pnl, net_pnl


def test_both_directions() -> None:
    assert gross_pnl(1, 2.0, 100.0, 110.0, 1.0) == 20.0
    assert gross_pnl(-1, 2.0, 100.0, 110.0, 1.0) == -20.0
    assert gross_pnl(1, 2.0, 100.0, 110.0, 0.1) == pytest.approx(2.0)


@given(floats(0.0, 1e6), PRICES, PRICES)
def test_long_and_short_mirror_each_other(quantity: float, entry: float, exit_price: float) -> None:
    profit = gross_pnl(1, quantity, entry, exit_price, 1.0)
    assert profit == -gross_pnl(-1, quantity, entry, exit_price, 1.0)
    assert gross_pnl(1, quantity, entry, entry, 1.0) == 0.0


def test_net_is_after_both_commissions() -> None:
    assert net_pnl(20.0, 1.5, 2.5) == 16.0
