"""A report of an account's or session's period."""

from typing import Any

from analytics.performance.closed_trades import latest, r_of
from analytics.performance.figures import figures
from analytics.performance.scope import Scope
from analytics.reports.report import Report
from trading.models import Trade

MOST_TRADES = 200
_NUMBERS = {
    "quantity": "quantity",
    "entry_price": "entry_price",
    "exit_price": "exit_price",
    "initial_stop": "initial_stop",
    "pnl": "realized_pnl",
    "fees": "fees",
    "slippage": "slippage",
    "funding": "funding",
    "mae": "mae",
    "mfe": "mfe",
    "confidence": "confidence",
}


def report_of(scope: Scope) -> Report:
    """What analytics.reports makes documents of; the latest MOST_TRADES are listed, newest first."""
    found = figures(scope)
    what = f"Session {scope.session.name}" if scope.session else f"Account {scope.account.name}"
    narrowed = [
        f"{name}: {value}" for name in ("strategy", "symbol", "source", "tag") if (value := getattr(scope, name))
    ]
    return Report(
        title=what,
        subtitle=", ".join([scope.account.name, scope.account.mode.capitalize(), *narrowed]),
        currency=scope.account.currency,
        period=_period(scope, found),
        figures=found,
        trades=[_row(trade) for trade in latest(scope, MOST_TRADES)],
        notes=_notes(scope),
    )


def _period(scope: Scope, found: dict[str, Any]) -> str:
    daily = found["daily"]
    start = str(scope.start) if scope.start else (daily[0]["day"] if daily else "")
    end = str(scope.end) if scope.end else (daily[-1]["day"] if daily else "")
    return f"{start} to {end}" if start or end else "no trades yet"


def _notes(scope: Scope) -> list[str]:
    if scope.session is not None or scope.account.reset_at is None:
        return []
    return [f"The account was reset on {scope.account.reset_at:%Y-%m-%d}; what was before does not count."]


def _row(trade: Trade) -> dict[str, Any]:
    return {
        "number": trade.pk,
        "symbol": trade.symbol,
        "strategy": trade.strategy,
        "direction": trade.direction,
        "opened_at": _iso(trade.opened_at),
        "closed_at": _iso(trade.closed_at),
        "exit_reason": trade.exit_reason,
        **{name: _float(getattr(trade, field)) for name, field in _NUMBERS.items()},
        "r": r_of(trade),
    }


def _iso(moment: Any) -> str | None:
    return None if moment is None else moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
