"""Publishing results, changing what is shown of them, and taking them back."""

import secrets
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction

from analytics.models import TrackRecord
from trading import queueing
from trading.audit import audit

_TOLD = ("title", "slug", "account_id", "session_id", "show_amounts", "is_published")
CHANGEABLE = ("title", "show_amounts", "is_published")


class AlreadyPublished(Exception):
    """The account, or the session, has a record."""


class SlugTaken(Exception):
    """Another record has the address."""


@transaction.atomic
def publish(
    *, owner_id: int, account_id: int, session_id: int | None, title: str, show_amounts: bool = False, slug: str = ""
) -> TrackRecord:
    """A new public record of the owner's account, or of the account's session; without a slug its address cannot be
    guessed. It is checked at once, after the commit. Raises AlreadyPublished or SlugTaken.
    """
    same = TrackRecord.objects.filter(account=account_id, session=session_id)
    if same.exists():
        raise AlreadyPublished("There is a track record of it already.")
    if slug and TrackRecord.objects.filter(slug=slug).exists():
        raise SlugTaken("Another record has this address.")
    record = TrackRecord(
        owner_id=owner_id,
        account_id=account_id,
        session_id=session_id,
        title=title,
        show_amounts=show_amounts,
        slug=slug or secrets.token_urlsafe(16),
    )
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:  # another request was faster
        if same.exists():
            raise AlreadyPublished("There is a track record of it already.") from None
        raise SlugTaken("Another record has this address.") from None
    _record(record, "track_record.published", None, audit.state(record, _TOLD))
    _check_later(record)
    return record


@transaction.atomic
def change(*, record_id: int, changes: dict[str, Any]) -> TrackRecord:
    """Change what is shown (names in CHANGEABLE, validated by the caller). Not published any more, its address is not
    there; published again, it is checked at once. Raises TrackRecord.DoesNotExist.
    """
    record = TrackRecord.objects.select_for_update().get(pk=record_id)
    before, was_published = audit.state(record, _TOLD), record.is_published
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise ValueError(f"{name} does not change")
        setattr(record, name, value)
    record.save(update_fields=list(changes))
    _record(record, "track_record.changed", before, audit.state(record, _TOLD))
    if record.is_published and not was_published:
        _check_later(record)
    return record


@transaction.atomic
def remove(*, record_id: int) -> None:
    """Delete the record; its address is not there any more. Raises TrackRecord.DoesNotExist."""
    record = TrackRecord.objects.select_for_update().get(pk=record_id)
    before = audit.state(record, _TOLD)
    subject = f"track record {record.pk}"
    record.delete()
    audit.record(
        owner_id=record.owner_id,
        action="track_record.removed",
        subject=subject,
        before=before,
        after=None,
        account_id=before["account_id"],
    )


def _record(record: TrackRecord, action: str, before: dict[str, Any] | None, after: dict[str, Any]) -> None:
    audit.record(
        owner_id=record.owner_id,
        action=action,
        subject=f"track record {record.pk}",
        before=before,
        after=after,
        account_id=record.account_id,
    )


def _check_later(record: TrackRecord) -> None:
    transaction.on_commit(partial(queueing.send, "analytics.check_track_record", record.pk))
