"""Warnings that would repeat with every row, said once in a while."""

import logging
import time

_EVERY_SECONDS = 30.0
_said: dict[str, float] = {}


def warn(logger: logging.Logger, message: str, *args: object) -> None:
    """Log the warning unless the same `message` was logged within the last 30 s."""
    now = time.monotonic()
    if now - _said.get(message, -_EVERY_SECONDS) >= _EVERY_SECONDS:
        _said[message] = now
        logger.warning(message, *args)
