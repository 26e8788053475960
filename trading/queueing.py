"""Handing work to the workers, or, in a replay, doing it in-line.

A message that cannot be sent (Redis down) is only logged: every row that needs work says so itself, and the sweeper
looks for it.
"""

import logging
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from celery import current_app

from trading import quiet

logger = logging.getLogger(__name__)

Work = tuple[str, tuple[Any, ...]]
_inline: ContextVar[bool] = ContextVar("inline", default=False)
_kept: ContextVar["deque[Work] | None"] = ContextVar("kept", default=None)


@contextmanager
def inline() -> Iterator[None]:
    """Run queued tasks at once, in this process, in the order they were queued."""
    token = _inline.set(True)
    try:
        yield
    finally:
        _inline.reset(token)


@contextmanager
def kept() -> "Iterator[deque[Work]]":
    """Keep queued tasks in this process, for `carry_out`: where the workers cannot be reached."""
    waiting: deque[Work] = deque()
    token = _kept.set(waiting)
    try:
        yield waiting
    finally:
        _kept.reset(token)


def carry_out(waiting: "deque[Work]", most: int = 1000) -> None:
    """Run kept tasks one after another, those too that they queue themselves; no more than `most`."""
    for _ in range(most):
        if not waiting:
            return
        task, args = waiting.popleft()
        current_app.tasks[task].apply(args=args, throw=True)


def is_inline() -> bool:
    """Whether this is a replay, which does its work in this process and in a time of its own."""
    return _inline.get()


def send(task: str, *args: Any, after: float = 0) -> bool:
    """Queue the registered task `task`, to run in `after` seconds at the earliest; its own `queue` option routes it.

    Returns whether the message was taken.
    """
    registered = current_app.tasks[task]
    if _inline.get():
        registered.apply(args=args, throw=True)
        return True
    if (waiting := _kept.get()) is not None:
        waiting.append((task, args))
        return True
    try:
        registered.apply_async(args=args, retry=False, countdown=after)
    except (registered.OperationalError, OSError):
        quiet.warn(logger, "could not queue %s; the sweeper will find its row", task)
        return False
    return True


def dispatch_signal(signal_id: int) -> None:
    send("trading.dispatch_signal", signal_id)
