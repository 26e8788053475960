"""Keys that are in use are struck out of whatever would print them: exceptions that leave an adapter, and log lines.

Adapters keep their keys to themselves; this holds when a library, or the broker's own answer, repeats them.
"""

import json
import logging
import threading
import traceback
import urllib.parse
import weakref
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from brokers.interface import Credentials

STRUCK = "[secret]"
_SHORTEST = 6  # anything shorter guards nothing, and would strike out ordinary words
_PUBLIC_FIELDS = frozenset({"app_id", "api"})

_lock = threading.Lock()
_in_use: Counter[str] = Counter()


def texts_of(credentials: Credentials) -> frozenset[str]:
    """What must not be printed of these credentials: each secret as it is, and as JSON, URLs and `repr` write it."""
    return forms_of(secret.reveal() for name, secret in credentials.secrets.items() if name not in _PUBLIC_FIELDS)


def forms_of(texts: Iterable[str]) -> frozenset[str]:
    """Each text as it is, and as JSON, URLs and `repr` write it; those too short to guard anything are left out."""
    return frozenset(form for text in texts if len(text) >= _SHORTEST for form in _forms(text))


def _forms(text: str) -> Iterable[str]:
    quoted = urllib.parse.quote(text, safe="")
    lines = [line for line in text.splitlines() if len(line) > 20]  # a private key in PEM is printed line by line
    return {text, quoted, urllib.parse.quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1], *lines}


def redact(text: str, secrets: Collection[str]) -> str:
    """`text` without any of `secrets`, the longest taken out first."""
    for secret in sorted((item for item in secrets if item in text), key=len, reverse=True):
        text = text.replace(secret, STRUCK)
    return text


def watch(owner: object, secrets: frozenset[str]) -> None:
    """Keep `secrets` out of every log line for as long as `owner` lives."""
    with _lock:
        _in_use.update(secrets)
    weakref.finalize(owner, _forget, secrets)


@contextmanager
def watched(secrets: frozenset[str]) -> Iterator[None]:
    """Keep `secrets` out of every log line while inside."""
    with _lock:
        _in_use.update(secrets)
    try:
        yield
    finally:
        _forget(secrets)


def _forget(secrets: frozenset[str]) -> None:
    with _lock:
        _in_use.subtract(secrets)
        for secret in secrets:
            if _in_use[secret] <= 0:
                del _in_use[secret]


def _watched() -> list[str]:
    with _lock:
        return list(_in_use)


class Redacted(logging.LogRecord):
    """A log record whose message and traceback hold no key that is in use, whichever handler takes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if _in_use and (secrets := _watched()):
            self._strike(secrets)

    def _strike(self, secrets: list[str]) -> None:
        try:
            message = self.getMessage()
        except Exception:
            return  # the handler reports wrong arguments, as it always does
        if (clean := redact(message, secrets)) != message:
            self.msg, self.args = clean, ()
        if self.exc_info and self.exc_info[1] is not None:
            text = "".join(traceback.format_exception(*self.exc_info)).rstrip("\n")  # type: ignore[arg-type]
            if (clean := redact(text, secrets)) != text:
                self.exc_info, self.exc_text = None, clean


def install() -> None:
    """Make every log record of this process a `Redacted` one."""
    logging.setLogRecordFactory(Redacted)
