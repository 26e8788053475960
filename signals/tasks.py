"""Celery entry points of the signal floor."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from signals.models import Signal, SignalStatus


@shared_task(name="signals.expire_signals", queue="signals")
def expire_signals() -> int:
    """Mark dispatched signals whose time has passed; undispatched ones after a minute more, for the sweeper's sake."""
    now = timezone.now()
    overdue = Signal.objects.filter(status=SignalStatus.ACTIVE, expires_at__lt=now)
    dispatched = overdue.exclude(dispatched_at=None).update(status=SignalStatus.EXPIRED)
    stale = overdue.filter(dispatched_at=None, created_at__lt=now - timedelta(minutes=1))
    return dispatched + stale.update(status=SignalStatus.EXPIRED)


@shared_task(name="signals.persist_candles", queue="market_data")
def persist_candles() -> int:
    """Move recent closed candles from Redis into the Parquet store; returns how many series were written."""
    from signals.archive import persist_windows  # brings numpy along: see trading/tasks.py

    return persist_windows()
