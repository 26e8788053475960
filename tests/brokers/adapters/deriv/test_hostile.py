"""Every fault at once: afterwards there is exactly one contract for each order that was bought, and no doubt left."""

import time

import pytest

from brokers.adapters.deriv import DerivBroker
from brokers.adapters.deriv.socket import Timing
from brokers.errors import BrokerError, BrokerUnavailable, InvalidOrder, OutcomeUnknown, RateLimited
from brokers.interface import OrderReport
from tests.brokers.adapters.deriv.desk import Desk, multiplier, sale, until

ORDERS = 16
KINDS = ("drop_reply", "disconnect_before", "disconnect_after", "rate_limited", "server_error", "duplicate", "delay")


def settled(broker: DerivBroker, order_id: str, since: float) -> OrderReport | None:
    """The order's outcome, asked for until the broker knows."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return broker.get_order("R_100", client_order_id=order_id, since=since)
        except (OutcomeUnknown, BrokerUnavailable, RateLimited):
            assert time.monotonic() < deadline, "nothing may stay unknown"
            time.sleep(0.05)


@pytest.mark.parametrize("purpose", ["buy", "sell"])
def test_one_contract_for_each_order(desk: Desk, purpose: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("brokers.adapters.deriv.lookup.UNDER_WAY", 0.5)  # replies come within 0.3 s here
    broker = desk.broker(timing=Timing(ping=5.0, silence=10.0, connect=5.0, reply=0.3))
    told: set[str] = set()
    broker.subscribe_orders(lambda report: told.add(report.order_id))
    quote, instrument = broker.quote("R_100"), broker.get_instrument_info("R_100")
    started = time.time()
    open_contracts = [desk.place(broker, multiplier(f"open-{n}")) for n in range(ORDERS if purpose == "sell" else 0)]
    rules = [
        {"call": call, "kind": kind, "probability": 0.05, "times": None, "seconds": 0.05}
        for call in (purpose, "proposal", "proposal_open_contract", "portfolio", "push.*")
        for kind in KINDS
        if not (call == "push.*" and kind not in ("drop_reply", "duplicate", "delay"))
        and not (kind == "rate_limited" and call != purpose)  # each holds everybody up for a second, as it should
        and not (call == "proposal" and kind == "drop_reply")  # each costs the whole time to wait for a reply
    ]
    desk.faults(*rules)
    bought: dict[str, str] = {}
    for number in range(ORDERS):
        order_id = f"co-{number}"
        request = multiplier(order_id) if purpose == "buy" else sale(order_id, open_contracts[number])
        report: OrderReport | None
        try:
            report = broker.place_order(request, quote, instrument)
        except OutcomeUnknown:
            report = settled(broker, order_id, started)
        except (BrokerUnavailable, RateLimited, InvalidOrder):
            report = settled(broker, order_id, started)
            assert report is None or purpose == "sell"
        if report is not None:
            bought[order_id] = report.order_id
    drawn = desk.sim.control.faults()["drawn"]
    desk.faults()

    assert sum(drawn.values()) >= 5
    assert len(set(bought.values())) == len(bought)
    rows = desk.contracts()
    if purpose == "buy":
        assert {str(row["contract_id"]) for row in rows} == set(bought.values())
    else:
        ended = {f"{row['contract_id']}-sell" for row in rows if row["status"] == "sold"}
        assert ended == set(bought.values())
    assert bought
    until(lambda: _answers(broker))
    still_open = {str(row["contract_id"]) for row in rows if row["status"] == "open"}
    assert {position.position_id for position in broker.positions()} == still_open


def _answers(broker: DerivBroker) -> bool:
    try:
        return bool(broker.get_balance())
    except BrokerError:
        return False
