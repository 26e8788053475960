"""An adapter whose exceptions and answers are checked on their way out for the keys it holds."""

import dataclasses
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from brokers.errors import BrokerError
from brokers.interface import ConnectionStatus, Credentials, LiveBroker, OrderReport
from brokers.redaction import redact, texts_of, watch

_FREE_TEXT = {ConnectionStatus: "error", OrderReport: "reason"}


class _Guarded:
    """Passes everything on to `broker`."""

    def __init__(self, broker: Any, secrets: frozenset[str]) -> None:
        self._broker, self._secrets = broker, secrets

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._broker, name)
        if not callable(value):
            return value
        call = _clean_call(value, self._secrets)
        self.__dict__[name] = call
        return call

    def __repr__(self) -> str:
        return f"<{type(self._broker).__name__}>"


def guarded(broker: Any, credentials: Credentials) -> LiveBroker:
    """`broker`, with `credentials` kept out of what it raises, reports and logs."""
    secrets = texts_of(credentials)
    shell = _Guarded(broker, secrets)
    watch(shell, secrets)
    return cast(LiveBroker, shell)


def _clean_call(method: Callable[..., Any], secrets: frozenset[str]) -> Callable[..., Any]:
    @wraps(method)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return _clean_answer(method(*args, **kwargs), secrets)
        except Exception as error:
            clean = clean_error(error, secrets)
            if clean is error:
                raise
        raise clean  # out here, so that the first error is not kept as its context

    return call


def _clean_answer(answer: Any, secrets: frozenset[str]) -> Any:
    name = _FREE_TEXT.get(type(answer))
    if name is None:
        return answer
    text = getattr(answer, name)
    clean = redact(text, secrets)
    return answer if clean == text else dataclasses.replace(answer, **{name: clean})


def clean_error(error: BaseException, secrets: frozenset[str]) -> BaseException:
    """`error` itself where neither it nor what it came from holds a secret; else one of its kind that holds none."""
    if all(redact(text, secrets) == text for text in _texts(error)):
        return error
    message = redact(str(error), secrets)
    kind = type(error)
    if isinstance(error, BrokerError) and kind.__init__ is Exception.__init__:
        return kind(message)
    error.args = tuple(redact(item, secrets) if isinstance(item, str) else item for item in error.args)
    error.__cause__ = error.__context__ = None
    error.__suppress_context__ = True
    if all(redact(text, secrets) == text for text in _texts(error)):
        return error
    return BrokerError(f"{kind.__name__}: {message}")


def _texts(error: BaseException) -> list[str]:
    """All that printing the exception may show: its text and parts, and those of the exceptions behind it."""
    found: list[str] = []
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        item = waiting.pop()
        if item is None or id(item) in seen:
            continue
        seen.add(id(item))
        found += [str(item), repr(item), repr(item.args), *map(str, getattr(item, "__notes__", ()))]
        waiting += [item.__cause__, item.__context__]
    return found
