"""Opening accounts at a broker: its balance becomes the first deposit. Nothing is kept of an opening that fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction

from brokers import credentials
from brokers.catalog import broker_info
from brokers.connection_check import DEMO, REAL, Check
from brokers.interface import Balance, ConnectionStatus, Environment
from brokers.models import BrokerCredential
from trading import ledger
from trading.accounts.account_checks import InvalidAccount, announce, need_free_name, need_leverage, record_opening
from trading.accounts.connection_state import store_connection
from trading.market import wall_now
from trading.models import Account, AccountMode, EntryKind, EquityPoint, SessionStatus
from trading.models.fields import to_money
from trading.sessions import sessions

_ENVIRONMENTS = {AccountMode.DEMO: Environment.TEST, AccountMode.LIVE: Environment.LIVE}
_TYPES = {AccountMode.DEMO: DEMO, AccountMode.LIVE: REAL}
# What trades are most often settled in comes first, where a login holds several currencies.
_PREFERRED = ("USDT", "USDC", "USD", "EUR", "GBP", "BTC", "ETH")
DEFAULT_TIMEFRAME = "1m"
_LARGEST_BALANCE = Decimal(10) ** 10
_LONGEST_CURRENCY = 10


@dataclass(frozen=True, slots=True)
class Opening:
    """An account that can be opened: everything was asked and fits; `book` writes it down."""

    owner_id: int
    name: str
    mode: AccountMode
    credential_id: int
    broker: str
    leverage: Decimal
    balance: Balance
    status: ConnectionStatus
    symbols: tuple[str, ...] = ()
    timeframe: str = DEFAULT_TIMEFRAME


def prepare(
    *,
    owner_id: int,
    name: str,
    mode: AccountMode,
    credential_id: int,
    broker: str = "",
    leverage: Decimal = Decimal(1),
    currency: str = "",
    symbols: Sequence[str] = (),
    timeframe: str = DEFAULT_TIMEFRAME,
) -> Opening:
    """Connect with the owner's credential and see that everything fits. Not inside a transaction: it takes a while.

    With `symbols`, each of which the broker must list, the account brings a session for each built-in strategy.
    Raises InvalidAccount naming the field, and what `credentials.validate` raises.
    """
    need_free_name(owner_id, name)
    credential = BrokerCredential.objects.filter(owner=owner_id, pk=credential_id).first()
    if credential is None:
        raise InvalidAccount({"credential": "You have no such keys; connect a broker first."})
    if broker and broker != credential.broker:
        raise InvalidAccount({"broker": f"The keys are {broker_info(credential.broker).name}'s."})
    if credential.environment != _ENVIRONMENTS[mode]:
        raise InvalidAccount({"mode": _mismatch(credential.environment)})
    need_leverage(credential.broker, leverage)
    _need_unused(credential)
    wanted = tuple(dict.fromkeys(symbols))
    found = credentials.validate(credential=credential, symbols=wanted)
    if found.account_type != _TYPES[mode]:
        raise InvalidAccount({"mode": f"The keys reach a {found.account_type} account, not a {mode} one."})
    if found.unknown:
        raise InvalidAccount({"symbols": "; ".join(found.unknown.values()) + "."})
    return Opening(
        owner_id=owner_id,
        name=name,
        mode=mode,
        credential_id=credential.pk,
        broker=credential.broker,
        leverage=leverage,
        balance=choose_balance(found, currency),
        status=found.status,
        symbols=wanted,
        timeframe=timeframe,
    )


def book(opening: Opening) -> Account:
    """Write the account, its first deposit and its sessions.

    Raises InvalidAccount when the name or the keys were taken meanwhile.
    """
    try:
        return _book(opening)
    except IntegrityError as error:
        raise _taken(error) from None


def _book(opening: Opening) -> Account:
    with transaction.atomic():
        credential = BrokerCredential.objects.select_for_update().filter(pk=opening.credential_id).first()
        if credential is None:
            raise InvalidAccount({"credential": "The keys were removed a moment ago."})
        _need_unused(credential)
        need_free_name(opening.owner_id, opening.name)
        account = Account.objects.create(
            owner_id=opening.owner_id,
            name=opening.name,
            mode=opening.mode,
            broker=opening.broker,
            credential=credential,
            currency=opening.balance.currency,
            leverage=opening.leverage,
        )
        now = wall_now()
        deposit = ledger.Posting(EntryKind.DEPOSIT, opening.balance.total, f"deposit:{account.pk}", now)
        ledger.post(account, [deposit])
        account.initial_balance = account.equity = account.peak_equity = account.balance
        account.save(update_fields=["initial_balance", "equity", "peak_equity"])
        EquityPoint.objects.create(account=account, time=now, balance=account.balance, equity=account.balance)
        _open_sessions(account, opening)
        store_connection(account.pk, opening.status, now)
        account.refresh_from_db()
        announce(account, "account_opened")
        record_opening(account)
    return account


def _open_sessions(account: Account, opening: Opening) -> None:
    """Sessions with play money run at once; those with real money are started by a person."""
    if opening.symbols:
        sessions.create_default_sessions(
            account,
            venue=account.venue,
            timeframe=opening.timeframe,
            symbols=opening.symbols,
            status=SessionStatus.STOPPED if opening.mode == AccountMode.LIVE else SessionStatus.RUNNING,
        )


def _taken(error: IntegrityError) -> Exception:
    """What the database told apart when two openings came at once; any other error as it is."""
    text = str(error)
    if "account_once_per_credential" in text or "trading_account.credential_id" in text:
        return InvalidAccount({"credential": "These keys reach another account already."})
    if "account_name_once_per_owner" in text or "trading_account.name" in text:
        return InvalidAccount({"name": "You have an account of that name."})
    return error


def choose_balance(found: Check, currency: str = "") -> Balance:
    """The account's currency: the one asked for, else the one that has money and comes first in common use.

    Raises InvalidAccount naming what there is instead.
    """
    fitting: Mapping[str, Balance] = {
        item.currency: item
        for item in found.balances
        if len(item.currency) <= _LONGEST_CURRENCY and abs(item.total) < _LARGEST_BALANCE
    }
    if not fitting:
        raise InvalidAccount({"credential": "The broker tells no balance of this account."})
    if currency:
        if currency not in fitting:
            raise InvalidAccount({"currency": f"The account holds {', '.join(sorted(fitting)[:20])}."})
        return fitting[currency]
    return min(fitting.values(), key=_rank)


def _rank(balance: Balance) -> tuple[bool, int, Decimal, str]:
    known = balance.currency in _PREFERRED
    place = _PREFERRED.index(balance.currency) if known else len(_PREFERRED)
    return to_money(balance.total) <= 0, place, -balance.total, balance.currency


def _mismatch(environment: str) -> str:
    test = environment == Environment.TEST
    kind, mode = ("test", AccountMode.DEMO) if test else ("live", AccountMode.LIVE)
    return f"The keys are for the broker's {kind} environment, so the mode is {mode}."


def _need_unused(credential: BrokerCredential) -> None:
    """One account for each account at a broker: two would both count its positions as their own."""
    same = Account.objects.open().filter(credential=credential)
    if credential.account_id:
        same |= Account.objects.open().filter(
            credential__broker=credential.broker,
            credential__environment=credential.environment,
            credential__account_id=credential.account_id,
        )
    if (used := same.first()) is not None:
        by = f"your account {used.name!r}" if used.owner_id == credential.owner_id else "another account here"
        raise InvalidAccount({"credential": f"What these keys reach is traded by {by} already."})
