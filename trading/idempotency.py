"""Idempotency keys: the same request sent twice is carried out once and answered alike (as Stripe's API does)."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac

from trading.market import wall_now
from trading.models import IdempotencyKey

KEPT = timedelta(hours=24)

Answer = tuple[int, Any]


class KeyReused(Exception):
    """The key was used for another request."""


def once(*, owner_id: int, key: str, method: str, path: str, body: Any, handle: Callable[[], Answer]) -> Answer:
    """`handle()`'s (status code, JSON body), or the answer it gave when the owner's key was first used.

    The answer is stored in the transaction that does the work, so it exists exactly when the work was done; an error
    answer (an exception of `handle`) rolls both back and leaves the key free. Raises KeyReused.
    """
    text = json.dumps([method, path, body], sort_keys=True, default=str)
    # Keyed: a body may hold a broker's keys, and nobody shall try guesses out on what the table keeps of it.
    digest = salted_hmac("signalist.idempotency", text, algorithm="sha256").hexdigest()
    with transaction.atomic():
        record = _claim(owner_id, key, digest)
        if record.request_hash != digest:
            raise KeyReused("The Idempotency-Key was used for another request.")
        if record.status_code is not None:
            return record.status_code, record.body
        record.status_code, record.body = handle()
        record.save(update_fields=["status_code", "body"])
        return record.status_code, record.body


def _claim(owner_id: int, key: str, digest: str) -> IdempotencyKey:
    """The key's row, locked; a second request waits here until the first has committed or rolled back."""
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(owner_id=owner_id, key=key, request_hash=digest)
    except IntegrityError:
        return IdempotencyKey.objects.select_for_update().get(owner_id=owner_id, key=key)


def forget_old_keys(now: datetime | None = None) -> int:
    """Delete keys older than a day; returns how many."""
    deleted, _ = IdempotencyKey.objects.filter(created_at__lt=(now or wall_now()) - KEPT).delete()
    return deleted
