"""The Celery application: queues and the beat schedule."""

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import heartbeat_sent, setup_logging, worker_init, worker_ready
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Django's checks load the URLs, and with them all of the web; `./run` has run them by then (migrate).
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

QUEUES = ("signals", "execution", "paper_trading", "market_data", "analytics", "default")

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


@worker_init.connect
def _load_services(**_: Any) -> None:
    """Before the children are forked, so that they share what the imports take."""
    import trading.exits.sweep
    import trading.exits.ticks
    import trading.outbox
    import trading.stream.strategy_runs  # noqa: F401

    gc.collect()
    gc.freeze()  # or the children's collector would write to, and so copy, every page that they share


@worker_ready.connect
@heartbeat_sent.connect
def _worker_alive(**_: Any) -> None:
    from trading.stream.heartbeats import beat

    beat("worker")
