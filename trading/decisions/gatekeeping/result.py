"""A gate's answer, and the words that all of them share."""

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from trading.money import format_money

UNLIMITED = math.inf


@dataclass(frozen=True, slots=True)
class GateResult:
    name: str
    passed: bool
    figure: float | None
    limit: float | None
    message: str

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "passed": self.passed,
            "figure": self.figure,
            "limit": self.limit,
            "message": self.message,
        }


def result(name: str, verdict: tuple[bool, float, float], message: str) -> GateResult:
    passed, figure, limit = verdict
    return GateResult(name, bool(passed), _finite(figure), _finite(limit), message)


def _finite(value: float) -> float | None:
    """JSON has no infinity or NaN: a figure that is not known, or a limit that is not set, is null."""
    return float(value) if math.isfinite(value) else None


def switch(name: str, verdict: tuple[bool, float, float], passed: str, failed: str) -> GateResult:
    """A gate that is open or shut, in one sentence either way."""
    return result(name, verdict, passed if verdict[0] else failed)


def limit_of(value: float | None) -> float:
    """A setting as the gates take it: none is no limit."""
    return UNLIMITED if value is None else float(value)


def count(number: float, noun: str) -> str:
    """ "1 trade", "3 trades"."""
    if not math.isfinite(number):
        return f"an unknown number of {noun}s"
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"


def percent(value: float) -> str:
    """Percent 0-100, with as many places as it takes to see it: "2.5 %"."""
    if not math.isfinite(value):
        return "an unknown percentage"
    return f"{round(value, 2):g} %" if abs(value) >= 0.01 or value == 0.0 else f"{value:.2g} %"


def money(amount: float, currency: str) -> str:
    return format_money(Decimal(str(amount)), currency) if math.isfinite(amount) else "an unknown amount"


def seconds(value: float) -> str:
    """A duration as people count it: seconds, minutes or hours."""
    if value < 90.0:
        return f"{value:.0f} s"
    return f"{value / 60.0:.0f} min" if value < 5400.0 else f"{value / 3600.0:.1f} h"


def bounded(figure: str, limit: float, words: str, unlimited: str = "") -> str:
    """The sentence of a gate that a session may leave without a limit: the figure, and the limit in words.

    `unlimited` is said in its place where the figure is not worked out without a limit.
    """
    if math.isfinite(limit):
        return f"{figure}; the limit is {words}."
    return unlimited or f"{figure}; no limit is set."
