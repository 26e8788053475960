"""Compiling a rule with numba, as it stands."""

from collections.abc import Callable
from functools import cache
from types import FunctionType
from typing import Any

import numba

RULE_PACKAGES = ("brokers.rules.", "trading.rules.")


@cache
def compiled(rule: Callable[..., Any]) -> Callable[..., Any]:
    """`rule` under numba, with the rules that it calls compiled too. Kept for the session: compiling takes its time."""
    assert isinstance(rule, FunctionType)
    scope = dict(rule.__globals__)
    for name in rule.__code__.co_names:
        value = scope.get(name)
        if isinstance(value, FunctionType) and value.__module__.startswith(RULE_PACKAGES):
            scope[name] = compiled(value)
    return numba.njit(FunctionType(rule.__code__, scope, rule.__name__, rule.__defaults__))  # type: ignore[no-any-return]
