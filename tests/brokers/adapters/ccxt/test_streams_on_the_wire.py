"""Streams over real sockets: pushed, polled, broken, silent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from brokers.adapters.ccxt.client_ids import Role, leg_id
from brokers.interface import ConnectionState, OrderStatus, OrderType, PublicTrade, Quote, Side
from tests.brokers.adapters.ccxt.floor import Floor, wait_for

PUSHED = {"binance": "push.ORDER_TRADE_UPDATE", "delta": "push.orders", "deribit": "push.user.orders"}


def heard(floor: Floor, client_order_id: str, status: OrderStatus) -> Callable[[], Any]:
    return lambda: [r for r in floor.heard if r.client_order_id == client_order_id and r.status == status]


def connected(floor: Floor) -> None:
    """Until the order stream stands: what happens next is pushed."""
    marker = floor.place()
    wait_for(heard(floor, marker.client_order_id, OrderStatus.FILLED))


def test_orders_are_told_once_with_their_fills(floor: Floor) -> None:
    floor.listen()
    connected(floor)
    report = floor.place()
    (told,) = wait_for(heard(floor, report.client_order_id, OrderStatus.FILLED))
    assert told.executions == report.executions
    floor.place(side=Side.SELL, reduce_only=True, quantity=floor.quantity * 2)
    assert len(heard(floor, report.client_order_id, OrderStatus.FILLED)()) == 1


def test_a_leg_that_fills_takes_its_sibling_along(floor: Floor) -> None:
    floor.listen()
    entry = floor.place(bracket=floor.bracket(stop="0.98", target="1.02"))
    wait_for(heard(floor, entry.client_order_id, OrderStatus.FILLED))
    floor.move("0.97")
    wait_for(lambda: floor.position() == 0)
    wait_for(lambda: not [row for row in floor.orders() if row["state"] in ("UNTRIGGERED", "OPEN")])
    exits = wait_for(lambda: [r for r in floor.heard if r.side == Side.SELL and r.status == OrderStatus.FILLED])
    assert {item.fill_id for r in exits for item in r.executions} == {
        str(row["id"]) for row in floor.truth()["fills"] if row["side"] == "SELL"
    }
    stop = floor.broker.get_order(floor.symbol, order_id=entry.stop_order_id)
    assert stop is not None
    assert stop.status == OrderStatus.FILLED
    assert stop.filled_quantity == floor.quantity


def test_what_happened_while_the_socket_was_down_is_told_first(floor: Floor) -> None:
    """INCIDENTS 11: fills in the gap come over REST, before anything new."""
    floor.listen()
    connected(floor)
    floor.fault("disconnect_before", PUSHED[floor.broker_id], times=3)
    gap = floor.place()  # the message that would tell of it breaks the socket
    wait_for(heard(floor, gap.client_order_id, OrderStatus.FILLED))
    wait_for(lambda: floor.broker.get_connection_status().reconnects)
    floor.fault("delay", "nothing")
    later = floor.place()
    wait_for(heard(floor, later.client_order_id, OrderStatus.FILLED))
    ids = [report.client_order_id for report in floor.heard]
    assert ids.index(gap.client_order_id) < ids.index(later.client_order_id)
    wait_for(lambda: floor.broker.get_connection_status().state == ConnectionState.CONNECTED)


def test_a_push_that_never_comes_is_made_good_by_reading(floor: Floor) -> None:
    """The socket stands and says nothing: after a while the account is read over REST."""
    floor.listen()
    connected(floor)
    floor.fault("drop_reply", PUSHED[floor.broker_id], times=None)
    lost = floor.place()
    wait_for(heard(floor, lost.client_order_id, OrderStatus.FILLED))


def test_quotes_are_pushed(floor: Floor) -> None:
    quotes: list[Quote] = []
    subscription = floor.broker.subscribe_quotes([floor.symbol], quotes.append)

    def ticked() -> list[Quote]:
        floor.simulator.control.advance(1)
        return quotes[2:]

    wait_for(ticked)
    assert {quote.symbol for quote in quotes} == {floor.symbol}
    assert all(quote.bid < quote.ask for quote in quotes)
    floor.broker.unsubscribe(subscription)


@pytest.mark.parametrize("broker_id", ["binance", "delta"])
def test_public_trades_are_pushed_or_polled(open_floor: Callable[..., Floor], broker_id: str) -> None:
    floor, trades = open_floor(broker_id), list[PublicTrade]()
    subscription = floor.broker.subscribe_trades([floor.symbol], trades.append)

    def ticked() -> list[PublicTrade]:
        floor.simulator.control.advance(1)
        return trades

    wait_for(ticked)
    assert trades[0].symbol == floor.symbol
    assert len({(trade.trade_id, trade.time, trade.side, trade.price) for trade in trades}) == len(trades)
    floor.broker.unsubscribe(subscription)


def test_orders_are_polled_where_nothing_is_pushed(open_floor: Callable[..., Floor]) -> None:
    floor = open_floor("binance")
    floor.broker._subscriptions._has = {"watchOrders": False}
    floor.listen()
    report = floor.place(bracket=floor.bracket(stop="0.98"))
    wait_for(heard(floor, report.client_order_id, OrderStatus.FILLED))
    status = floor.broker.get_connection_status()
    assert status.state == ConnectionState.DEGRADED
    assert "polled: orders" in status.error
    target = leg_id(report.client_order_id, Role.TARGET)
    wait_for(heard(floor, target, OrderStatus.SUBMITTED))
    floor.broker.cancel_order(floor.symbol, order_id=report.target_order_id)
    wait_for(heard(floor, target, OrderStatus.CANCELLED))


def test_silence_is_a_disconnect(open_floor: Callable[..., Floor]) -> None:
    floor, quotes = open_floor("binance", silence=0.3), list[Quote]()
    floor.broker.subscribe_quotes([floor.symbol], quotes.append)
    wait_for(lambda: floor.broker.get_connection_status().state == ConnectionState.DEGRADED)
    assert "Silence" in floor.broker.get_connection_status().error

    def ticked() -> int:
        floor.simulator.control.advance(1)
        return floor.broker.get_connection_status().reconnects

    wait_for(ticked)


def test_a_stop_that_triggers_and_does_not_fill_is_closed_at_market(open_floor: Callable[..., Floor]) -> None:
    """INCIDENTS 7: the stop here is one that the market has passed, and that the exchange leaves lying."""
    clock = [1000.0]
    floor = open_floor("binance", stop_patience=10.0)
    report = floor.place(bracket=floor.bracket(stop="0.98"))
    stops = floor.broker.stops
    stops._clock = lambda: clock[0]
    (waiting,) = [
        item for item in floor.broker._lookup.open_orders("BTC/USDT:USDT") if item.order["id"] == report.stop_order_id
    ]
    stops.see(floor.broker._lookup.report(waiting.order), "BTC/USDT:USDT")
    passed = floor.broker.quote(floor.symbol).last * 0.97
    assert stops.price("BTC/USDT:USDT", passed) == []
    clock[0] += 9.9
    assert stops.price("BTC/USDT:USDT", passed) == []
    assert stops.price("BTC/USDT:USDT", passed * 1.1) == []  # it came back: patience begins anew
    clock[0] += 9.9
    assert stops.price("BTC/USDT:USDT", passed) == []
    clock[0] += 10.0
    floor.fault("disconnect_before")
    assert stops.price("BTC/USDT:USDT", passed) == []  # the stop is gone, the market order did not arrive: once more
    (closed,) = stops.price("BTC/USDT:USDT", passed)
    assert closed.client_order_id == leg_id(leg_id(report.client_order_id, Role.STOP), Role.ESCALATION)
    assert floor.position() == 0
    assert stops.symbols() == set()
    assert [row["state"] for row in floor.orders() if row["kind"] == "STOP"] == ["CANCELLED"]
    assert stops.price("BTC/USDT:USDT", passed) == []


def test_a_strangers_stop_is_left_alone(open_floor: Callable[..., Floor]) -> None:
    floor = open_floor("binance")
    floor.place()
    price = Decimal(str(round(floor.broker.quote(floor.symbol).last * 0.98, 1)))
    floor.place(client_order_id="by-hand", type=OrderType.STOP, stop_price=price, side=Side.SELL, reduce_only=True)
    for item in floor.broker._lookup.open_orders("BTC/USDT:USDT"):
        floor.broker.stops.see(floor.broker._lookup.report(item.order), "BTC/USDT:USDT")
    assert floor.broker.stops.symbols() == set()


def test_legs_grow_with_their_entry(open_floor: Callable[..., Floor]) -> None:
    """An entry that goes on filling after its legs were placed has no bare part."""
    floor = open_floor("binance")
    floor.listen()
    connected(floor)
    floor.place(side=Side.SELL, reduce_only=True)
    floor.fault("partial_fill", times=None)
    price = Decimal(str(round(floor.broker.quote(floor.symbol).ask * 1.002, 1)))
    quantity = floor.quantity * 10
    report = floor.place(type=OrderType.LIMIT, limit_price=price, quantity=quantity, bracket=floor.bracket())
    assert report.filled_quantity < quantity
    floor.fault("delay", "nothing")

    def protected() -> bool:
        floor.simulator.control.advance(1)
        waiting = [row for row in floor.orders() if row["state"] == "UNTRIGGERED"]
        return len(waiting) == 2 and all(Decimal(row["quantity"]) == quantity for row in waiting)

    wait_for(protected)
