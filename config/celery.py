"""The Celery application: queues and the beat schedule."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Django's checks load the URLs, and with them all of the web; `./run` has run them by then (migrate).
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

TRADING_QUEUES = ("signals", "execution", "paper_trading", "market_data", "default")
ANALYTICS_QUEUES = ("analytics",)
QUEUES = (*TRADING_QUEUES, *ANALYTICS_QUEUES)

app = Celery("signalist")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "check-and-close-paper-trades": {
        "task": "trading.check_and_close_paper_trades",
        "schedule": 30.0,
        "options": {"queue": "paper_trading", "expires": 25},
    },
    "close-timed-out": {
        "task": "trading.close_timed_out",
        "schedule": 5.0,
        "options": {"queue": "paper_trading", "expires": 5},
    },
    "charge-funding": {
        "task": "trading.charge_funding",
        "schedule": 60.0,
        "options": {"queue": "paper_trading", "expires": 50},
    },
    "record-excursions": {
        "task": "trading.record_excursions",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 50},
    },
    "sweep-outbox": {"task": "trading.sweep_outbox", "schedule": 5.0, "options": {"queue": "signals", "expires": 5}},
    "watch-sessions": {
        "task": "trading.watch_sessions",
        "schedule": 5.0,
        "options": {"queue": "paper_trading", "expires": 5},
    },
    "reconcile-accounts": {
        "task": "trading.reconcile_accounts",
        "schedule": 60.0,
        "options": {"queue": "execution", "expires": 50},
    },
    "expire-signals": {
        "task": "signals.expire_signals",
        "schedule": 15.0,
        "options": {"queue": "signals", "expires": 15},
    },
    "mark-to-market": {
        "task": "trading.mark_to_market",
        "schedule": 60.0,
        "options": {"queue": "default", "expires": 50},
    },
    "watch-feeds": {"task": "trading.watch_feeds", "schedule": 10.0, "options": {"queue": "default", "expires": 10}},
    "sweep-notifications": {
        "task": "trading.sweep_notifications",
        "schedule": 10.0,
        "options": {"queue": "default", "expires": 10},
    },
    "persist-candles": {
        "task": "signals.persist_candles",
        "schedule": 300.0,
        "options": {"queue": "market_data", "expires": 240},
    },
    "sweep-backtests": {
        "task": "analytics.sweep_jobs",
        "schedule": 30.0,
        "options": {"queue": "analytics", "expires": 25},
    },
    "check-track-records": {
        "task": "analytics.check_track_records",
        "schedule": 300.0,
        "options": {"queue": "analytics", "expires": 240},
    },
    "refresh-daily-results": {
        "task": "analytics.refresh_daily",
        "schedule": 60.0,
        "options": {"queue": "analytics", "expires": 50},
    },
    "judge-refusals": {
        "task": "analytics.judge_refusals",
        "schedule": 60.0,
        "options": {"queue": "analytics", "expires": 50},
    },
    "forget-old-keys": {
        "task": "trading.forget_idempotency_keys",
        "schedule": 3600.0,
        "options": {"queue": "default", "expires": 3000},
    },
}


@setup_logging.connect
def _use_django_logging(**_: Any) -> None:
    """Celery would otherwise install its own handlers beside Django's."""
    from logging.config import dictConfig

    from django.conf import settings

    dictConfig(settings.LOGGING)
