"""Handing work to the workers, or, in a replay, doing it in-line.

A message that cannot be sent (Redis down) is only logged: every row that needs work says so itself, and the sweeper
looks for it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app

from trading import quiet

logger = logging.getLogger(__name__)

_inline: ContextVar[bool] = ContextVar("inline", default=False)


@contextmanager
def inline() -> Iterator[None]:
    """Run queued tasks at once, in this process, in the order they were queued."""
    token = _inline.set(True)
    try:
        yield
    finally:
        _inline.reset(token)


def send(task: str, *args: Any, after: float = 0) -> None:
    """Queue the registered task `task`, to run in `after` seconds at the earliest; its own `queue` option routes it."""
    registered = current_app.tasks[task]
    if _inline.get():
        registered.apply(args=args, throw=True)
        return
    try:
        registered.apply_async(args=args, retry=False, countdown=after)
    except (registered.OperationalError, OSError):
        quiet.warn(logger, "could not queue %s; the sweeper will find its row", task)


def dispatch_signal(signal_id: int) -> None:
    send("trading.dispatch_signal", signal_id)
