"""A saved Signal starts its own dispatch."""

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from signals.models import Signal
from trading import queueing


@receiver(post_save, sender=Signal, dispatch_uid="trading.dispatch_new_signal")
def dispatch_new_signal(sender: type[Signal], instance: Signal, created: bool, raw: bool = False, **_: Any) -> None:
    """Queue the dispatch once the row is committed. Should the message be lost, the sweeper finds the row."""
    if created and not raw:
        transaction.on_commit(partial(queueing.dispatch_signal, instance.pk))
