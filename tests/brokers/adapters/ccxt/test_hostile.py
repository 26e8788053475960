"""Every fault at once: one order for each id, every fill told, and no position without its stop."""

import random
import time
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

import pytest

from brokers.errors import BrokerUnavailable, OutcomeUnknown, RateLimited
from brokers.interface import OrderChange, OrderReport, OrderRequest, Side
from tests.brokers.adapters.ccxt.floor import Floor

T = TypeVar("T")
FAULTS = (
    "drop_reply", "disconnect_before", "disconnect_after", "rate_limited", "server_error", "partial_fill",
    "maintenance", "delay",
)  # fmt: skip


@pytest.fixture
def hostile(floor: Floor) -> Floor:
    floor.broker._client.exchange.timeout = 250
    return floor


def torment(floor: Floor, probability: float) -> None:
    rules = [
        {
            "call": "*",
            "kind": kind,
            "probability": probability,
            "times": None,
            "seconds": 0.05 if kind == "delay" else 0.6,
        }
        for kind in FAULTS
    ]
    floor.simulator.control.set_faults(*rules)


def patiently(call: Callable[[], T]) -> T:
    """A read, until it comes through."""
    for _ in range(100):
        try:
            return call()
        except (BrokerUnavailable, RateLimited):
            time.sleep(0.01)
    raise AssertionError("the broker never answered")


def carry_out(floor: Floor, request: OrderRequest, quote: Any) -> OrderReport:
    """As the trading floor does: what is unknown is looked up, what was not sent is sent with the same id."""
    while True:
        try:
            return floor.broker.place_order(request, quote, floor.instrument)
        except OutcomeUnknown:
            if (found := patiently(lambda: look(floor, request))) is not None:
                return found
        except (BrokerUnavailable, RateLimited):
            time.sleep(0.01)


def look(floor: Floor, request: OrderRequest) -> OrderReport | None:
    return floor.broker.get_order(floor.symbol, client_order_id=request.client_order_id)


def until_done(floor: Floor, request: OrderRequest, report: OrderReport) -> OrderReport:
    for _ in range(100):
        if report.status.is_final:
            break
        floor.simulator.control.advance(1)
        report = patiently(lambda: look(floor, request)) or report
    return report


def test_each_id_is_one_order_and_each_fill_is_told(hostile: Floor) -> None:
    quote = patiently(lambda: hostile.broker.quote(hostile.symbol))
    torment(hostile, 0.04)
    reports = {}
    for number in range(12):
        request = hostile.request(side=Side.BUY if number % 2 else Side.SELL)
        reports[request.client_order_id] = until_done(hostile, request, carry_out(hostile, request, quote))
    hostile.simulator.control.set_faults()
    truth = hostile.truth()
    assert sorted(row["client_id"] for row in truth["orders"]) == sorted(reports)
    assert all(report.status.is_final for report in reports.values())
    told = {item.fill_id for report in reports.values() for item in report.executions}
    assert told == {str(row["id"]) for row in truth["fills"]}
    signed = [report.filled_quantity * (1 if report.side == Side.BUY else -1) for report in reports.values()]
    assert sum(signed, Decimal(0)) == hostile.position()


def test_no_position_is_left_without_its_stop(hostile: Floor) -> None:
    dice = random.Random(1)
    for _ in range(3):
        bracket, quote = patiently(hostile.bracket), patiently(lambda: hostile.broker.quote(hostile.symbol))
        torment(hostile, dice.choice([0.04, 0.08]))
        request = hostile.request(bracket=bracket)
        report = until_done(hostile, request, carry_out(hostile, request, quote))
        if not report.stop_refused:
            seen = patiently(lambda request=request: look(hostile, request)) or report  # type: ignore[misc]
            covered = seen.stop_in_force and seen.stop_quantity == seen.filled_quantity
            report = seen if covered else protect(hostile, request, seen)
        hostile.simulator.control.set_faults()
        position = hostile.position()
        stops = [row for row in hostile.orders() if row["kind"] == "STOP" and row["state"] == "UNTRIGGERED"]
        if position:
            assert [Decimal(row["quantity"]) for row in stops] == [position] or "by hand" in report.reason, report
        hostile.place(side=Side.SELL, reduce_only=True) if position else None
        assert hostile.position() == 0
        hostile.broker.cancel_all_orders(hostile.symbol)


def protect(floor: Floor, request: OrderRequest, report: OrderReport) -> OrderReport:
    assert request.bracket is not None
    change = OrderChange(stop_loss=request.bracket.stop_loss, take_profit=request.bracket.take_profit)
    report = patiently(lambda: look(floor, request)) or report
    for _ in range(20):  # asking for the same legs again changes nothing
        try:
            return patiently(partial(floor.broker.amend_order, report, change, floor.instrument))
        except OutcomeUnknown:
            report = patiently(lambda: look(floor, request)) or report
    raise AssertionError("the stop was never placed")
