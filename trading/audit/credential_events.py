"""What happens to the keys of an owner is told in the owner's events."""

from typing import Any

from django.db.models import Model
from django.dispatch import receiver

from brokers import signals
from brokers.models import BrokerCredential
from trading.audit import audit
from trading.feed import events
from trading.models import EventType


@receiver(signals.credential_added, dispatch_uid="trading.credential_added")
def added(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("added", credential, None, credential.shown())


@receiver(signals.credential_replaced, dispatch_uid="trading.credential_replaced")
def replaced(sender: Any, credential: BrokerCredential, before: dict[str, Any], **_: Any) -> None:
    _emit("replaced", credential, before, {**credential.shown(), "secrets": "replaced"})


@receiver(signals.credential_removed, dispatch_uid="trading.credential_removed")
def removed(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("removed", credential, credential.shown(), None)


@receiver(signals.credential_checked, dispatch_uid="trading.credential_checked")
def checked(sender: Any, credential: BrokerCredential, **_: Any) -> None:
    _emit("checked", credential, None, audit.state(credential, ("status", "error")))


@receiver(signals.secrets_resealed, dispatch_uid="trading.secrets_resealed")
def resealed(sender: type[Model], row: Any, before: str, **_: Any) -> None:
    """A rotation of the vault's keys, of whichever kind of row."""
    audit.record(
        owner_id=row.owner_id,
        action="secrets.resealed",
        subject=f"{sender._meta.verbose_name} {row.pk}",
        before={"key_id": before},
        after={"key_id": row.key_id},
    )


def _emit(change: str, row: BrokerCredential, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    payload = {"change": change, "id": row.pk, **row.shown()}
    events.emit(row.owner_id, [events.Draft(EventType.CREDENTIAL, payload)])
    audit.record(
        owner_id=row.owner_id,
        action=f"credential.{change}",
        subject=f"credential {row.pk}",
        before=before,
        after=after,
    )
