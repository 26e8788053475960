"""What happens to the keys of an owner is told in the owner's events."""

from typing import Any

from django.dispatch import receiver

from brokers import signals
from brokers.models import BrokerCredential
from trading import events
from trading.models import EventType


@receiver(signals.credential_added, dispatch_uid="trading.credential_added")
def added(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("added", credential)


@receiver(signals.credential_replaced, dispatch_uid="trading.credential_replaced")
def replaced(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("replaced", credential)


@receiver(signals.credential_removed, dispatch_uid="trading.credential_removed")
def removed(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("removed", credential)


@receiver(signals.credential_checked, dispatch_uid="trading.credential_checked")
def checked(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("checked", credential)


def _emit(change: str, row: BrokerCredential) -> None:
    """The row without its secrets: what the API shows of it."""
    names = ("id", "broker", "label", "environment", "account_id", "status", "error")
    payload = {"change": change, **{name: getattr(row, name) for name in names}}
    events.emit(row.owner_id, [events.Draft(EventType.CREDENTIAL, payload)])
