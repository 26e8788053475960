"""The rule book and the loop around it, compiled by numba as they stand, and kept on disk.

numba itself would not notice that a rule in another file has changed, so what is kept lies in a folder named after the
sources: a changed rule is compiled anew.
"""

import hashlib
import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from django.conf import settings

_PACKAGES = ("brokers.rules.", "trading.rules.", "analytics.backtest.kernel.")
# A call hands the whole book over, which takes longer than most of what is to be done: what is called from one place
# becomes a part of the loop, but for these, which are called from several or seldom.
_KERNEL = _PACKAGES[-1]
_CALLED = {
    "close_part",
    "planned_target",
    "day_figures",
    "losing_streak",
    "correlated_percent",
    "correlation",
    "record",
    "pay_funding",
    "finish_run",
    "portion",
}
_ROOT = Path(__file__).resolve().parents[2]


@cache
def compiled(rule: Callable[..., Any], *, keep: bool = False) -> Callable[..., Any]:
    """`rule` under numba, with the rules that it calls compiled too; `keep` stores machine code for later starts.

    Raises TypeError for what is no plain function.
    """
    numba: Any = importlib.import_module("numba")  # here: few processes run backtests
    if keep:
        numba.config.CACHE_DIR = str(_folder())
    if not isinstance(rule, FunctionType):
        raise TypeError(f"a plain function is needed, not {rule!r}")
    scope = dict(rule.__globals__)
    for name in rule.__code__.co_names:
        value = scope.get(name)
        if isinstance(value, FunctionType) and value.__module__.startswith(_PACKAGES):
            scope[name] = compiled(value)
    twin = FunctionType(rule.__code__, scope, rule.__name__, rule.__defaults__)
    twin.__module__, twin.__qualname__ = rule.__module__, rule.__qualname__
    inline = rule.__module__.startswith(_KERNEL) and rule.__name__ not in _CALLED
    # Nothing in the loop allocates, so its arrays need not be counted, which would take most of its time.
    options = {"cache": keep, "_nrt": False, "forceinline": inline}
    # Only the outermost is called from Python.
    options |= {"no_cpython_wrapper": not keep, "no_cfunc_wrapper": True}
    done: Callable[..., Any] = numba.njit(twin, **options)
    return done


@cache
def _folder() -> Path:
    """Where machine code of these sources is kept: below NUMBA_CACHE_DIR, else in the data directory."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package.replace(".", "/")).rglob("*.py")):
            digest.update(path.read_bytes())
    root = os.environ.get("NUMBA_CACHE_DIR") or settings.DATA_DIR / "numba"
    return Path(root) / digest.hexdigest()[:16]
