"""What a session recorded: the signals that it decided on, what it decided, and the trades it made of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from analytics.backtest.signals import SignalColumns
from trading.models import AutoTradingSession, Decision, Trade, Verdict

MOST_SIGNALS = 5_000

# Refusals for reasons that no setting here and no candle knows of: what was refused so is not traded anew.
_GIVEN = frozenset(
    {
        "kill_switch",
        "account_enabled",
        "broker_healthy",
        "real_money",
        "own_venue",
        "market_type",
        "not_expired",
        "quote_fresh",
        "spread",
        "no_opposite",
    }
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A signal, its decision, and its trade, if there is one. `refused_by`: the first gate that failed, "" for none;
    `given`: the gate by whose refusal it is left out of what is traded anew, "" for none.
    """

    decision: Decision
    trade: Trade | None
    refused_by: str
    given: str

    @property
    def time_ms(self) -> int:
        return round(self.decision.signal.market_time.timestamp() * 1000)


def read_recorded(
    session: AutoTradingSession, *, start: datetime | None = None, end: datetime | None = None
) -> list[Recorded]:
    """The last MOST_SIGNALS signals of [start, end) in market time that the session decided on, in its order."""
    decisions = Decision.objects.filter(session=session).select_related("signal")
    if start is not None:
        decisions = decisions.filter(signal__market_time__gte=start)
    if end is not None:
        decisions = decisions.filter(signal__market_time__lt=end)
    last = decisions.order_by("-id").defer("reason", "signal__evidence")[:MOST_SIGNALS]
    read = [(decision, *_refusals(decision)) for decision in last.iterator(chunk_size=500)][::-1]
    signals = [decision.signal_id for decision, *_ in read]
    made = {trade.signal_id: trade for trade in Trade.objects.filter(session=session, signal__in=signals)}
    return [Recorded(decision, made.get(decision.signal_id), *refusals) for decision, *refusals in read]


def signal_columns(recorded: Sequence[Recorded], symbols: Sequence[str]) -> SignalColumns:
    """The signals that are traded anew, as a backtest takes them; `symbols` are its markets.

    Each is of a strategy of its own: its place in `recorded`, by which what becomes of it is found again. The order of
    the places is the order in which the session decided.
    """
    places = [place for place, item in enumerate(recorded) if not item.given]
    signals = [recorded[place].decision.signal for place in places]
    market = {symbol: at for at, symbol in enumerate(symbols)}
    return SignalColumns(
        market=np.array([market[signal.symbol] for signal in signals], np.int64),
        strategy=np.array(places, np.int64),
        time=np.array([recorded[place].time_ms for place in places], np.int64),
        direction=np.array([1 if signal.direction == "LONG" else -1 for signal in signals], np.int64),
        entry=_floats([signal.entry_price for signal in signals]),
        stop=_floats([signal.stop_loss for signal in signals]),
        target=_floats([signal.take_profits[0] if signal.take_profits else None for signal in signals]),
        confidence=_floats([_confidence(recorded[place].decision) for place in places]),
    )


def left_out(recorded: Sequence[Recorded]) -> dict[str, int]:
    """By gate, how many signals are not traded anew."""
    return dict(Counter(item.given for item in recorded if item.given))


def blocked(recorded: Sequence[Recorded]) -> dict[str, int]:
    """By gate, how many signals it was the first to refuse."""
    return dict(Counter(item.refused_by for item in recorded if item.refused_by))


def _refusals(decision: Decision) -> tuple[str, str]:
    """`refused_by` and `given` of Recorded; lets go of the gates, which are most of what a decision weighs."""
    failed = [gate for gate in decision.gates if not gate["passed"]]
    decision.gates = []
    if decision.verdict == Verdict.APPROVED or not failed:
        return "", ""
    return failed[0]["name"], next((gate["name"] for gate in failed if _is_given(gate)), "")


def _is_given(gate: Mapping[str, Any]) -> bool:
    if gate["name"] != "session_running":
        return gate["name"] in _GIVEN
    # Halts by limits come about anew; a person's hand does not.
    message = str(gate["message"])
    return "halted" not in message or "kill switch" in message


def _confidence(decision: Decision) -> float:
    """The one that counted: with other horizons' signals weighed in."""
    counted = decision.plan.get("confidence")
    return float(decision.signal.confidence if counted is None else counted)


def _floats(values: Sequence[Any]) -> "np.ndarray[Any, np.dtype[np.float64]]":
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)
