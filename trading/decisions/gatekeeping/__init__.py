"""Asking every gate about one signal, and putting the answers into words. The verdicts are the rule book's."""

from trading.decisions.gatekeeping import book, signals, sizes, switches
from trading.decisions.gatekeeping.result import GateResult
from trading.decisions.situation import Situation

__all__ = ["GateResult", "ask_every_gate"]


def ask_every_gate(now: Situation) -> list[GateResult]:
    """Each gate's result, in a fixed order, whatever the earlier ones said."""
    return [*switches.ask(now), *signals.ask(now), *book.ask(now), *sizes.ask(now)]
