"""Accounts of every mode: settings, the live-trading switch, looking after the connection, closing."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from brokers import credentials
from brokers.connection_check import DEMO, REAL, Check
from brokers.errors import AuthenticationFailed, BrokerUnavailable, RateLimited
from brokers.interface import ConnectionState, ConnectionStatus
from brokers.models import CredentialStatus
from trading import ledger
from trading.accounts import paper
from trading.accounts.account_checks import (
    AccountClosed,
    AccountConflict,
    InvalidAccount,
    announce,
    lock_open,
    need_free_name,
    need_leverage,
    record,
    record_opening,
)
from trading.accounts.connection_state import connections, store_connection
from trading.audit import audit
from trading.feed import events
from trading.market import wall_now
from trading.models import (
    LIVE_STATUSES,
    PENDING_STATUSES,
    Account,
    AccountMode,
    EntryKind,
    EquityPoint,
    EventType,
    Order,
    Trade,
)
from trading.serializers import render_account
from trading.sessions import sessions

logger = logging.getLogger(__name__)

_OWN = ("name", "is_enabled", "leverage", "fill_model")
_CLOSED = [
    "is_enabled",
    "auto_trading_enabled",
    "live_trading_enabled",
    "live_trading_enabled_at",
    "credential_id",
    "closed_at",
]


def open_paper(*, owner_id: int, name: str, initial_balance: Decimal, leverage: Decimal, currency: str) -> Account:
    """A paper account with one running session for each built-in strategy. Raises InvalidAccount."""
    need_free_name(owner_id, name)
    try:
        with transaction.atomic():
            account = paper.open_account(
                owner_id=owner_id, name=name, initial_balance=initial_balance, currency=currency, leverage=leverage
            )
            sessions.create_default_sessions(account)
            account.refresh_from_db()
            announce(account, "account_opened")
            record_opening(account)
    except IntegrityError:
        raise InvalidAccount({"name": "You have an account of that name."}) from None
    return account


def update(*, account_id: int, changes: Mapping[str, Any]) -> Account:
    """Change name, switches, leverage, fill model and trading settings (values validated by the caller).

    Raises InvalidAccount, AccountClosed.
    """
    own = {name: value for name, value in changes.items() if name in _OWN}
    settings = {name: value for name, value in changes.items() if name not in _OWN}
    with transaction.atomic():
        account = lock_open(account_id)
        if "name" in own:
            need_free_name(account.owner_id, own["name"], besides=account.pk)
        if "leverage" in own:
            need_leverage(account.broker, own["leverage"])
        before = audit.state(account, own)
        for name, value in own.items():
            setattr(account, name, value)
        if own:
            account.save(update_fields=list(own))
        changed = paper.update_settings(account.pk, settings)
        record(account, "account.changed", before, audit.state(account, own))
        return changed


@transaction.atomic
def switch_live_trading(*, account_id: int, enabled: bool, confirm: str = "") -> Account:
    """Let the account's orders spend real money, or stop them. On, it takes the account's name, typed out.

    Raises AccountConflict for an account without real money or with keys that do not work, InvalidAccount otherwise.
    """
    account = lock_open(account_id)
    if account.mode != AccountMode.LIVE:
        raise AccountConflict("not_a_live_account", "Only a LIVE account trades with real money.")
    if enabled and confirm != account.name:
        raise InvalidAccount({"confirm": f"Type the account's name, {account.name}, to trade with real money."})
    if enabled and account.credential is not None and account.credential.status == CredentialStatus.INVALID:
        raise AccountConflict("credentials_invalid", "The broker does not accept this account's keys.")
    if account.live_trading_enabled == enabled:
        return account
    account.live_trading_enabled = enabled
    account.live_trading_enabled_at = wall_now() if enabled else None
    account.save(update_fields=["live_trading_enabled", "live_trading_enabled_at"])
    announce(account, "live_trading_enabled" if enabled else "live_trading_disabled")
    switch = "live_trading_enabled"
    record(account, "live_trading.switched", {switch: not enabled}, {switch: enabled})
    logger.warning("live trading of account %s was switched %s", account.pk, "on" if enabled else "off")
    return account


def check_connection(*, account_id: int) -> Account:
    """Connect to the account's broker, keep what that said of the connection, and take over its balance where that can
    be a deposit or a withdrawal alone: before the account's first trade. After it, reconciliation tells differences.

    A broker that cannot be reached or refuses the keys is the result, not an error. Raises AccountConflict for paper,
    VaultError.
    """
    account = Account.objects.select_related("credential").get(pk=account_id)
    if account.is_closed:
        raise AccountClosed
    if account.credential is None:
        raise AccountConflict("no_connection", "A paper account has no connection to check.")
    try:
        found = credentials.validate(credential=account.credential)
    except AuthenticationFailed as error:
        store_connection(account_id, ConnectionStatus(ConnectionState.REFUSED, error=str(error)))
    except (BrokerUnavailable, RateLimited) as error:
        store_connection(account_id, ConnectionStatus(ConnectionState.DISCONNECTED, error=str(error)))
    else:
        _keep(account, found)
    told = connections([account_id])[account_id]
    record(account, "account.checked", None, {"state": told["state"], "error": told["error"]})
    return Account.objects.select_related("credential").get(pk=account_id)


def _keep(account: Account, found: Check) -> None:
    wanted = REAL if account.mode == AccountMode.LIVE else DEMO
    if found.account_type != wanted:
        error = f"The keys reach a {found.account_type} account; this one is {account.mode}."
        store_connection(account.pk, ConnectionStatus(ConnectionState.REFUSED, error=error))
        return
    store_connection(account.pk, found.status)
    theirs = next((item.total for item in found.balances if item.currency == account.currency), None)
    if theirs is not None:
        _take_over_balance(account.pk, theirs)


@transaction.atomic
def _take_over_balance(account_id: int, theirs: Decimal) -> None:
    account = Account.objects.locked().get(pk=account_id)
    if account.is_closed or Trade.objects.filter(account=account).exists():
        return
    before, now, key = account.balance, wall_now(), f"adjustment:{account.pk}:{account.ledger_sequence + 1}"
    if not ledger.post(account, [ledger.Posting(EntryKind.ADJUSTMENT, theirs - account.balance, key, now)]):
        return
    account.initial_balance = account.equity = account.peak_equity = account.balance
    account.save(update_fields=["initial_balance", "equity", "peak_equity"])
    sessions.count_anew(account)
    EquityPoint.objects.create(account=account, time=now, balance=account.balance, equity=account.balance)
    events.emit(account.owner_id, [events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk)])
    record(account, "balance.adjusted", {"balance": before}, {"balance": account.balance})


@transaction.atomic
def close(*, account_id: int) -> Account:
    """Retire the account: its sessions stop, every switch goes off, its keys and its name are free again.

    Its past stays, as the ledger's does. Raises AccountConflict while it has trades that are not over, or orders that
    rest at its broker: nobody could cancel those any more.
    """
    account = lock_open(account_id)
    if Trade.objects.filter(account=account, status__in=LIVE_STATUSES).exists():
        raise AccountConflict("open_trades", "The account has trades that are not closed; close them first.")
    if not account.is_paper and Order.objects.filter(account=account, status__in=PENDING_STATUSES).exists():
        raise AccountConflict("open_orders", "Orders of the account are still at its broker; try again in a moment.")
    before = audit.state(account, _CLOSED)
    sessions.stop_all(account, "The account was closed.")
    account.is_enabled = account.auto_trading_enabled = account.live_trading_enabled = False
    account.live_trading_enabled_at = account.credential = None
    account.closed_at = wall_now()
    account.save(update_fields=_CLOSED)
    announce(account, "account_closed")
    record(account, "account.closed", before, audit.state(account, _CLOSED))
    return account
