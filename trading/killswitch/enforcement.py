"""Carrying the kill switch out: entries that had gone out are taken back, and where asked, positions are closed.

Everything here may run twice, late and at once. It is repeated (by the sweeper, or here while no worker can be reached)
until nothing is left, since a broker that does not answer now may answer in a minute, and an order on its way may fill.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from django.db import close_old_connections, connection, transaction
from django.db.models import Q, QuerySet

from trading import queueing
from trading.audit import audit
from trading.brokerage.closing import cancel_entry, request_exit
from trading.exits.exits import Exit, close_trades
from trading.killswitch.withdrawal import KILL_SWITCH_REASON, withdraw
from trading.market import REPLAY_PREFIX, seen_quotes, wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    AutoTradingSession,
    ExitReason,
    KillSwitch,
    Order,
    OrderPurpose,
    OrderStatus,
    Trade,
    TradeStatus,
)

logger = logging.getLogger(__name__)

_AT_ONCE = 8  # accounts whose brokers are talked to at the same time
_PAUSE_SECONDS = 2.0
_here: set[int] = set()
_here_lock = threading.Lock()


def begin(switch_id: int) -> None:
    """Start enforcing, without keeping the caller waiting: neither a broker nor Redis may answer."""
    if queueing.is_inline():
        enforce(switch_id)
    else:
        threading.Thread(target=_hand_over, args=(switch_id,), name=f"kill-switch-{switch_id}", daemon=True).start()


def _hand_over(switch_id: int) -> None:
    """To a worker; while none can be reached, it is done here."""
    with _here_lock:
        if switch_id in _here:
            return
        _here.add(switch_id)
    try:
        while not queueing.send("trading.enforce_kill_switch", switch_id):
            if _safely(partial(_enforce_here, switch_id)):
                return
            time.sleep(_PAUSE_SECONDS)
    finally:
        with _here_lock:
            _here.discard(switch_id)


def _enforce_here(switch_id: int) -> bool:
    """With all that it queues: exits to be sent, orders to be looked up."""
    with queueing.kept() as waiting:
        done = enforce(switch_id)
        queueing.carry_out(waiting)
    return done


def _safely(work: Callable[[], bool]) -> bool:
    """On a thread of ours: what fails is tried again, and the connection to the database is not kept."""
    close_old_connections()
    try:
        return work()
    except Exception:
        logger.exception("the kill switch could not be enforced; trying again")
        return False
    finally:
        connection.close()


def enforce(switch_id: int) -> bool:
    """Take back what had gone out and close what is to be closed. True when nothing is left (or it was lifted)."""
    switch = KillSwitch.objects.engaged().filter(pk=switch_id).first()
    if switch is None:
        return True
    scope = _scope(switch.owner_id)
    withdraw_entries(switch.owner_id)
    accounts = set(_entries(scope).values_list("account_id", flat=True))
    if switch.close_positions:
        accounts |= set(_positions(scope).values_list("account_id", flat=True))
    _each(sorted(accounts), partial(_stop_account, close_positions=switch.close_positions))
    if left_of(switch):
        return False
    return _note_enforced(switch)


def left_of(switch: KillSwitch) -> bool:
    """Whether an entry, or a position that is to be closed, is still under way."""
    scope = _scope(switch.owner_id)
    return _entries(scope).exists() or (switch.close_positions and _positions(scope).exists())


def figures(owner_id: int, switch: KillSwitch) -> tuple[int, int, int]:
    """Of the owner's: entries taken back since the switch was engaged, entries still on their way, open positions."""
    scope = _scope(owner_id)
    cancelled = Order.objects.filter(scope, purpose=OrderPurpose.ENTRY, status=OrderStatus.CANCELLED)
    since = cancelled.filter(updated_at__gte=switch.engaged_at, trade__updated_at__gte=switch.engaged_at)
    return since.count(), _entries(scope).count(), _positions(scope).count()


def unfinished_switches() -> list[int]:
    """Engaged ones that are not enforced yet, or have something left since: a fill that came late."""
    found = KillSwitch.objects.engaged().order_by("pk")
    return [switch.pk for switch in found if switch.enforced_at is None or left_of(switch)]


def enforce_session(session_id: int, close_positions: bool = False) -> int:
    """The same for one session that was killed: its entries are taken back, and its positions closed where asked.

    What fills of it after this is closed as well then. Nobody waits for a broker here: what is to be done there is
    queued. Returns how many of its trades are still under way. Set its status first, so that nothing more leaves.
    """
    scope = Q(session=session_id)
    account_id = AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=session_id)
    _withdraw(account_id, Q(trade__session=session_id), "Its session was killed.")
    if close_positions:
        _close_when_filled(account_id, scope)
    for order_id in _sent_entries(account_id, Q(trade__session=session_id)):
        queueing.send("trading.cancel_entry", order_id)
    if close_positions:
        _close_positions(account_id, scope)
    left = Trade.objects.filter(scope, status=TradeStatus.PENDING).count()
    return left + (_positions(scope).count() if close_positions else 0)


# --- what is left


def _scope(owner_id: int | None) -> Q:
    return Q() if owner_id is None else Q(account__owner=owner_id)


def _entries(scope: Q) -> "QuerySet[Order]":
    return Order.objects.filter(scope, purpose=OrderPurpose.ENTRY, status__in=PENDING_STATUSES).order_by()


def _positions(scope: Q) -> "QuerySet[Trade]":
    """Open trades; a replay's live in a process and a time of their own."""
    held = Trade.objects.filter(scope, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING])
    return held.exclude(venue__startswith=REPLAY_PREFIX).order_by()


@transaction.atomic
def _note_enforced(switch: KillSwitch) -> bool:
    """False where more was asked for meanwhile."""
    held = KillSwitch.objects.select_for_update(of=("self",)).get(pk=switch.pk)
    if held.lifted_at is not None:
        return True
    if held.close_positions != switch.close_positions:
        return False
    if held.enforced_at is None:
        held.enforced_at = wall_now()
        held.save(update_fields=["enforced_at"])
        if held.owner_id is not None:
            after = {"orders": "cancelled", "positions": "closed" if held.close_positions else "kept"}
            subject = f"kill switch {held.pk}"
            audit.record(
                owner_id=held.owner_id, action="kill_switch.enforced", subject=subject, before=None, after=after
            )
    return True


# --- doing it


def withdraw_entries(owner_id: int | None) -> None:
    """Cancel every NEW entry, account by account. When it returns, no transaction that began before it can still send
    one: each holds its account's lock, for which this has waited.
    """
    waiting = Order.objects.filter(_scope(owner_id), purpose=OrderPurpose.ENTRY, status=OrderStatus.NEW).order_by()
    for account_id in sorted(set(waiting.values_list("account_id", flat=True))):
        _withdraw(account_id, Q(), KILL_SWITCH_REASON)


@transaction.atomic
def _withdraw(account_id: int, which: Q, reason: str) -> None:
    account = Account.objects.locked().get(pk=account_id)
    orders = Order.objects.filter(which, account=account, purpose=OrderPurpose.ENTRY, status=OrderStatus.NEW)
    for order in orders.select_related("trade__session", "trade__signal").order_by("pk"):
        withdraw(account, order, reason)


def _each(account_ids: list[int], work: Callable[[int], None]) -> None:
    """Account by account, several at once: a broker that does not answer holds up no other."""
    if queueing.is_inline() or len(account_ids) < 2:
        for account_id in account_ids:
            work(account_id)
        return

    def one(account_id: int) -> bool:
        work(account_id)
        return True

    def apart(account_id: int) -> bool:
        # Each thread a context of its own, with what this one's holds: where queued tasks go.
        return contexts[account_id].run(_safely, partial(one, account_id))

    contexts = {account_id: copy_context() for account_id in account_ids}
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        list(pool.map(apart, account_ids))


def _stop_account(account_id: int, *, close_positions: bool) -> None:
    _cancel_entries(account_id, Q())
    if close_positions:
        _close_positions(account_id, Q())


def _cancel_entries(account_id: int, which: Q) -> None:
    """Those that were sent: cancelled at the broker, or seen to have filled."""
    for order_id in _sent_entries(account_id, which):
        cancel_entry(order_id)


def _sent_entries(account_id: int, which: Q) -> list[int]:
    sent = Order.objects.filter(which, account=account_id, purpose=OrderPurpose.ENTRY, status__in=PENDING_STATUSES)
    return list(sent.exclude(status=OrderStatus.NEW).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _close_when_filled(account_id: int, which: Q) -> None:
    """Entries whose outcome is open: their trades are to end as soon as they begin."""
    Account.objects.locked().get(pk=account_id)
    pending = Trade.objects.filter(which, account=account_id, status=TradeStatus.PENDING)
    pending.update(closing_reason=ExitReason.KILL_SWITCH, updated_at=wall_now())


def _close_positions(account_id: int, which: Q) -> None:
    """At the broker by an exit; on paper at the last quote, however old. A market that was never quoted waits."""
    trades = list(_positions(Q(which, account=account_id)).select_related("account").order_by("pk"))
    if not trades:
        return
    if not trades[0].account.is_paper:
        for trade in trades:
            request_exit(trade.pk, ExitReason.KILL_SWITCH)
        return
    found = seen_quotes({(trade.venue, trade.symbol) for trade in trades})
    quoted = ((trade.pk, found.get((trade.venue, trade.symbol))) for trade in trades)
    close_trades([Exit(pk, ExitReason.KILL_SWITCH, quote) for pk, quote in quoted if quote is not None])
