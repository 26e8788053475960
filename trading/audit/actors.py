"""Who is acting: the person behind a request, a command or a chat message, as far down as the event that tells of it.

A context variable, so it follows the request through threads and coroutines and needs no argument. Nobody acting is
the system itself: a task, a stream, a sweep.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Via = Literal["", "web", "api", "admin", "command", "telegram", "webhook"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The user's id (None: the system, or a command that no user is known for) and the door he came by."""

    user_id: int | None = None
    via: Via = ""


SYSTEM = Actor()
_current: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current_actor() -> Actor:
    return _current.get()


@contextmanager
def acting(user_id: int | None, via: Via) -> Iterator[Actor]:
    """While inside, what happens was done by this user."""
    actor = Actor(user_id, via)
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)


def act_as(user_id: int | None, via: Via) -> None:
    """From here on this user acts, until the `acting` around it ends: a request's user is known in its midst."""
    _current.set(Actor(user_id, via))
