from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.adapters.ccxt.profiles import venue_for
from brokers.adapters.ccxt.reports import execution_of, executions_of, report_of, status_of, trigger_of, type_of
from brokers.interface import OrderStatus, OrderType, Side

LINEAR = {"base": "BTC", "quote": "USDT", "settle": "USDT"}
INVERSE = {"base": "BTC", "quote": "USD", "settle": "BTC"}
BINANCE = venue_for("binance")


def no_price(currency: str, quote: str) -> Decimal:
    raise AssertionError(f"{currency}/{quote}")


def trade(number: int = 1, amount: str = "0.5", fee: tuple[str, str] | None = ("0.01", "USDT")) -> dict[str, Any]:
    told = {"id": str(number), "amount": amount, "price": "50000", "timestamp": 1_700_000_000_000 + number}
    return told | ({"fee": {"cost": fee[0], "currency": fee[1]}} if fee else {})


@pytest.mark.parametrize(
    ("status", "filled", "amount", "known", "expected"),
    [
        ("open", "0", "2", "0", OrderStatus.SUBMITTED),
        ("open", "1", "2", "1", OrderStatus.PARTIALLY_FILLED),
        ("closed", "2", "2", "2", OrderStatus.FILLED),
        ("closed", "2", "2", "1", OrderStatus.PARTIALLY_FILLED),  # the rest of the fills is not told yet
        ("closed", "2", "2", "0", OrderStatus.SUBMITTED),
        ("closed", None, "2", "0", OrderStatus.SUBMITTED),
        ("closed", "1", "2", "1", OrderStatus.CANCELLED),
        ("canceled", "1", "2", "1", OrderStatus.CANCELLED),
        ("canceled", "1", "2", "0", OrderStatus.SUBMITTED),  # it filled in part: not done before that part is known
        ("canceled", "0", "2", "0", OrderStatus.CANCELLED),
        ("expired", "0", "2", "0", OrderStatus.CANCELLED),
        ("rejected", None, "2", "0", OrderStatus.REJECTED),
        ("open", "2", "2", "2", OrderStatus.FILLED),
        (None, None, None, "0", OrderStatus.SUBMITTED),
        ("triggered", None, "2", "0", OrderStatus.SUBMITTED),
    ],
)
def test_a_state_never_claims_more_than_the_fills_show(
    status: str | None, filled: str | None, amount: str | None, known: str, expected: OrderStatus
) -> None:
    order = {"status": status, "filled": filled}
    assert status_of(order, Decimal(amount) if amount else None, Decimal(known)) == expected


@given(
    st.sampled_from(["open", "closed", "canceled", "expired"]),
    st.integers(0, 10),
    st.integers(1, 10),
    st.integers(0, 10),
)
def test_no_final_state_hides_a_fill(status: str, filled: int, amount: int, known: int) -> None:
    filled = min(filled, amount)
    result = status_of({"status": status, "filled": filled}, Decimal(amount), Decimal(known))
    if result.is_final:
        assert known >= filled
    if result == OrderStatus.FILLED:
        assert known >= amount


def test_a_cancelled_order_keeps_its_filled_part() -> None:
    order = {
        "id": "7",
        "status": "canceled",
        "filled": 0.5,
        "amount": 2.0,
        "side": "buy",
        "type": "limit",
        "price": 50_000,
    }
    fills = executions_of([trade()], LINEAR, no_price)
    report = report_of(BINANCE, order | {"clientOrderId": "sg1"}, fills, "BTCUSDT")
    assert report.status == OrderStatus.CANCELLED
    assert report.filled_quantity == Decimal("0.5")
    assert (report.side, report.quantity, report.limit_price) == (Side.BUY, Decimal("2.0"), Decimal(50_000))
    assert report.client_order_id == "sg1"


def test_a_fill_told_twice_counts_once_and_in_order() -> None:
    fills = executions_of([trade(2), trade(1), trade(2)], LINEAR, no_price)
    assert [item.fill_id for item in fills] == ["1", "2"]


@pytest.mark.parametrize(
    ("fee", "market", "expected"),
    [
        (("0.01", "USDT"), LINEAR, "0.01"),
        (("0.001", "BTC"), LINEAR, "50"),
        (("0.001", "BTC"), INVERSE, "50"),
        (("0.01", "USDC"), LINEAR, "0.01"),
        (("-0.01", "USDT"), LINEAR, "-0.01"),
        (None, LINEAR, "0"),
        (("0.01", "BNB"), LINEAR, "6"),
    ],
)
def test_commission_is_in_quote_currency(fee: tuple[str, str] | None, market: dict[str, str], expected: str) -> None:
    told = execution_of(trade(fee=fee), market, lambda currency, quote: Decimal(600))
    assert told is not None
    assert told.commission == Decimal(expected)


@pytest.mark.parametrize("missing", ["id", "amount", "price", "timestamp"])
def test_half_a_trade_is_none(missing: str) -> None:
    assert execution_of(trade() | {missing: None}, LINEAR, no_price) is None


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ({"type": "market"}, OrderType.MARKET),
        ({"type": "limit"}, OrderType.LIMIT),
        ({"type": "stop_market", "triggerPrice": 1}, OrderType.STOP),
        ({"type": "market", "triggerPrice": 1, "info": {"orderType": "TAKE_PROFIT_MARKET"}}, OrderType.TAKE_PROFIT),
        ({"type": "market", "takeProfitPrice": 1}, OrderType.TAKE_PROFIT),
        (
            {"type": "market", "info": {"stop_order_type": "take_profit_order", "stop_price": "9"}},
            OrderType.TAKE_PROFIT,
        ),
        ({"type": "take_market", "info": {"trigger_price": 9}}, OrderType.TAKE_PROFIT),
        ({"type": "market", "triggerPrice": 0}, OrderType.MARKET),
    ],
)
def test_the_kind_of_an_order(order: dict[str, Any], expected: OrderType) -> None:
    assert type_of(order) == expected
    assert (trigger_of(order) is None) == (expected in (OrderType.MARKET, OrderType.LIMIT))
