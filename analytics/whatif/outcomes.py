"""What became of each signal, in the record and in what is traded anew, and how the two differ."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analytics.backtest.kernel.verdicts import APPROVED, FAILED, GATES
from analytics.backtest.result import EXIT_REASONS, BacktestResult
from analytics.whatif.recorded import Recorded
from signals.marketdata.gaps import iso
from trading.models import TradeStatus

MOST_SHOWN = 500
CENT = 0.005  # of the account's currency: what rounds to one cent is the same
_CLOSE = 1e-9  # relative: prices and sizes


@dataclass(frozen=True, slots=True)
class Outcome:
    """`taken`: it became a trade. `refused_by`: the gate that was the first to refuse it, "not_filled" for an entry
    that failed. quantity: base units; prices per unit; pnl: account currency, None while it is open; closed: epoch ms.
    """

    taken: bool
    refused_by: str | None = None
    quantity: float | None = None
    entry_price: float | None = None
    exit_price: float | None = None
    exit_reason: str | None = None
    pnl: float | None = None
    closed: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "taken": self.taken,
            "refused_by": self.refused_by,
            "quantity": self.quantity,
            "entry_price": self.entry_price,
            "exit_price": self.exit_price,
            "exit_reason": self.exit_reason,
            "pnl": None if self.pnl is None else round(self.pnl, 8),
            "closed_at": None if self.closed is None else iso(self.closed),
        }


def recorded_outcome(item: Recorded) -> Outcome:
    trade = item.trade
    if trade is None or trade.entry_price is None:
        return Outcome(taken=False, refused_by=item.refused_by or "not_filled")
    ended = trade.status == TradeStatus.CLOSED and trade.closed_at is not None and trade.exit_price is not None
    return Outcome(
        taken=True,
        quantity=float(trade.quantity),
        entry_price=float(trade.entry_price),
        exit_price=float(trade.exit_price or 0) if ended else None,
        exit_reason=trade.exit_reason if ended else None,
        pnl=float(trade.realized_pnl) if ended else None,
        closed=round(trade.closed_at.timestamp() * 1000) if ended and trade.closed_at else None,
    )


def outcomes_of(result: BacktestResult) -> dict[int, Outcome]:
    """By the signals' places (recorded.signal_columns); those behind the last candle are not there."""
    if (decisions := result.decisions) is None:
        return {}
    rows = zip(decisions.strategy.tolist(), decisions.verdict.tolist(), decisions.trade.tolist(), strict=True)
    return {place: _outcome(result, verdict, trade) for place, verdict, trade in rows}


def _outcome(result: BacktestResult, verdict: int, trade: int) -> Outcome:
    if verdict != APPROVED:
        return Outcome(taken=False, refused_by="not_filled" if verdict == FAILED else GATES[verdict])
    columns = result.trades
    return Outcome(
        taken=True,
        quantity=float(columns.quantity[trade]),
        entry_price=float(columns.entry_price[trade]),
        exit_price=float(columns.exit_price[trade]),
        exit_reason=EXIT_REASONS[columns.exit_reason[trade]],
        pnl=float(columns.pnl[trade]),
        closed=int(columns.closed[trade]),
    )


def differing(one: Outcome, other: Outcome) -> list[str]:
    """In what the two differ: taken, refused_by, quantity, entry_price, exit_price, exit_reason, pnl, closed_at."""
    if one.taken != other.taken:
        return ["taken"]
    if not one.taken:
        return ["refused_by"] if one.refused_by != other.refused_by else []
    return [
        *(
            name
            for name in ("quantity", "entry_price", "exit_price")
            if not _near(getattr(one, name), getattr(other, name), 0.0)
        ),
        *(["exit_reason"] if one.exit_reason != other.exit_reason else []),
        *(["pnl"] if not _near(one.pnl, other.pnl, CENT) else []),
        *(["closed_at"] if one.closed != other.closed else []),
    ]


def differences(
    recorded: Sequence[Recorded], replayed: dict[int, Outcome], changed: dict[int, Outcome]
) -> list[dict[str, Any]]:
    """The signals of which the change makes something else, in the session's order."""
    found = []
    for place, item in enumerate(recorded):
        if place in replayed and place in changed and (fields := differing(replayed[place], changed[place])):
            found.append(_row(item, fields, replayed[place], changed[place]))
    return found


def strayed(recorded: Sequence[Recorded], replayed: dict[int, Outcome]) -> int:
    """Of how many signals the record says something else than the same settings make of the candles."""
    pairs = ((recorded_outcome(recorded[place]), outcome) for place, outcome in replayed.items())
    return sum(bool(differing(one, other)) for one, other in pairs)


def _row(item: Recorded, fields: list[str], replayed: Outcome, changed: Outcome) -> dict[str, Any]:
    signal = item.decision.signal
    return {
        "signal": str(signal.public_id),
        "decision": item.decision.pk,
        "time": iso(item.time_ms),
        "symbol": signal.symbol,
        "direction": signal.direction,
        "strategy": signal.strategy,
        "source": signal.source,
        "fields": fields,
        "recorded": recorded_outcome(item).as_json(),
        "replayed": replayed.as_json(),
        "changed": changed.as_json(),
    }


def _near(one: float | None, other: float | None, within: float) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=_CLOSE, abs_tol=within)
