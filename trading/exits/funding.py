"""Charging funding on open paper trades of perpetual futures: every minute, and in a replay at each bar's open.

Paper knows no past prices: a run that comes late (the worker was down, the market silent) charges each time that it
missed once, at the price of now. Exits charge what fell due before them (trading/exits/exit_fills.py).
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Min
from django.db.models.functions import Coalesce

from signals.models import MarketType
from trading import ledger
from trading.accounts.paper_model import fill_model
from trading.exits.funding_due import funding_due
from trading.exits.sweep import check_open_trades
from trading.feed import events
from trading.market import REPLAY_PREFIX, seen_quotes, wall_now
from trading.models import Account, AccountMode, EventType, Trade
from trading.models.trade import TradeQuerySet
from trading.rules.funding import funding_times
from trading.serializers import render_account, render_trades

logger = logging.getLogger(__name__)

Market = tuple[str, str]
_TRADE_FIELDS = ["realized_pnl", "funding", "funded_until", "updated_at"]


@dataclass(frozen=True, slots=True)
class Span:
    """Funding times in (after_ms, until_ms], epoch ms of market time; `after_ms` None: since each trade's last."""

    until_ms: int
    after_ms: int | None = None


def charge_funding(now: datetime | None = None) -> int:
    """Charge every paper account what has fallen due by `now` (aware). Returns the number of trades charged.

    Safe to repeat, late or at once: each account is locked, and the ledger takes each funding time of a trade once.
    """
    moment = now or wall_now()
    due = _accounts_due(moment)
    if not due:
        return 0
    check_open_trades()  # what the candles say was closed before then pays nothing
    found = _held(due).values_list("venue", "symbol").distinct().order_by()
    prices = {
        market: quote.last
        for market, quote in seen_quotes(set(found)).items()
        if moment.timestamp() - quote.time <= settings.QUOTE_MAX_AGE
    }
    span = Span(int(moment.timestamp() * 1000))
    return sum(_charge_alone(account_id, prices, span) for account_id in due)


def _charge_alone(account_id: int, prices: Mapping[Market, float], span: Span) -> int:
    """One account that cannot be charged keeps no other from it; it is tried again in a minute."""
    try:
        return charge_account(account_id, prices, span)
    except Exception:
        logger.exception("account %s: funding could not be charged", account_id)
        return 0


def _accounts_due(moment: datetime) -> list[int]:
    """The paper accounts with trades that a funding time has come for, in primary-key order."""
    paper = _held().filter(account__mode=AccountMode.PAPER).order_by()
    since = dict(paper.values_list("account_id").annotate(since=Min(Coalesce("funded_until", "opened_at"))))
    now_ms = int(moment.timestamp() * 1000)
    accounts = Account.objects.filter(pk__in=since).order_by("pk")
    return [account.pk for account in accounts if _is_due(account, since[account.pk], now_ms)]


def _is_due(account: Account, since: datetime, now_ms: int) -> bool:
    try:
        interval = fill_model(account).funding_interval_hours
    except ValueError:
        logger.exception("account %s: its fill model cannot be read", account.pk)
        return False
    return funding_times(int(since.timestamp() * 1000), now_ms, interval) > 0


def _held(accounts: Collection[int] | None = None) -> TradeQuerySet:
    """Open trades of futures, a replay's aside."""
    found = Trade.objects.open().filter(market_type=MarketType.FUTURES).exclude(venue__startswith=REPLAY_PREFIX)
    return found if accounts is None else found.filter(account__in=accounts)


@transaction.atomic
def charge_account(
    account_id: int, prices: Mapping[Market, float], span: Span, trade_ids: Collection[int] | None = None
) -> int:
    """Charge the account's open futures (or these trades of it) at `prices`, by market; one without a price waits.

    Returns the number of trades charged.
    """
    account = Account.objects.locked().get(pk=account_id)
    held = _held([account_id]) if trade_ids is None else Trade.objects.open().filter(pk__in=trade_ids, account=account)
    model, postings = fill_model(account), []
    looked_at, charged = [], []
    for trade in held.locked().select_related("session", "signal"):
        price = prices.get((trade.venue, trade.symbol))
        if price is None:
            continue
        before, trade.account = trade.funded_until, account
        due = funding_due(trade, model, price=price, until_ms=span.until_ms, after_ms=span.after_ms)
        postings += due
        looked_at += [trade] if trade.funded_until != before else []
        charged += [trade] if due else []
    _write(account, looked_at, postings)
    if charged:
        _announce(account, charged)
    return len(charged)


def _write(account: Account, trades: list[Trade], postings: list[ledger.Posting]) -> None:
    now = wall_now()
    for trade in trades:
        trade.updated_at = now
    # One upsert of rows that are locked and known to exist.
    Trade.objects.bulk_create(trades, update_conflicts=True, unique_fields=["id"], update_fields=_TRADE_FIELDS)
    if postings:
        ledger.post(account, postings)
        account.realized_pnl += sum((posting.amount for posting in postings), Decimal(0))
        account.save(update_fields=["realized_pnl"])


def _announce(account: Account, trades: list[Trade]) -> None:
    """Last in the transaction, as events.emit."""
    drafts = [events.Draft(EventType.TRADE_UPDATE, payload, account.pk) for payload in render_trades(trades)]
    drafts.append(events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk))
    events.emit(account.owner_id, drafts)
