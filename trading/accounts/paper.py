"""Paper accounts: opening, settings, closing by hand, starting over."""

from decimal import Decimal
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction

from brokers.interface import Quote
from trading import ledger
from trading.accounts.account_checks import announce, lock_open, record, record_opening
from trading.audit import audit
from trading.brokerage.closing import request_exit
from trading.exits.closing import close
from trading.exits.exits import Exit, close_trades
from trading.feed import events
from trading.market import market_now, quote_or_entry, quotes, wall_now
from trading.models import (
    Account,
    EntryKind,
    EquityPoint,
    EventType,
    ExitReason,
    Order,
    OrderStatus,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.serializers import render_account
from trading.sessions import sessions

DEFAULT_BALANCE = Decimal(1000)
SETTINGS = (
    "auto_trading_enabled",
    "auto_trade_spot",
    "auto_trade_futures",
    "min_signal_confidence",
    "max_position_size",
    "max_open_trades",
)
_RESET = ("balance", "initial_balance", "total_trades", "reset_at")


class TradeNotOpen(Exception):
    """The trade is not open (any more)."""


class NoQuote(Exception):
    """The trade's market has no quote to act at."""


@transaction.atomic
def open_account(
    *, owner_id: int, name: str, initial_balance: Decimal = DEFAULT_BALANCE, currency: str = "USD", **settings: Any
) -> Account:
    """A paper account with its first deposit booked. Raises IntegrityError when the owner has one of that name."""
    account = Account.objects.create(owner_id=owner_id, name=name, currency=currency, **settings)
    now = wall_now()
    ledger.post(account, [ledger.Posting(EntryKind.DEPOSIT, initial_balance, f"deposit:{account.pk}", now)])
    account.initial_balance = account.equity = account.peak_equity = account.balance
    account.save(update_fields=["initial_balance", "equity", "peak_equity"])
    EquityPoint.objects.create(account=account, time=now, balance=account.balance, equity=account.balance)
    return account


@transaction.atomic
def update_settings(account_id: int, changes: dict[str, Any]) -> Account:
    """Change the account's trading settings (names in SETTINGS, validated by the caller). Raises AccountClosed."""
    account = lock_open(account_id)
    before = audit.state(account, changes)
    for name, value in changes.items():
        if name not in SETTINGS:
            raise ValueError(f"{name} is not a setting")
        setattr(account, name, value)
    account.save(update_fields=list(changes))
    announce(account)
    record(account, "account.changed", before, audit.state(account, changes))
    return account


@transaction.atomic
def start(*, owner_id: int, account: Account | None, initial_balance: Decimal, settings: dict[str, Any]) -> Account:
    """Open the owner's paper account (or take `account`), apply the settings and set its sessions running."""
    opened = account is None
    if account is None:
        account = open_account(owner_id=owner_id, name="Paper", initial_balance=initial_balance)
        sessions.create_default_sessions(account)
    sessions.start_sessions(account)
    started = update_settings(account.pk, {**settings, "auto_trading_enabled": True})
    if opened:
        record_opening(started)
    return started


def close_by_hand(trade_id: int, quantity: Decimal | None = None) -> Trade:
    """Close an open trade at the market, or `quantity` of it (base units, no more than is open).

    A live one is CLOSING until its broker has filled it. Raises TradeNotOpen, or for a trade on paper NoQuote when its
    market is silent.
    """
    trade = Trade.objects.select_related("account").get(pk=trade_id)
    need_open(trade)
    if not trade.account.is_paper:
        return _close_at_its_broker(trade, quantity)
    if not close([Exit(trade_id, ExitReason.MANUAL, fresh_quote(trade), quantity=quantity)]):
        raise TradeNotOpen(f"Trade {trade_id} was closed a moment ago.")
    trade.refresh_from_db()
    return trade


def need_open(trade: Trade) -> None:
    """Raises TradeNotOpen."""
    if trade.status != TradeStatus.OPEN:
        raise TradeNotOpen(f"Trade {trade.pk} is {trade.status.lower()}, not open.")


def fresh_quote(trade: Trade) -> Quote:
    """The trade's market as it is now. Raises NoQuote when it is silent."""
    quote = quotes().get(trade.venue, trade.symbol)
    if quote is None:
        raise NoQuote(f"{trade.symbol} has no quote.")
    age = market_now(trade.venue, quote).timestamp() - quote.time
    if age > django_settings.QUOTE_MAX_AGE:
        raise NoQuote(f"{trade.symbol} was last quoted {age:.0f} s ago; its feed is silent.")
    return quote


def _close_at_its_broker(trade: Trade, quantity: Decimal | None) -> Trade:
    """Its broker fills the exit at the market, whether or not quotes reach us."""
    if request_exit(trade.pk, ExitReason.MANUAL, quantity=quantity) is None:
        raise TradeNotOpen(f"Trade {trade.pk} was closed a moment ago.")
    trade.refresh_from_db()
    return trade


@transaction.atomic
def reset(account_id: int, initial_balance: Decimal | None = None) -> Account:
    """Start the account over: trades closed, balance set (default: the initial one), statistics from zero.

    The past stays: earlier trades and ledger entries are kept, and a RESET entry bridges to the new balance. A trade
    whose market is silent is closed at its entry price. Raises AccountClosed.
    """
    account = lock_open(account_id)
    before = audit.state(account, _RESET)
    _cancel_pending(account)
    open_trades = Trade.objects.filter(account=account, status=TradeStatus.OPEN)
    close_trades([Exit(trade.pk, ExitReason.RESET, quote_or_entry(trade)) for trade in open_trades])
    account.refresh_from_db()
    target = account.initial_balance if initial_balance is None else to_money(initial_balance)
    now = wall_now()
    key = f"reset:{account.pk}:{account.ledger_sequence + 1}"
    ledger.post(account, [ledger.Posting(EntryKind.RESET, target - account.balance, key, now)])
    account.initial_balance = account.equity = account.peak_equity = target
    account.realized_pnl = account.fees_paid = account.margin_used = Decimal(0)
    account.total_trades = account.winning_trades = account.losing_trades = 0
    account.reset_at = now
    account.save()
    sessions.count_anew(account)
    EquityPoint.objects.create(account=account, time=now, balance=target, equity=target)
    events.emit(account.owner_id, [events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk)])
    announce(account)
    record(account, "account.reset", before, audit.state(account, _RESET))
    return account


def _cancel_pending(account: Account) -> None:
    """Entry orders not carried out yet are cancelled with their trades."""
    pending = list(Trade.objects.locked().filter(account=account, status=TradeStatus.PENDING))
    Order.objects.filter(trade__in=pending, status=OrderStatus.NEW).update(
        status=OrderStatus.CANCELLED, reason="The account was reset."
    )
    Trade.objects.filter(pk__in=[trade.pk for trade in pending]).update(status=TradeStatus.CANCELLED, margin=0)
