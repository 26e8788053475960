"""What a report tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

METHOD = (
    "Sharpe, Sortino, Calmar and volatility are annualized and of daily returns (UTC days, equity marked to market); "
    "drawdowns are of every mark. Past results are no promise of future ones."
)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Report:
    """A backtest, or an account's or session's period, to be handed over. Any text may come from users.

    currency: of all money; period: as a person writes it; figures: as analytics.metrics.figures_of makes them;
    settings: any JSON; trades: the first of them as `trade_rows` makes them, newest or oldest first; notes: sentences,
    such as gaps in the data; made_at: aware UTC.
    """

    title: str
    subtitle: str
    currency: str
    period: str
    figures: Mapping[str, Any]
    settings: Mapping[str, Any] = field(default_factory=dict)
    trades: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    made_at: datetime = field(default_factory=_now)
