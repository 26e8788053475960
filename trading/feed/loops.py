"""Running a coroutine from code that waits, on an event loop that is kept.

asgiref's async_to_sync makes a loop for every call. What holds a connection a loop, as the channel layer does, then
connects anew every time, which takes twenty times as long as the call.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync

_kept: dict[int, asyncio.AbstractEventLoop] = {}


def run(function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
    """`await function(*args)`, on this process's own loop where the main thread asks: a worker's, or a command's.

    Other threads come and go, and their loops with them: those take async_to_sync.
    """
    if threading.current_thread() is not threading.main_thread() or _is_running():
        return async_to_sync(function)(*args)
    return _loop().run_until_complete(function(*args))


def _is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _loop() -> asyncio.AbstractEventLoop:
    """This process's: a loop does not survive a fork."""
    loop = _kept.get(os.getpid())
    if loop is None or loop.is_closed():
        loop = _kept[os.getpid()] = asyncio.new_event_loop()
    return loop
