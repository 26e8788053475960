"""Whatever happens in whatever order, in the end our books are the broker's."""

from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from brokers.interface import LiveBroker, OrderType, Side
from tests.trading.brokerage.bench_broker import BenchBroker
from tests.trading.brokerage.conftest import Desk, age
from tests.trading.brokerage.test_orders import balanced
from tests.trading.factories import make_account, make_session
from trading.brokerage import resolve, sweep
from trading.brokerage.apply import apply_report
from trading.brokerage.closing import request_exit, run_exit
from trading.brokerage.connections import use_connector
from trading.brokerage.levels import amend_levels
from trading.brokerage.matching import find_order
from trading.brokerage.reconcile import reconcile_account
from trading.market import redis_client, wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    AccountMode,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)

LOT = Decimal("0.001")
FATES = st.sampled_from(["fill", "fill", "half", "lost_reply", "lost", "refuse", "unavailable", "stop_refused"])
STEPS = st.one_of(
    st.tuples(st.just("signal"), st.sampled_from(["LONG", "SHORT"])),
    st.tuples(st.just("fate"), FATES),
    st.tuples(st.just("price"), st.integers(95, 105)),
    st.tuples(st.just("leg"), st.integers(0, 3)),
    st.tuples(st.just("exit"), st.integers(0, 3)),
    st.tuples(st.just("part"), st.tuples(st.integers(0, 3), st.integers(1, 5))),
    st.tuples(st.just("stop"), st.tuples(st.integers(0, 3), st.integers(1, 9))),
    st.tuples(st.just("hand"), st.integers(1, 5)),
    st.tuples(st.just("amend_fate"), st.sampled_from(["unavailable", "refuse", "lost_reply"])),
    st.tuples(st.just("repeat"), st.integers(0, 9)),
    st.tuples(st.sampled_from(["sweep", "resolve", "reconcile", "run_exit"]), st.just(0)),
)


def take(desk: Desk, step: str, value: Any) -> None:
    broker, trades = desk.broker, list(Trade.objects.filter(account=desk.account).order_by("id"))
    if step == "signal":
        stop, target = ("90", "110") if value == "LONG" else ("110", "90")
        desk.signal(direction=value, stop_loss=Decimal(stop), take_profits=[target])
    elif step == "fate":
        broker.script.append(value)
    elif step == "price":
        broker.price = Decimal(value)
    elif step == "leg":
        legs = [order for order in broker.open_orders() if order.reduce_only]
        room = [leg for leg in legs if (broker.net if leg.side == "SELL" else -broker.net) > 0]
        if room:
            broker.fill_leg(room[value % len(room)].order_id, broker.price)
    elif step == "exit" and trades:
        request_exit(trades[value % len(trades)].pk, ExitReason.MANUAL)
    elif step == "part" and trades:
        trade = trades[value[0] % len(trades)]
        request_exit(trade.pk, ExitReason.MANUAL, max(trade.open_quantity * value[1] / 6, LOT))
    elif step == "stop" and trades:
        move_stop(trades[value[0] % len(trades)], value[1])
    elif step == "hand" and abs(broker.net) > LOT * 10:
        part = (abs(broker.net) * value / 10).quantize(LOT)
        broker.trade_by_hand(Side.SELL if broker.net > 0 else Side.BUY, part)
    elif step == "amend_fate":
        broker.amend_script.append(value)
    elif step == "repeat" and broker.orders:
        report = list(broker.orders.values())[value % len(broker.orders)].report
        if (order := find_order(desk.account, report)) is not None:
            apply_report(order.pk, report)
    elif step == "sweep":
        sweep.sweep_live(wall_now())
    elif step == "resolve":
        for pk in Order.objects.filter(account=desk.account, status__in=PENDING_STATUSES).values_list("pk", flat=True):
            resolve.resolve_order(pk)
    elif step == "reconcile":
        reconcile_account(desk.account.pk)
    elif step == "run_exit":
        for trade in trades:
            run_exit(trade.pk)


def move_stop(trade: Trade, near: int) -> None:
    """As a service moves it: in our books first, and the message may come late."""
    far = Decimal(near) / 10
    level = Decimal(100) - trade.direction_sign * (10 - far * 10)
    if trade.status == TradeStatus.OPEN:
        Trade.objects.filter(pk=trade.pk).update(stop_loss=level, stop_held=StopHolder.US, updated_at=wall_now())
        if near % 3:
            amend_levels(trade.pk)


def come_to_rest(desk: Desk) -> None:
    """Time passes and nothing more goes wrong."""
    desk.broker.script.clear()
    desk.broker.amend_script.clear()
    for _ in range(6):
        redis_client().flushdb()  # what is looked at every 20 s is looked at each time
        for order in Order.objects.filter(account=desk.account, status__in=PENDING_STATUSES):
            if order.purpose in (OrderPurpose.ENTRY, OrderPurpose.EXIT):
                age(order, 60)
        sweep.sweep_live(wall_now())
        reconcile_account(desk.account.pk)


def protected(desk: Desk) -> None:
    """Each open trade has one stop at the broker, at its level and of its size, and nothing else rests there."""
    resting = desk.broker.open_orders()
    stops = sorted(
        (item.stop_price, item.quantity) for item in resting if item.type == OrderType.STOP and item.stop_price
    )
    trades = Trade.objects.filter(account=desk.account, status=TradeStatus.OPEN)
    assert stops == sorted((trade.stop_loss, trade.open_quantity) for trade in trades)
    assert {trade.stop_held for trade in trades} <= {StopHolder.BROKER}
    assert sum(item.type == OrderType.TAKE_PROFIT for item in resting) == len(trades)
    legs = Order.objects.filter(account=desk.account, purpose__in=["STOP", "TARGET"], status__in=PENDING_STATUSES)
    assert {leg.broker_order_id for leg in legs} == {item.order_id for item in resting}


# A leg fills that was placed without our hearing of it, and another is placed before the news of it comes.
@example([("amend_fate", "lost_reply"), ("part", (0, 1)), ("leg", 0)])
@example([("amend_fate", "lost_reply"), ("part", (0, 1)), ("leg", 1)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=25))
def test_our_books_end_as_the_brokers(desk: Desk, steps: list[tuple[str, Any]]) -> None:
    broker = BenchBroker()
    account = make_account(desk.account.owner, mode=AccountMode.DEMO)
    mine = Desk(account, make_session(account, venue=account.venue, timeframe="1m"), broker)
    Account.objects.filter(pk=desk.account.pk).update(auto_trading_enabled=False)

    def connect(asked: Account) -> LiveBroker:
        return broker if asked.pk == account.pk else desk.broker  # type: ignore[return-value]

    mine.quote(100.0)
    with use_connector(connect):
        for step, value in [("signal", "LONG"), *steps]:
            take(mine, step, value)
        come_to_rest(mine)
    balanced(mine)
    orders = Order.objects.filter(account=account)
    assert not orders.filter(status__in=[OrderStatus.UNKNOWN, OrderStatus.SUBMITTED], purpose__in=["ENTRY", "EXIT"])
    assert not Trade.objects.filter(account=account, status__in=[TradeStatus.PENDING, TradeStatus.CLOSING])
    protected(mine)
    ids = [request.client_order_id for request in broker.sent]
    assert len(ids) == len(set(ids)), "an order was sent twice"
    account.sessions.update(status="STOPPED")
