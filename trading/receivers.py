"""A saved Signal starts its own dispatch; a new user's event log is opened."""

from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from signals.models import Signal
from trading import queueing
from trading.models import EventCounter


@receiver(post_save, sender=Signal, dispatch_uid="trading.dispatch_new_signal")
def dispatch_new_signal(sender: type[Signal], instance: Signal, created: bool, raw: bool = False, **_: Any) -> None:
    """Queue the dispatch once the row is committed. Should the message be lost, the sweeper finds the row."""
    if created and not raw:
        transaction.on_commit(partial(queueing.dispatch_signal, instance.pk))


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="trading.open_event_log")
def open_event_log(sender: type[Any], instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
    """With the counter there from the start, writers for several owners can lock their counters in one order."""
    if created and not raw:
        EventCounter.objects.get_or_create(owner_id=instance.pk)
