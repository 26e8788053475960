"""Replies that are lost, connections that die, refusals: nothing is bought twice, and nothing is missed.

Incidents: a timeout treated as a failure, and the order sent again (hummingbot #493); fills lost while a socket was
being reopened (hummingbot #8250, coinbase-pro-node #104).
"""

import time
from typing import Any

import pytest

from brokers.errors import BrokerUnavailable, OutcomeUnknown, RateLimited
from brokers.interface import ConnectionState, OrderReport
from tests.brokers.adapters.deriv.desk import Desk, multiplier, rise, sale, until


def fault(call: str, kind: str, **options: Any) -> dict[str, Any]:
    return {"call": call, "kind": kind, "probability": 1.0, "times": 1} | options


@pytest.mark.parametrize("kind", ["drop_reply", "disconnect_after"])
def test_a_purchase_without_its_reply_is_found_and_never_repeated(desk: Desk, kind: str) -> None:
    broker = desk.broker()
    before = desk.place(broker, multiplier("co-0"))  # alike, and known: it must not be taken for the other
    desk.faults(fault("buy", kind))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, multiplier("co-1"))
    found = broker.get_order("R_100", client_order_id="co-1", since=time.time() - 60)
    assert found is not None
    assert (found.client_order_id, len(desk.contracts())) == ("co-1", 2)
    assert found.order_id != before.order_id
    assert found.order_id in {str(row["contract_id"]) for row in desk.contracts()}
    assert desk.place(broker, multiplier("co-1")).order_id == found.order_id
    assert len(desk.contracts()) == 2


def test_a_lost_purchase_is_found_by_another_process_after_it_was_sold(desk: Desk) -> None:
    broker = desk.broker()
    desk.faults(fault("buy", "drop_reply"))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, rise("co-1", ticks=1))
    desk.sim.control.advance(4)
    broker.disconnect()
    found = desk.broker().get_order("R_100", client_order_id="co-1")
    assert found is not None
    assert found.contract is not None
    assert found.contract.is_settled


def test_two_lost_purchases_alike_get_a_contract_each(desk: Desk) -> None:
    clock = [time.time()]
    broker = desk.broker(clock=lambda: clock[0])
    desk.faults(fault("buy", "drop_reply", times=2))
    for number in (1, 2):
        with pytest.raises(OutcomeUnknown):
            desk.place(broker, multiplier(f"co-{number}"))
    with pytest.raises(OutcomeUnknown, match="under way"):
        broker.get_order("R_100", client_order_id="co-1")
    clock[0] += 30
    found = [broker.get_order("R_100", client_order_id=f"co-{number}") for number in (1, 2)]
    assert {report.order_id for report in found if report} == {str(row["contract_id"]) for row in desk.contracts()}
    assert len(desk.contracts()) == 2


@pytest.mark.parametrize("kind", ["disconnect_before", "server_error"])
def test_a_purchase_that_was_not_made_is_told_as_such(desk: Desk, kind: str) -> None:
    broker = desk.broker()
    desk.faults(fault("buy", kind))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, multiplier("co-1"))
    assert broker.get_order("R_100", client_order_id="co-1") is None
    assert desk.contracts() == []
    assert desk.place(broker, multiplier("co-1")).client_order_id == "co-1"  # now it may be sent


def test_it_is_too_early_to_say_that_nothing_was_bought(desk: Desk) -> None:
    broker = desk.broker(settle=30.0)
    desk.faults(fault("buy", "disconnect_before"))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, multiplier("co-1"))
    with pytest.raises(OutcomeUnknown, match="nothing of it yet"):
        broker.get_order("R_100", client_order_id="co-1")


def test_a_contract_that_a_lost_record_cannot_explain_leaves_the_order_open(desk: Desk) -> None:
    broker = desk.broker()
    created = time.time() - 1
    desk.faults(fault("buy", "drop_reply"))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, multiplier("co-1"))
    desk.redis.flushall()
    with pytest.raises(OutcomeUnknown, match="not explained"):
        broker.get_order("R_100", client_order_id="co-1", since=created)
    assert broker.get_order("R_10", client_order_id="co-2", since=created) is None


@pytest.mark.parametrize("kind", ["drop_reply", "disconnect_after"])
def test_a_sale_without_its_reply_is_found(desk: Desk, kind: str) -> None:
    broker = desk.broker()
    bought = desk.place(broker, multiplier("co-1"))
    desk.faults(fault("sell", kind))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, sale("co-2", bought))
    found = broker.get_order("R_100", client_order_id="co-2")
    assert found is not None
    assert (found.order_id, found.reduce_only) == (f"{bought.order_id}-sell", True)


def test_a_sale_that_was_not_made_is_told_as_such(desk: Desk) -> None:
    broker = desk.broker()
    bought = desk.place(broker, multiplier("co-1"))
    desk.faults(fault("sell", "disconnect_before"))
    with pytest.raises(OutcomeUnknown):
        desk.place(broker, sale("co-2", bought))
    assert broker.get_order("R_100", client_order_id="co-2") is None
    assert len(broker.positions()) == 1


def test_an_offer_that_fails_leaves_nothing_open(desk: Desk) -> None:
    broker = desk.broker()
    desk.faults(fault("proposal", "disconnect_before"))
    with pytest.raises(BrokerUnavailable):
        desk.place(broker, multiplier("co-1"))
    assert broker.get_order("R_100", client_order_id="co-1") is None
    assert desk.place(broker, multiplier("co-1")).client_order_id == "co-1"


def test_a_refusal_for_too_many_calls_says_when_to_come_back(desk: Desk) -> None:
    broker = desk.broker()
    desk.faults(fault("buy", "rate_limited"))
    with pytest.raises(RateLimited) as refused:
        desk.place(broker, multiplier("co-1"))
    assert refused.value.retry_after > 0
    assert desk.contracts() == []


def test_a_purchase_is_told_though_its_details_cannot_be_read(desk: Desk) -> None:
    broker = desk.broker()
    desk.faults(fault("proposal_open_contract", "server_error"))
    report = desk.place(broker, multiplier("co-1"))
    assert report.order_id == str(desk.contracts()[0]["contract_id"])
    assert report.executions[0].price > 0


def test_streams_come_back_after_a_disconnect_and_what_was_missed_is_told_first(desk: Desk) -> None:
    broker = desk.broker()
    told: list[OrderReport] = []
    quotes: list[float] = []
    broker.subscribe_orders(told.append)
    broker.subscribe_quotes(["R_100"], lambda quote: quotes.append(quote.last))
    kept = desk.place(broker, multiplier("co-1"))
    short = desk.place(broker, rise("co-2", ticks=1))
    until(lambda: len({report.order_id for report in told}) == 2)
    other = desk.broker()
    told.clear()

    desk.faults(fault("balance", "disconnect_before"), fault("connect", "maintenance", times=None))
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()
    until(lambda: broker.get_connection_status().state == ConnectionState.CONNECTING)
    desk.place(other, sale("co-3", kept))
    desk.sim.control.advance(4)
    bought_elsewhere = desk.place(other, multiplier("co-4"))
    desk.faults()

    until(lambda: bought_elsewhere.order_id in {report.order_id for report in told})
    ends = {report.order_id: report for report in told if report.reduce_only}
    assert set(ends) == {f"{kept.order_id}-sell", f"{short.order_id}-sell"}
    assert ends[f"{kept.order_id}-sell"].client_order_id == "co-3"
    status = broker.get_connection_status()
    assert (status.state, status.reconnects) == (ConnectionState.CONNECTED, 1)
    quotes.clear()
    desk.sim.control.advance(2)
    until(lambda: quotes)


def test_nothing_is_told_twice(desk: Desk) -> None:
    broker = desk.broker()
    told: list[OrderReport] = []
    broker.subscribe_orders(told.append)
    desk.faults(fault("push.*", "duplicate", times=None))
    bought = desk.place(broker, multiplier("co-1"))
    desk.place(broker, sale("co-2", bought))
    until(lambda: [report for report in told if report.reduce_only])
    desk.sim.control.advance(3)
    marker = desk.place(broker, multiplier("co-3"))
    until(lambda: marker.order_id in {report.order_id for report in told})
    assert len([report for report in told if report.reduce_only]) == 1


def test_orders_wait_until_what_was_missed_is_read(desk: Desk) -> None:
    broker = desk.broker()
    broker.subscribe_orders(lambda report: None)
    desk.faults(fault("balance", "disconnect_before"), fault("portfolio", "delay", seconds=0.5))
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()
    until(lambda: broker.get_connection_status().state == ConnectionState.CONNECTING)
    assert desk.place(broker, multiplier("co-1")).client_order_id == "co-1"
    status = broker.get_connection_status()
    assert (status.state, status.reconnects) == (ConnectionState.CONNECTED, 1)


def test_a_used_up_portfolio_budget_does_not_keep_the_connection_down(desk: Desk) -> None:
    broker = desk.broker()
    told: list[OrderReport] = []
    broker.subscribe_orders(told.append)
    bought = desk.place(broker, multiplier("co-1"))
    until(lambda: told)
    other = desk.broker()
    refused = fault("portfolio", "rate_limited", times=None)
    desk.faults(refused, fault("balance", "disconnect_before"), fault("connect", "maintenance", times=None))
    with pytest.raises(BrokerUnavailable):
        broker.get_balance()
    desk.place(other, sale("co-2", bought))
    desk.faults(refused)
    until(lambda: [report.order_id for report in told if report.reduce_only] == [f"{bought.order_id}-sell"])
    assert broker.get_connection_status().state == ConnectionState.CONNECTED
