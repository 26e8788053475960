"""One rule book: every rule compiles under numba as it stands, and answers alike."""

import importlib
import inspect
import math
import pkgutil
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import brokers.rules
import trading.rules
from analytics.backtest.compiled import compiled
from tests.trading.rules.strategies import arguments_of

# Whole-array helpers around a compiled rule; tests/trading/rules/test_exits_batch.py holds them to the scalar rule.
VECTORIZED = ("trading.rules.exits_batch.batch_first_exit",)
# Rules over texts and dates, which no array loop asks: state machines by name, schedules by the calendar.
UNCOMPILED = tuple(f"trading.rules.{name}." for name in ("session_states", "trade_states", "schedule", "quiet_hours"))
ALL_THE_SAME = ("trading.rules.schedule.in_hours", "trading.rules.schedule.is_entry_time")
# Logarithm and cosine may differ in the last place between C's library and LLVM's; all else agrees bit for bit.
TRANSCENDENTAL = ("brokers.rules.draws.normal",)


def full_name(rule: Callable[..., Any]) -> str:
    return f"{rule.__module__}.{rule.__name__}"


def all_rules() -> list[Callable[..., Any]]:
    """Every public function of every module of the rule packages."""
    found: list[Callable[..., Any]] = []
    for package in (brokers.rules, trading.rules):
        for item in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(item.name)
            functions = inspect.getmembers(module, inspect.isfunction)
            found += [f for name, f in functions if f.__module__ == item.name and not name.startswith("_")]
    return found


RULES = {full_name(rule): rule for rule in all_rules()}
COMPILED = sorted(
    name for name in set(RULES) - set(VECTORIZED) if name in ALL_THE_SAME or not name.startswith(UNCOMPILED)
)


def outcome(rule: Callable[..., Any], arguments: dict[str, Any]) -> tuple[Any, ...]:
    """What it returns, as a tuple, or the kind of error it raises."""
    try:
        result = rule(**arguments)
    except ArithmeticError as error:
        return (type(error),)
    return result if isinstance(result, tuple) else (result,)


def same(plain: Any, fast: Any, exact: bool) -> bool:
    if isinstance(plain, float) and isinstance(fast, float):  # np.float64, read from an array, is a float
        if math.isnan(plain) or math.isnan(fast):
            return math.isnan(plain) and math.isnan(fast)
        return plain == fast if exact else math.isclose(plain, fast, rel_tol=1e-12, abs_tol=1e-12)
    return type(plain) is type(fast) and bool(plain == fast)


def test_the_rule_book_was_found() -> None:
    assert {"trading.rules.exits.exit_on_bar", "brokers.rules.fills.commission", *VECTORIZED} <= set(RULES)


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_rule_answers_as_the_plain_one(name: str) -> None:
    rule = RULES[name]
    fast, exact = compiled(rule, keep=True), name not in TRANSCENDENTAL

    @settings(max_examples=60, deadline=None)
    @given(arguments_of(rule))
    def compare(arguments: dict[str, Any]) -> None:
        plain, quick = outcome(rule, arguments), outcome(fast, arguments)
        assert len(plain) == len(quick)
        assert all(same(a, b, exact) for a, b in zip(plain, quick, strict=True)), (plain, quick)

    compare()


@pytest.mark.parametrize("name", sorted(name for name in RULES if name.startswith("trading.rules.gates.")))
def test_every_gate_answers_passed_figure_limit(name: str) -> None:
    @settings(max_examples=20, deadline=None)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        answer = RULES[name](**data.draw(arguments_of(RULES[name])))
        assert [type(item) for item in answer] == [bool, float, float]

    ask()


def test_a_parameter_nobody_can_make_is_named() -> None:
    def rule(mystery: str) -> str:
        return mystery

    with pytest.raises(LookupError, match="mystery"):
        arguments_of(rule)


def test_the_rules_and_the_index_need_no_django() -> None:
    modules = sorted({rule.__module__ for rule in RULES.values()})
    modules += ["brokers.adapters.paper", "brokers.registry", "brokers.errors", "trading.stream.trigger_index"]
    code = f"import sys, {', '.join(modules)}; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
