"""Closing trades: many at once, each exactly once."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import transaction

from brokers.instruments import instruments_for
from brokers.interface import Instrument, OrderReport, OrderRequest, Quote, Side
from brokers.registry import broker_for
from trading import events, ledger, trigger_feed
from trading.fills import Filled, fill_rows, settle, summarize
from trading.market import default_instrument, wall_now
from trading.models import (
    Account,
    EntryKind,
    EventType,
    ExitReason,
    Fill,
    Order,
    OrderPurpose,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.order_ids import exit_order_id
from trading.paper_model import fill_model
from trading.rules.pnl import gross_pnl
from trading.serializers import render_account, render_trades


@dataclass(frozen=True, slots=True)
class Exit:
    """One trade to close: why, at which quote, and for a stop or target the level (or the gap's open) it fills at."""

    trade_id: int
    reason: ExitReason
    quote: Quote
    trigger_price: float | None = None


@dataclass(frozen=True, slots=True)
class _Closed:
    trade: Trade
    order: Order
    fills: list[Fill]
    postings: list[ledger.Posting]


@transaction.atomic
def close_trades(exits: Sequence[Exit]) -> list[Trade]:
    """Close the trades that are still OPEN; the others, closed or closing by another hand, are left alone.

    Accounts are locked first, then trades, each in primary-key order; an exit in flight therefore excludes any other
    (and a partial unique index on exit orders stands behind the lock). Returns the trades closed.
    """
    wanted = {item.trade_id: item for item in exits}
    owners = Trade.objects.filter(pk__in=wanted, status=TradeStatus.OPEN).values_list("account_id", flat=True)
    accounts = {account.pk: account for account in Account.objects.locked().filter(pk__in=set(owners))}
    trades = list(
        Trade.objects.locked()
        .filter(pk__in=wanted, status=TradeStatus.OPEN, account__in=accounts)
        .select_related("session", "signal")
    )
    if not trades:
        return []
    attempts = _attempts(trades)
    known = instruments_for({(trade.venue, trade.symbol) for trade in trades})
    closed: dict[int, list[_Closed]] = defaultdict(list)
    for trade in trades:
        trade.account = accounts[trade.account_id]
        market = (trade.venue, trade.symbol)
        instrument = known.get(market) or default_instrument(*market, trade.market_type)
        closed[trade.account_id].append(_close(trade, wanted[trade.pk], instrument, attempts[trade.pk]))
    _write([item for items in closed.values() for item in items])
    for account_id, items in closed.items():
        _settle_account(accounts[account_id], items)
    _announce(accounts, closed)
    transaction.on_commit(partial(trigger_feed.publish, trades))
    return trades


def _attempts(trades: Iterable[Trade]) -> Counter[int]:
    earlier = Order.objects.filter(trade__in=list(trades), purpose=OrderPurpose.EXIT)
    return Counter(earlier.values_list("trade_id", flat=True))


def _close(trade: Trade, exit_: Exit, instrument: Instrument, attempt: int) -> _Closed:
    side = "SELL" if trade.direction_sign > 0 else "BUY"
    order = Order(
        account=trade.account,
        trade=trade,
        client_order_id=exit_order_id(trade, attempt),
        purpose=OrderPurpose.EXIT,
        venue=trade.venue,
        symbol=trade.symbol,
        side=side,
        quantity=trade.quantity,
        reduce_only=True,
    )
    report = _place(order, exit_, instrument)
    intended = exit_.trigger_price
    if intended is None:
        intended = exit_.quote.bid if side == "SELL" else exit_.quote.ask
    filled = summarize(report.executions, intended, side, trade.contract_size)
    settle(order, report, filled)
    pnl = _finish(trade, filled, exit_.reason)
    postings = [
        ledger.Posting(kind, amount, f"{kind.lower()}:{order.client_order_id}", filled.market_time, trade.pk)
        for kind, amount in ((EntryKind.TRADE_PNL, pnl), (EntryKind.COMMISSION, -filled.commission))
    ]
    return _Closed(trade, order, fill_rows(order, report.executions, intended), postings)


def _place(order: Order, exit_: Exit, instrument: Instrument) -> OrderReport:
    request = OrderRequest(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=Side(order.side),
        quantity=order.quantity,
        reduce_only=True,
        trigger_price=exit_.trigger_price,
        resting=exit_.reason == ExitReason.TAKE_PROFIT,
    )
    broker = broker_for(order.account.broker, fill_model(order.account))
    return broker.place_order(request, exit_.quote, instrument)


def _finish(trade: Trade, filled: Filled, reason: ExitReason) -> Decimal:
    """Mark the trade closed; returns its gross P&L in account currency."""
    if trade.entry_price is None:
        raise ValueError(f"trade {trade.pk} is open without an entry price")
    pnl = to_money(
        gross_pnl(
            trade.direction_sign,
            float(trade.quantity),
            float(trade.entry_price),
            float(filled.average_price),
            float(trade.contract_size),
        )
    )
    trade.status = TradeStatus.CLOSED
    trade.exit_price = filled.average_price
    trade.closed_quantity = trade.quantity
    trade.exit_reason = reason
    trade.realized_pnl += pnl - filled.commission
    trade.fees += filled.commission
    trade.slippage += filled.slippage
    trade.closed_at, trade.closed_wall = filled.market_time, wall_now()
    trade.updated_at = trade.closed_wall
    return pnl


_TRADE_FIELDS = [
    "status",
    "exit_price",
    "closed_quantity",
    "exit_reason",
    "realized_pnl",
    "fees",
    "slippage",
    "closed_at",
    "closed_wall",
    "updated_at",
]


def _write(items: list[_Closed]) -> None:
    Order.objects.bulk_create([item.order for item in items])
    Fill.objects.bulk_create([fill for item in items for fill in item.fills])
    # One upsert of rows that are locked and known to exist: Django's bulk_update spends ten times as long on its CASEs.
    Trade.objects.bulk_create(
        [item.trade for item in items], update_conflicts=True, unique_fields=["id"], update_fields=_TRADE_FIELDS
    )


def _settle_account(account: Account, items: list[_Closed]) -> None:
    """Book the money, release the margin and count the results."""
    ledger.post(account, [posting for item in items for posting in item.postings])
    for item in items:
        trade = item.trade
        account.margin_used -= trade.margin
        account.fees_paid -= sum(
            (part.amount for part in item.postings if part.kind == EntryKind.COMMISSION), Decimal(0)
        )
        account.realized_pnl += sum((posting.amount for posting in item.postings), Decimal(0))
        account.total_trades += 1
        account.winning_trades += trade.realized_pnl > 0
        account.losing_trades += trade.realized_pnl < 0
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


def _announce(accounts: dict[int, Account], closed: dict[int, list[_Closed]]) -> None:
    drafts: dict[int, list[events.Draft]] = defaultdict(list)
    for account_id, items in closed.items():
        account = accounts[account_id]
        drafts[account.owner_id] += [
            events.Draft(EventType.TRADE_CLOSED, payload, account_id)
            for payload in render_trades(item.trade for item in items)
        ]
        drafts[account.owner_id].append(events.Draft(EventType.BALANCE_UPDATE, render_account(account), account_id))
    for owner_id in sorted(drafts):
        events.emit(owner_id, drafts[owner_id])
