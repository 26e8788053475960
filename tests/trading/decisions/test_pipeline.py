"""From a saved signal to an open trade."""

import math
import threading
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.db import DatabaseError, IntegrityError, connection, transaction

from signals.models import Signal, SignalStatus
from tests.trading.factories import make_account, make_session, make_signal, make_user, publish_quote
from trading import outbox
from trading.decisions import dispatch
from trading.decisions.decide import decide
from trading.execution import execute_order
from trading.market import wall_now
from trading.models import (
    Account,
    Decision,
    Event,
    Fill,
    LedgerEntry,
    Order,
    OrderStatus,
    SessionStatus,
    Trade,
    TradeStatus,
    Verdict,
)
from trading.order_ids import entry_order_id

GATES = 36


def gate(decision: Decision, name: str) -> dict[str, object]:
    return next(item for item in decision.gates if item["name"] == name)


def test_a_signal_becomes_a_trade(
    floor: SimpleNamespace, inline: None, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        signal = make_signal(floor.owner)
    trade = Trade.objects.get()
    decision = Decision.objects.get()
    assert decision.verdict == Verdict.APPROVED
    assert len(decision.gates) == GATES
    assert all(item["passed"] for item in decision.gates)
    # 1000 * 0.10 * 0.8 = 80 quote currency at 100, in lots of 0.001
    assert trade.quantity == Decimal("0.8")
    # the ask of 100, worsened by 1 basis point, rounded up to the tick of 0.01
    assert trade.entry_price == Decimal("100.01")
    assert trade.status == TradeStatus.OPEN
    assert (trade.stop_loss, trade.take_profit) == (Decimal(99), Decimal(102))
    fee = Decimal("0.8") * Decimal("100.01") * Decimal("0.0005")
    assert trade.fees == fee
    account = Account.objects.get(pk=floor.account.pk)
    assert account.balance == Decimal(1000) - fee
    assert account.margin_used == trade.margin == Decimal("0.8") * Decimal("100.01")
    signal.refresh_from_db()
    assert (signal.status, signal.dispatched_at is not None) == (SignalStatus.EXECUTED, True)
    kinds = list(Event.objects.order_by("number").values_list("type", flat=True))
    assert kinds == ["signal", "decision", "trade_executed", "balance_update"]
    assert list(Event.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ({"account": {"auto_trading_enabled": False}}, "account_enabled"),
        ({"account": {"is_enabled": False}}, "account_enabled"),
        ({"session": {"status": SessionStatus.PAUSED}}, "session_running"),
        ({"session": {"status": SessionStatus.HALTED, "halted_by": "drawdown"}}, "session_running"),
        ({"account": {"auto_trade_spot": False}}, "market_type"),
        ({"signal": {"confidence": Decimal("0.69")}}, "min_confidence"),
        ({"signal": {"stop_loss": Decimal(101)}}, "stop_valid"),
        ({"signal": {"take_profits": ["99.5"]}}, "stop_valid"),
        ({"account": {"max_open_trades": 1}, "open": "XYZ"}, "max_open_trades"),
        ({"open": "ABC"}, "not_duplicate"),
        ({"account": {"max_position_size": Decimal("0.0001")}}, "position_size"),
        ({"account": {"margin_used": Decimal(990)}}, "free_balance"),
        ({"quote_age": 60.0}, "quote_fresh"),
        ({"signal": {"expires_at": None}}, "not_expired"),
    ],
)
def test_each_gate_can_refuse(floor: SimpleNamespace, change: dict, failed: str) -> None:
    Account.objects.filter(pk=floor.account.pk).update(**change.get("account", {"name": "same"}))
    type(floor.session).objects.filter(pk=floor.session.pk).update(**change.get("session", {"name": "same"}))
    if "open" in change:
        Trade.objects.create(
            account=floor.account, venue="sim", symbol=change["open"], market_type="SPOT", direction="LONG",
            quantity=1, entry_price=100, stop_loss=90, status=TradeStatus.OPEN, opened_at=wall_now(),
        )  # fmt: skip
    if "quote_age" in change:
        publish_quote(100.0, age=change["quote_age"])
    values = dict(change.get("signal", {}))
    if "expires_at" in values:
        values["expires_at"] = wall_now()
    decision = decide(make_signal(floor.owner, **values), floor.session.pk)
    assert decision.verdict == Verdict.REJECTED
    assert gate(decision, failed)["passed"] is False
    assert decision.reason
    assert not Order.objects.exists()
    # every gate is asked and recorded, whatever the first said
    assert len(decision.gates) == GATES


def test_a_market_without_a_quote_is_refused_with_null_figures(floor: SimpleNamespace) -> None:
    decision = decide(make_signal(floor.owner, symbol="NONE"), floor.session.pk)
    assert gate(decision, "quote_fresh") == {
        "name": "quote_fresh", "passed": False, "figure": None, "limit": 15.0, "message": "The market has no quote.",
    }  # fmt: skip


def test_a_signal_without_levels_takes_the_sessions(floor: SimpleNamespace) -> None:
    signal = make_signal(floor.owner, stop_loss=None, take_profits=[], direction="SHORT")
    dispatch.dispatch_signal(signal.pk)
    trade = Trade.objects.get()
    assert float(trade.stop_loss or math.nan) == pytest.approx(100.5)
    assert float(trade.take_profit or math.nan) == pytest.approx(99.0)


def test_an_owned_signal_reaches_its_owner_alone(floor: SimpleNamespace) -> None:
    make_session(make_account())
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    assert list(Decision.objects.values_list("account", flat=True)) == [floor.account.pk]


def test_a_system_signal_reaches_every_session_with_its_strategy(floor: SimpleNamespace) -> None:
    session = make_session(make_account(), strategies=[{"name": "razor"}], timeframe="1m")
    signal = make_signal(
        None, source="STRATEGY", strategy="razor", strategy_key=session.strategy_keys[0], timeframe="1m"
    )
    dispatch.dispatch_signal(signal.pk)
    assert list(Decision.objects.values_list("session", flat=True)) == [session.pk]


@pytest.mark.parametrize(
    "broken",
    [
        {"risk": {"max_stake": "no number"}},  # found when it decides
        {"risk": {"max_trades_per_day": 1}, "schedule": {"time_zone": "Nowhere"}},  # found while all is being read
    ],
)
def test_one_failing_session_does_not_hold_up_the_others(floor: SimpleNamespace, broken: dict[str, Any]) -> None:
    other = make_session(make_account(floor.owner))
    signal = make_signal(floor.owner)
    sessions = type(floor.session).objects.filter(pk=floor.session.pk)
    sessions.update(**broken)
    assert dispatch.dispatch_signal(signal.pk) == {"decisions": 1, "approved": 1, "failed": 1}
    signal.refresh_from_db()
    assert signal.dispatched_at is None, "the sweeper must try it again"
    sessions.update(risk={}, schedule={})
    assert dispatch.dispatch_signal(signal.pk)["failed"] == 0
    assert Trade.objects.filter(session=other).count() == Trade.objects.filter(session=floor.session).count() == 1


def test_what_the_database_refuses_one_session_holds_up_no_other(floor: SimpleNamespace) -> None:
    """Sessions decide in one transaction; when that fails, each decides in its own."""
    other = make_session(make_account(floor.owner))
    signal = make_signal(floor.owner)
    # an order that has the id which the session's own would get
    taken = Trade.objects.create(
        account=other.account, venue="sim", symbol="XYZ", market_type="SPOT", direction="LONG", quantity=1,
        status=TradeStatus.FAILED,
    )  # fmt: skip
    Order.objects.create(
        account=other.account, trade=taken, client_order_id=entry_order_id(signal.public_id, floor.session.pk),
        purpose="ENTRY", venue="sim", symbol="XYZ", side="BUY", quantity=1, status=OrderStatus.REJECTED,
    )  # fmt: skip
    assert dispatch.dispatch_signal(signal.pk) == {"decisions": 1, "approved": 1, "failed": 1}
    assert Trade.objects.filter(status=TradeStatus.OPEN).get().session == other
    assert not Decision.objects.filter(session=floor.session).exists()
    assert Account.objects.get(pk=floor.account.pk).margin_used == 0


def test_without_quotes_no_session_decides_and_the_signal_waits(
    floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis is down: that is asked once for all sessions, not once for each."""
    make_session(make_account(floor.owner))
    asked: list[object] = []

    class Down:
        def get_many(self, keys: object) -> None:
            asked.append(keys)
            raise redis.ConnectionError("no Redis")

    monkeypatch.setattr("trading.decisions.desk.quotes", Down)
    signal = make_signal(floor.owner)
    assert dispatch.dispatch_signal(signal.pk) == {"decisions": 0, "approved": 0, "failed": 2}
    assert len(asked) == 1
    monkeypatch.undo()
    assert dispatch.dispatch_signal(signal.pk)["approved"] == 2


def test_incident_12_a_task_delivered_twice_decides_once(floor: SimpleNamespace) -> None:
    signal = make_signal(floor.owner)
    dispatch.dispatch_signal(signal.pk)
    Signal.objects.filter(pk=signal.pk).update(dispatched_at=None, status=SignalStatus.ACTIVE)
    dispatch.dispatch_signal(signal.pk)
    assert (Decision.objects.count(), Order.objects.count(), Fill.objects.count(), Trade.objects.count()) == (
        1,
        1,
        1,
        1,
    )
    assert LedgerEntry.objects.filter(kind="COMMISSION").count() == 1


@pytest.mark.django_db(transaction=True)
def test_incident_12_a_task_delivered_twice_at_once_decides_once() -> None:
    account = make_account()
    make_session(account)
    publish_quote(100.0)
    signal = make_signal(account.owner)
    errors: list[BaseException] = []
    gathered = threading.Barrier(6)

    def deliver() -> None:
        try:
            gathered.wait()
            dispatch.dispatch_signal(signal.pk)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert (Decision.objects.count(), Order.objects.count(), Fill.objects.count(), Trade.objects.count()) == (
        1,
        1,
        1,
        1,
    )
    account.refresh_from_db()
    assert account.balance == Decimal(1000) - Trade.objects.get().fees


@pytest.mark.django_db(transaction=True)
def test_signals_racing_for_the_last_slot_leave_one_winner() -> None:
    account = make_account(max_open_trades=1)
    make_session(account)
    publish_quote(100.0, "ABC")
    publish_quote(100.0, "XYZ")
    signals = [make_signal(account.owner, symbol=symbol) for symbol in ("ABC", "XYZ", "ABC", "XYZ")]

    def deliver(pk: int) -> None:
        dispatch.dispatch_signal(pk)
        connection.close()

    threads = [threading.Thread(target=deliver, args=(signal.pk,)) for signal in signals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Decision.objects.count() == 4
    assert Decision.objects.filter(verdict=Verdict.APPROVED).count() == 1
    assert Trade.objects.filter(status=TradeStatus.OPEN).count() == 1


def test_incident_3_an_order_filled_already_is_not_filled_again(floor: SimpleNamespace) -> None:
    decision = decide(make_signal(floor.owner), floor.session.pk)
    assert execute_order(decision.order.pk) == OrderStatus.FILLED
    before = Account.objects.get(pk=floor.account.pk).balance
    assert execute_order(decision.order.pk) == OrderStatus.FILLED
    assert Fill.objects.count() == 1
    assert Account.objects.get(pk=floor.account.pk).balance == before


def test_the_sweeper_finishes_what_a_crash_left(floor: SimpleNamespace, inline: None) -> None:
    lost = make_signal(floor.owner)  # its message never arrived
    Signal.objects.filter(pk=lost.pk).update(created_at=wall_now() - outbox.GRACE * 2)
    assert outbox.sweep_outbox()["signals"] == 1
    assert Trade.objects.get().status == TradeStatus.OPEN


def test_the_sweeper_executes_an_order_that_was_decided_only(floor: SimpleNamespace) -> None:
    decision = decide(make_signal(floor.owner), floor.session.pk)  # the worker died here
    assert outbox.sweep_outbox(wall_now() + outbox.GRACE * 2)["orders"] == 1
    decision.order.refresh_from_db()
    assert decision.order.status == OrderStatus.FILLED


def test_a_refused_entry_gives_its_margin_back(floor: SimpleNamespace) -> None:
    Account.objects.filter(pk=floor.account.pk).update(fill_model={"rejection_probability": 1.0})
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    account = Account.objects.get(pk=floor.account.pk)
    assert (account.balance, account.margin_used) == (Decimal(1000), Decimal(0))
    assert Trade.objects.get().status == TradeStatus.FAILED
    assert Event.objects.filter(type="error", payload__code="order_rejected").exists()


def test_a_partial_entry_opens_what_was_filled(floor: SimpleNamespace) -> None:
    model = {"partial_fill_probability": 1.0, "partial_fill_minimum": 0.25}
    Account.objects.filter(pk=floor.account.pk).update(fill_model=model)
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    trade, order = Trade.objects.get(), Order.objects.get()
    assert Decimal("0.2") <= trade.quantity < Decimal("0.8")
    assert order.filled_quantity == trade.quantity
    assert order.status == OrderStatus.CANCELLED
    account = Account.objects.get(pk=floor.account.pk)
    assert account.margin_used == trade.margin == trade.quantity * Decimal("100.01")


@pytest.mark.parametrize("status", [TradeStatus.PENDING, TradeStatus.OPEN, TradeStatus.CLOSING])
def test_the_database_keeps_one_live_trade_per_symbol_and_direction(floor: SimpleNamespace, status: str) -> None:
    values = {"account": floor.account, "venue": "sim", "symbol": "ABC", "market_type": "SPOT", "direction": "LONG"}
    values |= {"quantity": 1, "entry_price": 100, "stop_loss": 90}
    Trade.objects.create(status=status, **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Trade.objects.create(status=TradeStatus.PENDING, **values)
    Trade.objects.create(status=TradeStatus.FAILED, **values)


def test_the_database_keeps_a_stop_on_every_open_trade(floor: SimpleNamespace) -> None:
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Trade.objects.update(stop_loss=None)


def test_nobody_elses_signal_is_visible(floor: SimpleNamespace) -> None:
    stranger = make_user()
    mine, system = make_signal(floor.owner), make_signal(None)
    assert set(Signal.objects.visible_to(floor.owner)) == {mine, system}
    assert set(Signal.objects.visible_to(stranger)) == {system}
