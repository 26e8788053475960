"""Keeping what users have us call away from our own network.

The check sits where a socket is connected (Python's audit events, https://docs.python.org/3/library/audit_events.html):
it sees the address itself, after every redirect and whatever the name resolved to, and may refuse it.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from apprise.utils.http import is_public_ip_address

_EVENTS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})

_refused: ContextVar[list[str] | None] = ContextVar("refused", default=None)


class PrivateAddress(OSError):
    """A connection to an address that is not on the public internet."""


@contextmanager
def public_only() -> Iterator[list[str]]:
    """Inside, this thread (or coroutine) reaches public addresses only; yields the addresses that were refused."""
    _install()
    refused: list[str] = []
    token = _refused.set(refused)
    try:
        yield refused
    finally:
        _refused.reset(token)


@lru_cache(maxsize=1)
def _install() -> None:
    """Once a process: an audit hook cannot be taken out again."""
    sys.addaudithook(_watch)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS or (refused := _refused.get()) is None:
        return
    address = arguments[1]
    # Names are resolved before a library connects: whatever is no IP address here (a Unix socket, say) is refused.
    host = address[0] if isinstance(address, tuple) and address and isinstance(address[0], str) else ""
    if not is_public_ip_address(host.partition("%")[0]):
        refused.append(host)
        raise PrivateAddress("The address is not on the public internet.")
