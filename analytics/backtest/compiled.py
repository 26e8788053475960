"""The rule book and the loop around it, compiled by numba as they stand, and kept on disk.

numba itself would not notice that a rule in another file has changed, so what is kept lies in a folder named after the
sources: a changed rule is compiled anew.
"""

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

from config.environment import data_dir

_PACKAGES = ("brokers.rules.", "trading.rules.", "analytics.backtest.")
_ROOT = Path(__file__).resolve().parents[2]


@cache
def compiled(rule: Callable[..., Any], *, keep: bool = False) -> Callable[..., Any]:
    """`rule` under numba, with the rules that it calls compiled too; `keep` stores the machine code for later starts."""
    import numba

    if keep and "NUMBA_CACHE_DIR" not in os.environ:
        numba.config.CACHE_DIR = str(_folder())
    assert isinstance(rule, FunctionType)
    scope = dict(rule.__globals__)
    for name in rule.__code__.co_names:
        value = scope.get(name)
        if isinstance(value, FunctionType) and value.__module__.startswith(_PACKAGES):
            scope[name] = compiled(value)
    twin = FunctionType(rule.__code__, scope, rule.__name__, rule.__defaults__)
    twin.__module__, twin.__qualname__ = rule.__module__, rule.__qualname__
    return numba.njit(twin, cache=keep)  # type: ignore[no-any-return]


@cache
def _folder() -> Path:
    """Where machine code of these sources is kept."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package.replace(".", "/")).rglob("*.py")):
            digest.update(path.read_bytes())
    return data_dir() / "numba" / digest.hexdigest()[:16]
