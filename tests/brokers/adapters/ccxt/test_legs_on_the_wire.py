"""A bracket's legs changed while they wait: moved, resized, dropped and put back, on three exchanges' wires."""

from decimal import Decimal

import pytest

from brokers.errors import InvalidOrder, OutcomeUnknown
from brokers.interface import OrderChange, OrderReport, OrderType, Side
from tests.brokers.adapters.ccxt.floor import Floor

# A leg changed at each exchange, as the simulator names the call for faults.
CHANGES = {"binance": "POST /fapi/v1/algoOrder", "delta": "PUT /v2/orders", "deribit": "edit"}


def opened(floor: Floor, times: int = 4) -> OrderReport:
    return floor.place(bracket=floor.bracket(), quantity=floor.quantity * times)


def at(floor: Floor, factor: str) -> Decimal:
    """A price on the tick, about that far from the market."""
    price = Decimal(str(floor.broker.quote(floor.symbol).last)) * Decimal(factor)
    return price.quantize(Decimal(1)) // 10 * 10


def waiting(floor: Floor) -> dict[OrderType, tuple[str, Decimal | None, Decimal | None]]:
    """By kind: id, trigger and quantity. There is never more than one of a kind."""
    found = floor.broker.open_orders(floor.symbol)
    assert len({item.type for item in found}) == len(found)
    assert all(item.reduce_only for item in found)
    return {item.type: (item.order_id, item.stop_price, item.quantity) for item in found}


def shown(report: OrderReport) -> dict[OrderType, tuple[str, Decimal | None, Decimal | None]]:
    legs = {
        OrderType.STOP: (report.stop_order_id, report.stop_level, report.stop_quantity),
        OrderType.TAKE_PROFIT: (report.target_order_id, report.target_level, report.target_quantity),
    }
    return {kind: leg for kind, leg in legs.items() if leg[0]}


def test_the_entry_tells_what_its_legs_are_at(floor: Floor) -> None:
    report = opened(floor)
    assert shown(report) == waiting(floor)
    found = floor.broker.get_order(floor.symbol, client_order_id=report.client_order_id)
    assert found is not None
    assert shown(found) == shown(report)


def test_after_a_part_is_closed_the_legs_are_as_large_as_what_is_left(floor: Floor) -> None:
    report = opened(floor)
    floor.place(side=Side.SELL, reduce_only=True, quantity=floor.quantity)
    left = floor.quantity * 3
    found = floor.broker.get_order(floor.symbol, client_order_id=report.client_order_id)
    assert found is not None
    change = OrderChange(stop_loss=found.stop_level, take_profit=found.target_level, leg_quantity=left)
    resized = floor.broker.amend_order(found, change, floor.instrument)
    assert shown(resized) == waiting(floor)
    assert {quantity for _, _, quantity in waiting(floor).values()} == {left}
    floor.listen()  # what is read at the start of a stream does not make them grow again
    again = floor.broker.get_order(floor.symbol, client_order_id=report.client_order_id)
    assert again is not None
    assert shown(again) == shown(resized)
    assert floor.position() == left


def test_the_stop_closes_what_is_left_and_takes_the_target_along(floor: Floor) -> None:
    report = opened(floor)
    floor.place(side=Side.SELL, reduce_only=True, quantity=floor.quantity)
    change = OrderChange(stop_loss=at(floor, "0.98"), leg_quantity=floor.quantity * 3)
    floor.broker.amend_order(report, change, floor.instrument)
    floor.listen()
    floor.move("0.97")
    for _ in range(50):
        if floor.position() == 0 and not floor.broker.open_orders(floor.symbol):
            break
        floor.simulator.control.advance(1)
    assert floor.position() == 0
    assert floor.broker.open_orders(floor.symbol) == []


def test_a_target_is_dropped_and_the_stop_stays(floor: Floor) -> None:
    report = opened(floor)
    alone = floor.broker.amend_order(report, OrderChange(drop_target=True), floor.instrument)
    assert shown(alone) == waiting(floor)
    assert set(waiting(floor)) == {OrderType.STOP}
    price = at(floor, "1.02")
    back = floor.broker.amend_order(alone, OrderChange(take_profit=price), floor.instrument)
    assert waiting(floor)[OrderType.TAKE_PROFIT] == (back.target_order_id, price, floor.quantity * 4)


def test_a_stop_is_dropped_and_put_back_under_an_id_of_its_own(floor: Floor) -> None:
    report = opened(floor)
    for factor in ("0.95", "0.96", "0.97"):
        bare = floor.broker.amend_order(report, OrderChange(drop_stop=True), floor.instrument)
        assert not bare.stop_in_force
        assert set(waiting(floor)) == {OrderType.TAKE_PROFIT}
        report = floor.broker.amend_order(bare, OrderChange(stop_loss=at(floor, factor)), floor.instrument)
        assert report.stop_in_force
        assert waiting(floor)[OrderType.STOP][1] == at(floor, factor)
    names = [row["client_id"] for row in floor.orders() if row["kind"] == "STOP" and row["client_id"]]
    assert len(names) == len(set(names)) >= 3


def test_a_stop_that_the_price_has_passed_is_refused_and_the_old_one_stands(floor: Floor) -> None:
    report = opened(floor)
    before = waiting(floor)
    with pytest.raises(InvalidOrder):
        floor.broker.amend_order(report, OrderChange(stop_loss=at(floor, "1.01")), floor.instrument)
    assert waiting(floor) == before
    assert floor.position() == floor.quantity * 4


@pytest.mark.parametrize("kind", ["drop_reply", "disconnect_after"])
def test_a_change_whose_reply_is_lost_leaves_one_stop(floor: Floor, kind: str) -> None:
    report, price = opened(floor), at(floor, "0.98")
    floor.fault(kind, CHANGES[floor.broker_id])
    change = OrderChange(stop_loss=price)
    moved = floor.broker.amend_order(report, change, floor.instrument)
    assert waiting(floor)[OrderType.STOP] == (moved.stop_order_id, price, floor.quantity * 4)


def test_a_change_that_did_not_arrive_leaves_the_old_stop(floor: Floor) -> None:
    report, before = opened(floor), waiting(floor)
    floor.fault("maintenance", CHANGES[floor.broker_id], times=None)
    with pytest.raises(OutcomeUnknown):
        floor.broker.amend_order(report, OrderChange(stop_loss=at(floor, "0.98")), floor.instrument)
    floor.fault("delay", "nothing")
    assert waiting(floor) == before
