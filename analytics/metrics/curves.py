"""The equity curve for charts, and the table of its falls."""

from typing import Any

from analytics.metrics.drawdowns import deepest, table, underwater
from analytics.metrics.numbers import Floats, Ints, iso, iso_all, number, numbers
from analytics.metrics.thinning import thinned


def curves(time: Ints, equity: Floats, balance: Floats, initial_balance: float) -> dict[str, Any]:
    """`equity`: at most 1,000 points, with the extremes and the deepest fall; `drawdowns`: the ten deepest."""
    under, worst = underwater(equity, initial_balance), deepest(equity, initial_balance)
    kept = thinned(equity, always=(worst.start, worst.bottom) if worst else ())
    columns = (iso_all(time[kept]), equity[kept], balance[kept], numbers((100.0 * under[kept]).tolist()))
    return {
        "equity": [
            {"time": when, "equity": number(value), "balance": number(cash), "drawdown_percent": fall}
            for when, value, cash, fall in zip(*columns, strict=True)
        ],
        "drawdowns": [
            {
                "start": iso(time[fall.start]),
                "bottom": iso(time[fall.bottom]),
                "end": iso(time[fall.end]) if fall.end is not None else None,
                "percent": number(100.0 * fall.depth),
                "amount": number(fall.amount),
                "seconds": number((time[fall.end if fall.end is not None else -1] - time[fall.start]) / 1000.0),
            }
            for fall in table(equity, under, initial_balance)
        ],
    }
