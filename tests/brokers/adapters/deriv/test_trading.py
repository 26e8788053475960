"""Contracts from purchase to sale, at the simulator, through both APIs."""

from decimal import Decimal

import pytest

from brokers.errors import InsufficientFunds, InvalidOrder
from brokers.interface import (
    Bracket,
    ContractStatus,
    ContractTerms,
    ContractType,
    OrderChange,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderType,
    Side,
)
from tests.brokers.adapters.deriv.desk import Desk, multiplier, rise, sale, until


def test_a_multiplier_is_bought_with_its_bracket_moved_and_sold(desk: Desk) -> None:
    broker = desk.broker()
    spot = Decimal(str(broker.quote("R_100").last))
    bracket = Bracket(stop_loss=spot * Decimal("0.995"), take_profit=spot * Decimal("1.02"))
    bought = desk.place(broker, multiplier("co-1", bracket=bracket))
    assert bought.status == OrderStatus.FILLED
    assert (bought.client_order_id, bought.side, bought.stop_in_force) == ("co-1", Side.BUY, True)
    assert bought.contract is not None
    # 10 * 100 * 0.5 % and 10 * 100 * 2 %
    assert (bought.contract.stop_loss, bought.contract.take_profit) == (Decimal(5), Decimal(20))
    assert bought.executions[0].quantity == Decimal(10)
    assert bought.executions[0].price == bought.contract.entry_spot == spot

    (position,) = broker.positions()
    assert (position.position_id, position.quantity, position.leverage) == (bought.order_id, Decimal(10), Decimal(100))

    instrument = broker.get_instrument_info("R_100")
    moved = broker.amend_order(bought, OrderChange(stop_loss=spot * Decimal("0.997")), instrument)
    assert moved.contract is not None
    assert (moved.contract.stop_loss, moved.contract.take_profit) == (Decimal(3), Decimal(20))
    dropped = broker.amend_order(bought, OrderChange(drop_target=True), instrument)
    assert dropped.contract is not None
    assert (dropped.contract.stop_loss, dropped.contract.take_profit) == (Decimal(3), None)
    assert (dropped.target_order_id, dropped.stop_in_force) == ("", True)
    with pytest.raises(InvalidOrder, match="leg_quantity"):
        broker.amend_order(bought, OrderChange(leg_quantity=Decimal(5)), instrument)

    sold = desk.place(broker, sale("co-2", bought))
    assert sold.contract is not None
    assert (sold.contract.status, sold.client_order_id) == (ContractStatus.SOLD, "co-2")
    assert (sold.side, sold.reduce_only) == (Side.SELL, True)
    assert sold.executions[0].fill_id == f"{bought.order_id}-sell"
    (row,) = desk.contracts()
    assert Decimal(row["sell_price"]) == sold.contract.sell_price
    assert broker.positions() == []


def test_a_stop_at_deriv_ends_the_contract_and_its_leg_shows_it(desk: Desk) -> None:
    broker = desk.broker()
    spot = Decimal(str(broker.quote("R_100").last))
    bracket = Bracket(stop_loss=spot * Decimal("0.995"))
    bought = desk.place(broker, multiplier("co-1", bracket=bracket))
    leg = broker.get_order("R_100", order_id=bought.stop_order_id)
    assert leg is not None
    assert (leg.status, leg.executions) == (OrderStatus.SUBMITTED, ())
    desk.sim.control.set_price("R_100", float(spot) * 0.99)

    def stopped() -> OrderReport | None:
        found = broker.get_order("R_100", order_id=bought.stop_order_id)
        return found if found is not None and found.executions else None

    ended = until(stopped)
    assert ended.status == OrderStatus.FILLED
    assert ended.contract.profit < 0


def test_rise_and_fall_settles_by_itself(desk: Desk) -> None:
    broker = desk.broker()
    bought = desk.place(broker, rise("co-1", ticks=2))
    desk.sim.control.advance(6)
    found = broker.get_order("R_100", client_order_id="co-1")
    assert found is not None
    assert found.contract is not None
    assert found.contract.status in (ContractStatus.WON, ContractStatus.LOST)
    assert found.contract.sell_price in (Decimal(0), found.contract.payout)
    both = [report.order_id for report in broker.executions_since(0.0, "R_100")]
    assert both == [bought.order_id, f"{bought.order_id}-sell"]
    assert broker.executions_since(0.0, "R_10") == []


def test_an_accumulator_keeps_its_target(desk: Desk) -> None:
    broker = desk.broker()
    terms = ContractTerms(ContractType.ACCU, Decimal(5), growth_rate=Decimal("0.03"), take_profit=Decimal(2))
    bought = desk.place(broker, OrderRequest("co-1", "R_100", Side.BUY, Decimal(5), contract=terms))
    assert bought.contract is not None
    assert bought.contract.take_profit == Decimal(2)


def test_an_offer_buys_nothing(desk: Desk) -> None:
    broker = desk.broker()
    terms = ContractTerms(ContractType.CALL, Decimal(10), duration=5, duration_unit="t")
    offer = broker.offer("R_100", terms)
    assert offer.ask_price == Decimal(10)
    assert offer.payout is not None
    assert offer.payout > 10
    assert desk.contracts() == []


def test_orders_that_break_a_rule_are_refused_before_anything_is_bought(desk: Desk) -> None:
    broker = desk.broker()
    spot = Decimal(str(broker.quote("R_100").last))
    ten = ContractTerms(ContractType.MULTUP, Decimal(10), multiplier=Decimal(100))
    refused = [
        (OrderRequest("a", "R_100", Side.BUY, Decimal(10)), "contract: "),
        (OrderRequest("b", "R_100", Side.BUY, Decimal(11), contract=ten), "stake: "),
        (OrderRequest("c", "R_100", Side.BUY, Decimal(10), OrderType.LIMIT, contract=ten), "type: "),
        (multiplier("d", bracket=Bracket(stop_loss=spot * Decimal("1.01"))), "stop_loss: .* wrong side"),
        (multiplier("e", bracket=Bracket(stop_loss=spot * Decimal("0.9"))), "stop_loss: .* stake"),
        (multiplier("f", "0.01"), "Deriv: "),
    ]
    for request, message in refused:
        with pytest.raises(InvalidOrder, match=message):
            desk.place(broker, request)
        assert broker.get_order("R_100", client_order_id=request.client_order_id) is None
    assert desk.contracts() == []


def test_a_stake_beyond_the_balance_is_refused(desk: Desk) -> None:
    broker = desk.broker()
    for number in range(5):
        desk.place(broker, multiplier(f"co-{number}", "2000"))
    with pytest.raises(InsufficientFunds):
        desk.place(broker, multiplier("co-6", "2000"))
    assert len(desk.contracts()) == 5


def test_a_sale_without_a_contract_id_means_our_only_one(desk: Desk) -> None:
    broker = desk.broker()
    bought = desk.place(broker, multiplier("co-1"))
    desk.place(broker, multiplier("co-2", "20"))
    request = OrderRequest("co-3", "R_100", Side.SELL, Decimal(10), reduce_only=True)
    sold = desk.place(broker, request)
    assert sold.order_id == f"{bought.order_id}-sell"
    with pytest.raises(InvalidOrder, match="position_id: 0 open contracts"):
        desk.place(broker, OrderRequest("co-4", "R_100", Side.SELL, Decimal(10), reduce_only=True))


def test_selling_what_has_ended_reports_how_it_ended(desk: Desk) -> None:
    broker = desk.broker()
    bought = desk.place(broker, multiplier("co-1"))
    first = desk.place(broker, sale("co-2", bought))
    again = desk.place(broker, sale("co-3", bought))
    assert again.executions == first.executions
    assert len([row for row in desk.contracts() if row["status"] == "sold"]) == 1


def test_the_same_order_is_never_bought_twice(desk: Desk) -> None:
    broker = desk.broker()
    first = desk.place(broker, multiplier("co-1"))
    assert desk.place(broker, multiplier("co-1")).order_id == first.order_id
    other = desk.broker()  # another process with the same record
    assert desk.place(other, multiplier("co-1")).order_id == first.order_id
    assert len(desk.contracts()) == 1


def test_balance_and_equity(desk: Desk) -> None:
    broker = desk.broker()
    desk.place(broker, multiplier("co-1", "100"))
    (balance,) = broker.get_balance()
    assert (balance.currency, balance.total) == ("USD", Decimal(9900))
    (contract,) = broker.contracts()
    assert contract.bid_price is not None
    assert balance.equity == balance.total + contract.bid_price
    told: list[Decimal] = []
    broker.subscribe_balance(lambda one: told.append(one.total))
    desk.place(broker, multiplier("co-2", "50"))
    until(lambda: Decimal(9850) in told)
