"""Closing paper trades, whole or in part: many at once, each part exactly once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial

from django.db import transaction

from brokers.instruments import instruments_for
from trading import ledger, queueing
from trading.alerts import trade_alerts
from trading.exits.exit_fills import Closed, Exit, Extent, carry_out, extent_of
from trading.feed import events
from trading.market import default_instrument, is_replay
from trading.models import (
    Account,
    EntryKind,
    EventType,
    Fill,
    LevelChange,
    Order,
    OrderPurpose,
    Trade,
    TradeStatus,
)
from trading.serializers import render_account, render_trades
from trading.stream import trigger_feed

__all__ = ["Exit", "close_trades"]

# By then the last candle that the trade lived through has closed.
EXCURSIONS_AFTER_SECONDS = 10.0


@transaction.atomic
def close_trades(exits: Sequence[Exit]) -> list[Trade]:
    """Close what is asked for of the trades that are still OPEN, one exit each; the others, closed or closing by
    another hand, are left alone, and so are those whose stop or target is no longer where it set the exit off.

    Accounts are locked first, then trades, each in primary-key order; an exit in flight therefore excludes any other
    (and a partial unique index on exit orders stands behind the lock). Returns the trades closed, in whole or in part.
    """
    wanted = {item.trade_id: item for item in exits}
    owners = Trade.objects.filter(pk__in=wanted, status=TradeStatus.OPEN).values_list("account_id", flat=True)
    accounts = {account.pk: account for account in Account.objects.locked().filter(pk__in=set(owners))}
    found = (
        Trade.objects.locked()
        .filter(pk__in=wanted, status=TradeStatus.OPEN, account__in=accounts)
        .select_related("session", "signal")
    )
    extents = {trade: extent for trade in found if (extent := extent_of(trade, wanted[trade.pk])) is not None}
    if not extents:
        return []
    closed: dict[int, list[Closed]] = defaultdict(list)
    for item in _carry_out(accounts, wanted, extents):
        closed[item.trade.account_id].append(item)
    _write([item for items in closed.values() for item in items])
    for account_id, items in closed.items():
        _settle_account(accounts[account_id], items)
    _announce(accounts, closed)
    trades = list(extents)
    transaction.on_commit(partial(trigger_feed.publish, trades))
    _afterwards(trades)
    return trades


def _carry_out(accounts: dict[int, Account], wanted: dict[int, Exit], extents: dict[Trade, Extent]) -> Iterable[Closed]:
    attempts, earlier = _attempts(extents), _earlier_fills(extents)
    known = instruments_for({(trade.venue, trade.symbol) for trade in extents})
    for trade, extent in extents.items():
        trade.account = accounts[trade.account_id]
        market = (trade.venue, trade.symbol)
        instrument = known.get(market) or default_instrument(*market, trade.market_type)
        yield carry_out(trade, wanted[trade.pk], extent, instrument, attempts[trade.pk], earlier[trade.pk])


def _attempts(trades: Iterable[Trade]) -> Counter[int]:
    earlier = Order.objects.filter(trade__in=list(trades), purpose=OrderPurpose.EXIT)
    return Counter(earlier.values_list("trade_id", flat=True))


def _earlier_fills(trades: Iterable[Trade]) -> dict[int, list[tuple[Decimal, Decimal]]]:
    """What was closed before, as (quantity, price) by trade."""
    found: dict[int, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    begun = [trade for trade in trades if trade.closed_quantity]
    if begun:
        fills = Fill.objects.filter(order__trade__in=begun, order__purpose=OrderPurpose.EXIT)
        for trade_id, quantity, price in fills.values_list("order__trade_id", "quantity", "price"):
            found[trade_id].append((quantity, price))
    return found


_TRADE_FIELDS = [
    "status",
    "exit_price",
    "closed_quantity",
    "exit_reason",
    "take_profit",
    "targets_hit",
    "levels_since",
    "margin",
    "realized_pnl",
    "fees",
    "funding",
    "funded_until",
    "slippage",
    "closed_at",
    "closed_wall",
    "updated_at",
]


def _write(items: list[Closed]) -> None:
    Order.objects.bulk_create([item.order for item in items if item.order is not None])
    Fill.objects.bulk_create([fill for item in items for fill in item.fills])
    LevelChange.objects.bulk_create([change for item in items for change in item.changes])
    # One upsert of rows that are locked and known to exist: Django's bulk_update spends ten times as long on its CASEs.
    Trade.objects.bulk_create(
        [item.trade for item in items], update_conflicts=True, unique_fields=["id"], update_fields=_TRADE_FIELDS
    )


def _settle_account(account: Account, items: list[Closed]) -> None:
    """Book the money and give back the margin; a trade's result is counted once, at its end."""
    ledger.post(account, [posting for item in items for posting in item.postings])
    for item in items:
        account.margin_used -= item.freed
        account.fees_paid -= sum(
            (part.amount for part in item.postings if part.kind == EntryKind.COMMISSION), Decimal(0)
        )
        account.realized_pnl += sum((posting.amount for posting in item.postings), Decimal(0))
        if item.ended:
            account.total_trades += 1
            account.winning_trades += item.trade.realized_pnl > 0
            account.losing_trades += item.trade.realized_pnl < 0
    account.save(
        update_fields=[
            "margin_used",
            "fees_paid",
            "realized_pnl",
            "total_trades",
            "winning_trades",
            "losing_trades",
        ]
    )


def _announce(accounts: dict[int, Account], closed: dict[int, list[Closed]]) -> None:
    drafts: dict[int, list[events.Draft]] = defaultdict(list)
    for account_id, items in closed.items():
        account = accounts[account_id]
        drafts[account.owner_id] += [
            events.Draft(EventType.TRADE_CLOSED if item.ended else EventType.TRADE_UPDATE, payload, account_id)
            for item, payload in zip(items, render_trades(item.trade for item in items), strict=True)
        ]
        drafts[account.owner_id].append(events.Draft(EventType.BALANCE_UPDATE, render_account(account), account_id))
    for owner_id in sorted(drafts):
        trade_alerts.announce(owner_id, drafts[owner_id])


def _afterwards(trades: Iterable[Trade]) -> None:
    """Have the limits of the accounts checked whose trades have ended, and the trades' excursions worked out. A replay
    does both itself, in its own time.
    """
    ended = [trade for trade in trades if trade.status == TradeStatus.CLOSED and not is_replay(trade.venue)]
    for account_id in sorted({trade.account_id for trade in ended}):
        transaction.on_commit(partial(queueing.send, "trading.check_limits", account_id))
    if ended:
        ids = [trade.pk for trade in ended]
        send = partial(queueing.send, "trading.record_excursions", ids, after=EXCURSIONS_AFTER_SECONDS)
        transaction.on_commit(send)
