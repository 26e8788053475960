"""What every change to an account keeps: names and leverage that fit, errors that name the field, and a record."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from brokers.catalog import broker_info
from trading.audit import audit
from trading.feed import events
from trading.models import Account, EventType
from trading.serializers import render_account, render_session

_OPENED = ("name", "mode", "broker", "credential_id", "currency", "leverage", "initial_balance")


class InvalidAccount(Exception):
    """What was asked for does not fit; `fields` holds messages by the name of the field."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = {name: [message] for name, message in fields.items()}
        super().__init__("; ".join(f"{name}: {message}" for name, message in fields.items()))


class AccountConflict(Exception):
    """The account is not in a state for that; `code` is stable."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class AccountClosed(AccountConflict):
    """A closed account stays as it is."""

    def __init__(self) -> None:
        super().__init__("account_closed", "The account is closed.")


def lock_open(account_id: int) -> Account:
    """The account, locked until the transaction ends. Raises AccountClosed."""
    account = Account.objects.locked().get(pk=account_id)
    if account.is_closed:
        raise AccountClosed
    return account


def need_free_name(owner_id: int, name: str, besides: int | None = None) -> None:
    """Raises InvalidAccount when the owner has another account of that name, which is not closed."""
    same = Account.objects.open().filter(owner=owner_id, name=name)
    if (same if besides is None else same.exclude(pk=besides)).exists():
        raise InvalidAccount({"name": "You have an account of that name."})


def need_leverage(broker_id: str, leverage: Decimal) -> None:
    """Raises InvalidAccount for a leverage that the broker does not give."""
    info = broker_info(broker_id)
    if leverage > (info.max_leverage or 1):
        most = f"gives {info.max_leverage}x at most" if info.max_leverage else "trades spot only: the leverage is 1"
        raise InvalidAccount({"leverage": f"{info.name} {most}."})


def announce(account: Account, change: str = "") -> None:
    """Tell the owner how the account and its sessions stand, and what was done. Call it last in a transaction."""
    listed = [render_session(session) for session in account.sessions.shown().order_by("pk")]
    payload = {"account": render_account(account), "sessions": listed}
    if change:
        payload["change"] = change
    events.emit(account.owner_id, [events.Draft(EventType.STATUS, payload, account.pk)])


def record_opening(account: Account) -> None:
    """Tell the audit of a new account. Call it last in a transaction."""
    record(account, "account.opened", None, audit.state(account, _OPENED))


def record(account: Account, action: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    """Tell the audit what was done to the account, as audit.record does. Call it last in a transaction."""
    audit.record(
        owner_id=account.owner_id,
        action=action,
        subject=f"account {account.pk}",
        before=before,
        after=after,
        account_id=account.pk,
    )
