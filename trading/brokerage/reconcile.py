"""Comparing our books with the broker's: fills first, then orders, positions and money."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from brokers.errors import BrokerError
from brokers.interface import Balance, LiveBroker, OrderReport, Position, Side
from trading import queueing
from trading.brokerage import external
from trading.brokerage.apply import apply_report
from trading.brokerage.connections import live_broker
from trading.brokerage.differences import Found, record
from trading.brokerage.matching import find_order
from trading.brokerage.resolve import resolve_order
from trading.brokerage.strays import cancel_strays
from trading.market import wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    Difference,
    DifferenceKind,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)

logger = logging.getLogger(__name__)

_OVERLAP = timedelta(minutes=5)
_UNKNOWN_TOO_LONG = timedelta(seconds=60)
_CENT = Decimal("0.01")


def reconcile_account(account_id: int) -> list[Difference]:
    """Read the account at its broker and book what we missed; what then still differs is kept as a Difference.

    Safe to run twice or at once. Raises BrokerError when the broker cannot be read: nothing is concluded from silence.
    """
    account = Account.objects.get(pk=account_id)
    broker = live_broker(account)
    found = _compare(account, broker)
    if found:  # something may have filled between two of the readings: only what a second look shows as well is told
        found = _compare(account, broker)
    _watch_stops([int(item.subject) for item in found if item.kind == DifferenceKind.MISSING_STOP])
    return record(account_id, found)


def _compare(account: Account, broker: LiveBroker) -> list[Found]:
    foreign = _catch_up(account, broker)
    _settle_pending(account)
    started = wall_now()
    positions, orders, balances = broker.positions(), broker.open_orders(), broker.get_balance()
    cancel_strays(account, orders, started)
    moved = _moved_since(account, started)
    if not account.sells_contracts:
        external.take_over(account, [report for report in foreign if report.symbol not in moved], _net(positions))
    return [
        *_unknown_orders(account),
        *_foreign_orders(account, orders),
        *_missing_stops(account, orders, broker),
        *_positions(account, positions, moved),
        *([] if moved else _balance(account, balances, positions)),
    ]


def _moved_since(account: Account, started: datetime) -> set[str]:
    """Symbols that orders moved in while the broker was read: what it said then may be older than our books."""
    orders = Order.objects.filter(account=account, updated_at__gte=started)
    trades = Trade.objects.filter(account=account, updated_at__gte=started)
    return {*orders.values_list("symbol", flat=True), *trades.values_list("symbol", flat=True)}


def _catch_up(account: Account, broker: LiveBroker) -> list[OrderReport]:
    """Book every execution of ours since the last reconciliation; returns those of another hand."""
    foreign = []
    since = (account.reconciled_at or account.created_at) - _OVERLAP
    for report in broker.executions_since(since.timestamp()):
        order = find_order(account, report)
        if order is not None and order.purpose != OrderPurpose.EXTERNAL:
            apply_report(order.pk, report)
        elif order is None:
            foreign.append(report)
    return foreign


def _net(positions: Sequence[Position]) -> dict[str, Decimal]:
    """Signed position by symbol: above 0 is long."""
    net: dict[str, Decimal] = defaultdict(Decimal)
    for position in positions:
        net[position.symbol] += position.quantity if position.side == Side.BUY else -position.quantity
    return net


def _settle_pending(account: Account) -> None:
    """Look up every order that our books hold open: those at the broker longest without news are settled here."""
    before = wall_now() - timedelta(seconds=5)
    pending = Order.objects.filter(account=account, status__in=PENDING_STATUSES, submitted_at__lte=before).exclude(
        status=OrderStatus.NEW
    )
    for order_id in list(pending.values_list("pk", flat=True)):
        resolve_order(order_id)


def _unknown_orders(account: Account) -> list[Found]:
    too_long = wall_now() - _UNKNOWN_TOO_LONG
    orders = Order.objects.filter(account=account, status=OrderStatus.UNKNOWN, submitted_at__lte=too_long)
    return [
        Found(
            DifferenceKind.UNKNOWN_ORDER,
            order.client_order_id,
            "sent",
            "no answer",
            f"{order}: its outcome is still not known. Look at your orders at the broker.",
        )
        for order in orders
    ]


def _foreign_orders(account: Account, orders: Sequence[OrderReport]) -> list[Found]:
    return [
        Found(
            DifferenceKind.EXTERNAL_ORDER,
            order.order_id,
            "",
            f"{order.side} {order.quantity or 0:f} {order.symbol}",
            f"An order that is not ours is open at the broker: {order.side} {order.quantity or 0:f} {order.symbol}.",
        )
        for order in orders
        if find_order(account, order) is None
    ]


def _missing_stops(account: Account, orders: Sequence[OrderReport], broker: LiveBroker) -> list[Found]:
    """Trades whose stop should rest at the broker and does not: ours to watch from now on."""
    if broker.capabilities().contract_types:
        return []
    resting = {order.order_id for order in orders}
    found = []
    for trade in Trade.objects.filter(account=account, status=TradeStatus.OPEN, stop_held=StopHolder.BROKER):
        leg = trade.orders.filter(purpose=OrderPurpose.STOP, status__in=PENDING_STATUSES).first()
        if leg is not None and leg.broker_order_id in resting:
            continue
        if trade.opened_wall is not None and wall_now() - trade.opened_wall < timedelta(seconds=10):
            continue  # its legs may still be on their way
        message = f"{trade}: its stop does not rest at the broker any more; Signalist watches it instead."
        found.append(Found(DifferenceKind.MISSING_STOP, str(trade.pk), f"{trade.stop_loss}", "", message))
    return found


def _watch_stops(trade_ids: list[int]) -> None:
    """The stops of these open trades are ours to watch until they rest at the broker again."""
    trades = Trade.objects.filter(pk__in=trade_ids, status=TradeStatus.OPEN)
    trades.update(stop_held=StopHolder.US, updated_at=wall_now())


def _positions(account: Account, positions: Sequence[Position], moved: set[str]) -> list[Found]:
    """Symbols whose net position is not the sum of our open trades."""
    if account.sells_contracts:
        return _contracts(account, positions)
    ours: dict[str, Decimal] = defaultdict(Decimal)
    fresh = set(moved)
    for trade in Trade.objects.filter(account=account, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING]):
        if trade.market_type == "SPOT":
            continue  # coins are a balance, not a position
        ours[trade.symbol] += trade.direction_sign * trade.open_quantity
        if _is_moving(trade):
            fresh.add(trade.symbol)
    theirs = _net(positions)
    return [
        Found(
            DifferenceKind.POSITION,
            symbol,
            f"{ours[symbol].normalize():f}",
            f"{theirs[symbol].normalize():f}",
            f"{symbol}: our trades hold {ours[symbol].normalize():f}, the broker {theirs[symbol].normalize():f}.",
        )
        for symbol in sorted(set(ours) | set(theirs))
        if ours[symbol] != theirs[symbol] and symbol not in fresh
    ]


def _is_moving(trade: Trade) -> bool:
    """Whether an order of the trade is under way, so that a look now may see either side of it."""
    return trade.orders.filter(
        status__in=PENDING_STATUSES, purpose__in=[OrderPurpose.ENTRY, OrderPurpose.EXIT]
    ).exists()


def _contracts(account: Account, positions: Sequence[Position]) -> list[Found]:
    """Contracts that one side holds and the other does not."""
    held = {position.position_id: position for position in positions}
    known = dict(account.contracts.filter(settled_at=None).values_list("contract_id", "trade__symbol"))
    strangers = [
        Found(
            DifferenceKind.POSITION, key, "", f"{held[key].symbol}",
            f"Contract {key} on {held[key].symbol} is open at the broker and not ours.",
        )
        for key in sorted(held.keys() - known.keys())
        if not account.contracts.filter(contract_id=key).exists()
    ]  # fmt: skip
    missing = [
        Found(
            DifferenceKind.POSITION, key, known[key], "",
            f"Contract {key} on {known[key]} is open here and not at the broker.",
        )
        for key in sorted(known.keys() - held.keys())
    ]  # fmt: skip
    return [*strangers, *missing]


def _balance(account: Account, balances: Sequence[Balance], positions: Sequence[Position]) -> list[Found]:
    """The broker's cash against our ledger's, once nothing is under way that moves it.

    Some exchanges count unrealised profit in: what open positions explain is no difference.
    """
    moving = Order.objects.filter(account=account, status__in=PENDING_STATUSES, purpose__in=["ENTRY", "EXIT"])
    theirs = next((item.total for item in balances if item.currency == account.currency), None)
    if theirs is None or moving.exists():
        return []
    ours = Account.objects.values_list("balance", flat=True).get(pk=account.pk)
    tolerance = _CENT if account.currency in ("USD", "EUR", "USDT", "USDC") else Decimal("0.00000100")
    unrealized = sum((abs(item.unrealized_pnl or Decimal(0)) for item in positions), Decimal(0))
    if abs(theirs - ours) <= tolerance + 2 * unrealized:
        return []
    message = (
        f"The broker's balance is {theirs.normalize():f} {account.currency}, our ledger's {ours.normalize():f}: "
        "deposits, withdrawals, funding or trades made elsewhere."
    )
    return [Found(DifferenceKind.BALANCE, account.currency, f"{ours:f}", f"{theirs:f}", message)]


def reconcile_all() -> int:
    """Queue the reconciliation of every enabled account at a broker, each by itself: a slow one holds up no other."""
    accounts = Account.objects.filter(is_enabled=True).exclude(broker="paper").order_by("pk")
    for account_id in accounts.values_list("pk", flat=True):
        queueing.send("trading.reconcile_account", account_id)
    return len(accounts)


def try_to_reconcile(account_id: int) -> bool:
    """Reconcile, now or, where the broker cannot be read, at the next minute's turn."""
    try:
        reconcile_account(account_id)
    except BrokerError as error:
        logger.warning("account %s could not be reconciled: %s", account_id, error)
        return False
    return True
