"""Results of backtests as text."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from analytics.backtest.result import BacktestResult
from analytics.management.local_sweep import Tried
from analytics.search.scores import score_of

# Label, dotted name in the figures, unit: % or M (account currency) or s (seconds) or nothing.
_ROWS = (
    ("Trades", "core.trades", ""),
    ("Win rate", "core.win_rate_percent", "%"),
    ("Total P/L", "core.total_pnl", "M"),
    ("ROI", "core.roi_percent", "%"),
    ("Profit factor", "core.profit_factor", ""),
    ("Expectancy a trade", "core.expectancy", "M"),
    ("Payoff", "core.payoff", ""),
    ("Average win", "core.average_win", "M"),
    ("Average loss", "core.average_loss", "M"),
    ("Average R", "core.average_r", ""),
    ("Fees", "core.fees", "M"),
    ("Slippage", "core.slippage", "M"),
    ("Funding", "core.funding", "M"),
    ("Sharpe", "risk.sharpe", ""),
    ("Sortino", "risk.sortino", ""),
    ("Calmar", "risk.calmar", ""),
    ("Max drawdown", "risk.max_drawdown_percent", "%"),
    ("Recovery", "risk.recovery_seconds", "s"),
    ("Exposure", "activity.exposure_percent", "%"),
    ("Trades a day", "activity.trades_per_day", ""),
    ("Average holding", "activity.average_holding_seconds", "s"),
    ("Longest losing streak", "activity.longest_losing_streak", ""),
)
_TRIED = (
    ("trades", "core.trades", ""),
    ("P/L", "core.total_pnl", "M"),
    ("ROI", "core.roi_percent", "%"),
    ("profit factor", "core.profit_factor", ""),
    ("Sharpe", "risk.sharpe", ""),
    ("drawdown", "risk.max_drawdown_percent", "%"),
)


def figures_table(figures: Mapping[str, Any], currency: str) -> str:
    """A line a figure; "-" where it has no meaning."""
    rows = [(label, shown(score_of(figures, name), unit, currency)) for label, name, unit in _ROWS]
    return table(("", ""), rows).split("\n", 1)[1]


def counts_line(result: BacktestResult) -> str:
    """What became of the signals."""
    blocked = ", ".join(f"{gate} {count}" for gate, count in sorted(result.blocked.items(), key=lambda item: -item[1]))
    failed = f", {result.failed} not filled" if result.failed else ""
    return f"Signals: {result.signals}, approved {result.approved}{failed}" + (
        f"; blocked: {blocked}" if blocked else ""
    )


def trials_table(best: Sequence[Tried], maximize: str, currency: str, outside: Sequence[Tried] = ()) -> str:
    """A line a setting, the best first; with the score on the time held back where `outside` has it."""
    head = ["", maximize, *(["held back"] if outside else []), *(label for label, _, _ in _TRIED), "setting"]
    rows = []
    for place, item in enumerate(best):
        held = [shown(outside[place].score, "", currency)] if outside else []
        figures = [shown(score_of(item.figures, name), unit, currency) for _, name, unit in _TRIED]
        setting = " ".join(f"{_short(name)}={value}" for name, value in item.params.items())
        rows.append([str(place + 1), shown(item.score, "", currency), *held, *figures, setting])
    return table(head, rows)


def shown(value: float | None, unit: str, currency: str) -> str:
    if value is None:
        return "-"
    if unit == "s":
        return str(timedelta(seconds=round(value)))
    text = f"{value:,.0f}" if float(value).is_integer() and unit == "" and abs(value) < 1e15 else f"{value:,.2f}"
    return f"{text} {currency}" if unit == "M" else f"{text} %" if unit == "%" else text


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned: the first and the last to the left, others to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    last = len(head) - 1
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 or (column == last and last > 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [head, *rows]
    )


def _short(path: str) -> str:
    """Without strategies.0.params: the name of the parameter is enough."""
    parts = path.split(".")
    return parts[-1] if path.startswith("strategies.") else path
