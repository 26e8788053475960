from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.edge import as_decimal, fit_order
from brokers.errors import InvalidOrder
from brokers.interface import Bracket, Instrument, OrderRequest, OrderType, Quote, Side

INSTRUMENT = Instrument(
    "binance", "BTCUSDT", "FUTURES", tick_size=0.1, lot_size=0.001, min_quantity=0.002, min_notional=100.0,
    max_leverage=50.0, max_quantity=10.0, band_below=0.05, band_above=0.05,
)  # fmt: skip
QUOTE = Quote("binance", "BTCUSDT", 49_999.9, 50_000.1, 50_000.0, 0.0, 0.0)
ORDER = OrderRequest("sg1", "BTCUSDT", Side.BUY, Decimal("0.0105"))


def fit(instrument: Instrument = INSTRUMENT, **changes: Any) -> OrderRequest:
    return fit_order(replace(ORDER, **changes), QUOTE, instrument)


def test_quantity_goes_down_to_the_lot_and_prices_to_the_tick() -> None:
    fitted = fit(
        type=OrderType.LIMIT, limit_price=Decimal("50000.17"), bracket=Bracket(Decimal("48000.04"), Decimal(52000))
    )
    assert fitted.quantity == Decimal("0.01")
    assert fitted.limit_price == Decimal("50000.1")
    assert fitted.bracket == Bracket(Decimal("48000"), Decimal("52000"))


def test_a_limit_is_rounded_in_the_orders_favor() -> None:
    assert fit(type=OrderType.LIMIT, side=Side.SELL, limit_price=Decimal("50000.11")).limit_price == Decimal("50000.2")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"quantity": Decimal("0.0004")}, "quantity: rounds to zero, one lot of BTCUSDT is 0.001"),
        ({"quantity": Decimal("0.001")}, "quantity: 0.001 is below BTCUSDT's minimum of 0.002"),
        ({"quantity": Decimal(11)}, "quantity: 11 is above BTCUSDT's maximum of 10"),
        ({"leverage": Decimal(51)}, "leverage: 51 is above BTCUSDT's maximum of 50"),
        ({"type": OrderType.LIMIT, "limit_price": Decimal(47000)}, "limit_price: 47000 lies below .* ends at 47500"),
        ({"type": OrderType.STOP, "stop_price": Decimal(53000)}, "stop_price: 53000 lies above .* ends at 52500"),
        ({"type": OrderType.LIMIT}, "limit_price: limit orders need it"),
        ({"limit_price": Decimal(50000)}, "limit_price: limit orders need it, others have none"),
        ({"type": OrderType.STOP}, "stop_price: stop and take-profit orders need it"),
        ({"quantity": Decimal("NaN")}, "quantity: must be above 0"),
        ({"symbol": "ETHUSDT"}, "symbol: the order is for ETHUSDT, the instrument is BTCUSDT"),
        ({"bracket": Bracket(Decimal(50_500))}, "stop_loss: 50500.* must lie below the entry"),
        ({"bracket": Bracket(None, Decimal(49_500))}, "take_profit: 49500.* must lie above the entry"),
        ({"bracket": Bracket(Decimal(40_000))}, "stop_loss: 40000 lies below BTCUSDT's price band"),
    ],
)
def test_a_violation_names_its_rule_and_figures(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidOrder, match=says):
        fit(**changes)


def test_too_little_notional_is_refused_of_entries_alone() -> None:
    small = replace(INSTRUMENT, min_quantity=0.001)
    with pytest.raises(InvalidOrder, match="notional: 50 is below BTCUSDT's minimum of 100"):
        fit(small, quantity=Decimal("0.001"))
    assert fit(small, quantity=Decimal("0.001"), reduce_only=True).quantity == Decimal("0.001")


def test_a_closed_market_takes_no_order() -> None:
    with pytest.raises(InvalidOrder, match="not trading now"):
        fit(replace(INSTRUMENT, is_open=False, hours="24/5"))


def test_inverse_contracts_are_worth_their_quote_currency() -> None:
    inverse = replace(INSTRUMENT, inverse=True, lot_size=10.0, min_quantity=10.0, max_quantity=0.0)
    with pytest.raises(InvalidOrder, match="notional: 90 is below"):
        fit(inverse, quantity=Decimal(90))
    assert fit(inverse, quantity=Decimal(109)).quantity == Decimal(100)


@pytest.mark.parametrize("value", [1e-8, 0.1, 60000.5, 123456.0, 0.0])
def test_decimals_carry_no_noise(value: float) -> None:
    assert float(as_decimal(value)) == value
    assert len(str(as_decimal(0.1 + 0.2))) == 3
