"""Paper accounts: opening, settings, closing by hand, starting over."""

from decimal import Decimal
from typing import Any

from django.conf import settings as django_settings
from django.db import transaction

from brokers.interface import Quote
from trading import events, ledger, sessions
from trading.exits import Exit, close_trades
from trading.market import market_now, quotes, wall_now
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

DEFAULT_BALANCE = Decimal(1000)
SETTINGS = (
    "auto_trading_enabled",
    "auto_trade_spot",
    "auto_trade_futures",
    "min_signal_confidence",
    "max_position_size",
    "max_open_trades",
)


class TradeNotOpen(Exception):
    """The trade is not open (any more)."""


class NoQuote(Exception):
    """The trade's market has no quote to close at."""


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
    """Change the account's trading settings (names in SETTINGS, values validated by the caller)."""
    account = Account.objects.locked().get(pk=account_id)
    for name, value in changes.items():
        if name not in SETTINGS:
            raise ValueError(f"{name} is not a setting")
        setattr(account, name, value)
    account.save(update_fields=list(changes))
    sessions.announce_status(account)
    return account


@transaction.atomic
def start(*, owner_id: int, account: Account | None, initial_balance: Decimal, settings: dict[str, Any]) -> Account:
    """Open the owner's paper account (or take `account`), apply the settings and set its sessions running."""
    if account is None:
        account = open_account(owner_id=owner_id, name="Paper", initial_balance=initial_balance)
        sessions.create_default_sessions(account)
    sessions.start_sessions(account)
    return update_settings(account.pk, {**settings, "auto_trading_enabled": True})


def close_by_hand(trade_id: int) -> Trade:
    """Close an open trade at the market. Raises TradeNotOpen, or NoQuote when its market is silent."""
    trade = Trade.objects.get(pk=trade_id)
    quote = quotes().get(trade.venue, trade.symbol)
    if trade.status != TradeStatus.OPEN:
        raise TradeNotOpen(f"Trade {trade_id} is {trade.status.lower()}, not open.")
    if quote is None:
        raise NoQuote(f"{trade.symbol} has no quote to close at.")
    age = market_now(trade.venue, quote).timestamp() - quote.time
    if age > django_settings.QUOTE_MAX_AGE:
        raise NoQuote(f"{trade.symbol} was last quoted {age:.0f} s ago; its feed is silent.")
    closed = close_trades([Exit(trade_id, ExitReason.MANUAL, quote)])
    if not closed:
        raise TradeNotOpen(f"Trade {trade_id} was closed a moment ago.")
    return closed[0]


@transaction.atomic
def reset(account_id: int, initial_balance: Decimal | None = None) -> Account:
    """Start the account over: trades closed, balance set (default: the initial one), statistics from zero.

    The past stays: earlier trades and ledger entries are kept, and a RESET entry bridges to the new balance. A trade
    whose market is silent is closed at its entry price.
    """
    account = Account.objects.locked().get(pk=account_id)
    _cancel_pending(account)
    open_trades = Trade.objects.filter(account=account, status=TradeStatus.OPEN)
    close_trades([Exit(trade.pk, ExitReason.RESET, _quote_or_entry(trade)) for trade in open_trades])
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
    EquityPoint.objects.create(account=account, time=now, balance=target, equity=target)
    events.emit(account.owner_id, [events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk)])
    sessions.announce_status(account)
    return account


def _quote_or_entry(trade: Trade) -> Quote:
    quote = quotes().get(trade.venue, trade.symbol)
    if quote is not None:
        return quote
    if trade.entry_price is None:
        raise ValueError(f"trade {trade.pk} is open without an entry price")
    price, now = float(trade.entry_price), market_now(trade.venue, None).timestamp()
    return Quote(venue=trade.venue, symbol=trade.symbol, bid=price, ask=price, last=price, time=now, received=now)


def _cancel_pending(account: Account) -> None:
    """Entry orders not carried out yet are cancelled with their trades."""
    pending = list(Trade.objects.locked().filter(account=account, status=TradeStatus.PENDING))
    Order.objects.filter(trade__in=pending, status=OrderStatus.NEW).update(
        status=OrderStatus.CANCELLED, reason="The account was reset."
    )
    Trade.objects.filter(pk__in=[trade.pk for trade in pending]).update(status=TradeStatus.CANCELLED, margin=0)
