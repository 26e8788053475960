"""Turns of events that are rare, and would cost money."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import redis

from brokers.errors import BrokerUnavailable
from brokers.interface import ContractState, ContractStatus, LiveBroker, OrderReport, Side
from brokers.interface import OrderStatus as Reported
from tests.trading.brokerage.conftest import Desk
from tests.trading.brokerage.test_orders import alerts, balanced
from tests.trading.factories import make_account, make_session, make_signal, publish_quote
from trading import queueing, quiet
from trading.accounts.connection_state import connections
from trading.brokerage import account_streams, reconcile, sweep
from trading.brokerage.account_streams import AccountStreams
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import request_exit, run_exit
from trading.brokerage.connections import use_connector
from trading.brokerage.submit import submit_order
from trading.decisions import dispatch
from trading.market import redis_client, wall_now
from trading.models import (
    Account,
    AccountMode,
    Contract,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    Trade,
    TradeStatus,
)


def test_a_late_fill_whose_exit_is_refused_can_still_be_closed_beside_a_newer_trade(desk: Desk) -> None:
    desk.broker.script = ["half"]
    desk.signal()
    old, entry = desk.trade(), Order.objects.get(purpose=OrderPurpose.ENTRY)
    request_exit(old.pk, ExitReason.MANUAL)
    desk.signal()
    newer = desk.trade()
    assert newer.status == TradeStatus.OPEN
    held = desk.broker.orders[entry.broker_order_id]
    late = desk.broker._execute(Side.BUY, entry.quantity - entry.filled_quantity)
    held.report = replace(held.report, status=Reported.FILLED, executions=(*held.report.executions, late))
    desk.broker.script = ["refuse"]
    apply_report(entry.pk, held.report)
    assert Trade.objects.get(pk=old.pk).status == TradeStatus.OPEN
    request_exit(old.pk, ExitReason.STOP_LOSS)
    closed = Trade.objects.get(pk=old.pk)
    assert (closed.status, closed.exit_reason) == (TradeStatus.CLOSED, ExitReason.LATE_FILL)
    assert Trade.objects.get(pk=newer.pk).status == TradeStatus.OPEN
    balanced(desk)


def test_a_trade_that_both_legs_closed_is_counted_once_and_told(desk: Desk) -> None:
    desk.signal()
    trade = desk.trade()
    stop, target = (trade.orders.get(purpose=purpose) for purpose in (OrderPurpose.STOP, OrderPurpose.TARGET))
    told = desk.broker.orders[target.broker_order_id].report
    apply_report(stop.pk, desk.broker.fill_leg(stop.broker_order_id, Decimal("99.4")))
    desk.broker.orders[target.broker_order_id].report = told
    apply_report(target.pk, desk.broker.fill_leg(target.broker_order_id, Decimal("99.5")))
    account, closed = desk.fresh(), Trade.objects.get(pk=trade.pk)
    assert (account.total_trades, account.losing_trades) == (1, 1)
    assert (closed.exit_reason, closed.exit_price) == (ExitReason.STOP_LOSS, Decimal("99.4"))
    assert "overclosed" in alerts(desk)
    assert [item.kind for item in reconcile.reconcile_account(account.pk) if item.kind == "POSITION"] == ["POSITION"]


def test_on_a_spot_market_nothing_is_sold_while_a_stop_may_still_sell_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.signal(market_type="SPOT")
    trade, cancel = desk.trade(), desk.broker.cancel_order

    def silent(*_: Any, **__: Any) -> OrderReport:
        raise BrokerUnavailable("The line is down.")

    monkeypatch.setattr(desk.broker, "cancel_order", silent)
    request_exit(trade.pk, ExitReason.MANUAL)
    assert len(desk.broker.sent) == 1, "the entry alone"
    assert Trade.objects.get(pk=trade.pk).status == TradeStatus.CLOSING
    monkeypatch.setattr(desk.broker, "cancel_order", cancel)
    run_exit(trade.pk)
    assert Trade.objects.get(pk=trade.pk).status == TradeStatus.CLOSED
    assert desk.broker.net == 0


@pytest.mark.parametrize("error", [BrokerUnavailable("The line is down."), RuntimeError("sentinel-secret")])
def test_an_order_whose_broker_cannot_be_reached_was_not_sent(desk: Desk, error: Exception) -> None:
    def fail(_: Account) -> LiveBroker:
        raise error

    with use_connector(fail):
        desk.signal()
    order = Order.objects.get()
    assert order.status == OrderStatus.NEW
    assert "sentinel" not in order.reason
    assert submit_order(order.pk) == OrderStatus.FILLED
    balanced(desk)


def test_an_exit_that_is_refused_again_and_again_is_told_now_and_then(desk: Desk) -> None:
    desk.signal()
    for _ in range(4):
        desk.broker.script = ["refuse"]
        request_exit(desk.trade().pk, ExitReason.STOP_LOSS)
    assert alerts(desk).count("exit_refused") == 1
    assert desk.trade().status == TradeStatus.OPEN


def test_older_news_of_a_settled_contract_change_nothing(transactional_db: None) -> None:
    account = make_account(mode=AccountMode.DEMO, broker="deriv")
    make_session(account, venue=account.venue, timeframe="1m")
    publish_quote(100.0, "R_100", venue=account.venue)

    def refuse(_: Account) -> LiveBroker:
        raise BrokerUnavailable("not asked here")

    with queueing.inline(), use_connector(refuse):
        dispatch.dispatch_signal(
            make_signal(account.owner, venue=account.venue, symbol="R_100", market_type="CONTRACT").pk
        )
    order = Order.objects.get()
    opened = ContractState(
        contract_id="7", symbol="R_100", contract_type="MULTUP", status=ContractStatus.OPEN, buy_price=Decimal(10),
        payout=None, bid_price=Decimal(9), sell_price=None, profit=Decimal(-1), multiplier=Decimal(100),
        entry_spot=Decimal(100), exit_spot=None, current_spot=Decimal(99), purchase_time=wall_now().timestamp(),
        expiry_time=None, sell_time=None, stop_loss=None, take_profit=None, is_valid_to_sell=True,
    )  # fmt: skip
    sold = replace(
        opened, status=ContractStatus.SOLD, sell_price=Decimal(12), profit=Decimal(2), exit_spot=Decimal(102)
    )
    for state in (opened, sold, opened, sold):
        apply_report(order.pk, OrderReport(Reported.FILLED, order_id="7", contract=state))
    contract, trade = Contract.objects.get(), Trade.objects.get()
    assert (contract.status, contract.profit) == ("sold", Decimal(2))
    assert (trade.status, trade.realized_pnl) == (TradeStatus.CLOSED, Decimal(2))
    account.refresh_from_db()
    assert (account.balance, account.total_trades) == (Decimal(1002), 1)


def test_every_account_is_reconciled_by_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_account(mode=AccountMode.DEMO)
    make_account()
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(queueing, "send", lambda *args, **_: queued.append(args))
    assert reconcile.reconcile_all() == 2
    assert queued == [("trading.reconcile_account", pk) for pk in (desk.account.pk, other.pk)]


def test_keys_that_cannot_be_used_hold_up_no_other_account(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make_account(mode=AccountMode.DEMO)
    reveal: Callable[..., Any] = lambda credential: credential.pk  # noqa: E731

    def connect(_: str, key: int) -> Any:
        if key == desk.account.credential_id:
            raise RuntimeError("the row was tampered with")
        return desk.broker

    monkeypatch.setattr(account_streams, "reveal", reveal)
    monkeypatch.setattr(account_streams, "live_broker_for", connect)
    streams = AccountStreams(redis_client())
    try:
        streams._look()
        assert set(streams.brokers()) == {other.pk}
        assert connections([desk.account.pk])[desk.account.pk]["state"] == "REFUSED"
    finally:
        _stop(streams)


def _stop(streams: AccountStreams) -> None:
    """Its own thread was never started."""
    for _, stream in streams._streams.values():
        stream.stop()
    streams._server.stop()


def test_without_redis_nothing_that_is_told_now_and_then_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    def down(*_: Any) -> bool:
        raise redis.ConnectionError("down")

    monkeypatch.setattr(quiet.cache, "add", down)
    assert quiet.now_and_then("a", 60)
    assert quiet.now_and_then("a", 60)


def test_the_sweeper_takes_up_what_waited(desk: Desk) -> None:
    desk.broker.script = ["unavailable"]
    desk.signal()
    assert sweep.sweep_live(wall_now()) >= 1
    assert desk.trade().status == TradeStatus.OPEN
    balanced(desk)
