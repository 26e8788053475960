"""Gates: which refused first, how often each failed, and what the refused signals would have made."""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from dataclasses import replace
from typing import Any

from django.db import connection

from analytics.metrics.numbers import number
from analytics.performance.daily_sums import UNIT
from analytics.quality.decided import Decided, fetched

MOST_DECISIONS = 10_000

# Each decision's gates in the order they were asked, of those it failed.
_FAILED = {
    "postgresql": """
        SELECT d.id, g.value ->> 'name' AS name, ROW_NUMBER() OVER (PARTITION BY d.id ORDER BY g.place) AS turn
        FROM d CROSS JOIN LATERAL jsonb_array_elements(d.gates) WITH ORDINALITY AS g(value, place)
        WHERE d.verdict = 'REJECTED' AND NOT (g.value ->> 'passed')::boolean""",
    "sqlite": """
        SELECT d.id, json_extract(g.value, '$.name') AS name,
            ROW_NUMBER() OVER (PARTITION BY d.id ORDER BY g.key) AS turn
        FROM d, json_each(d.gates) AS g
        WHERE d.verdict = 'REJECTED' AND NOT json_extract(g.value, '$.passed')""",
}


def gate_quality(decided: Decided) -> dict[str, Any]:
    """Of the latest MOST_DECISIONS. What they would have made is told of the gate that refused first."""
    chosen, values = replace(decided, most=MOST_DECISIONS).query("id, verdict, gates")
    ((decisions, approved),) = fetched(
        f"SELECT COUNT(*), SUM(CASE WHEN verdict = 'APPROVED' THEN 1 ELSE 0 END) FROM ({chosen}) d", values
    )
    statement = f"""
        WITH d AS ({chosen}), failed AS ({_FAILED[connection.vendor]})
        SELECT f.name, COUNT(*), SUM(CASE WHEN f.turn = 1 THEN 1 ELSE 0 END),
            SUM(CASE WHEN f.turn = 1 AND o.status = 'CLOSED' THEN 1 ELSE 0 END),
            SUM(CASE WHEN f.turn = 1 AND o.status = 'CLOSED' AND o.pnl > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN f.turn = 1 AND o.status = 'CLOSED' THEN o.pnl ELSE 0 END)
        FROM failed f LEFT JOIN analytics_refusedoutcome o ON o.decision_id = f.id
        GROUP BY f.name ORDER BY 3 DESC, 2 DESC, 1"""
    return {
        "decisions": decisions,
        "approved": approved or 0,
        "gates": [_gate(*row) for row in fetched(statement, values)],
    }


def _gate(name: str, failed: int, first: int, trades: int, wins: int, pnl: Any) -> dict[str, Any]:
    would_have = {"trades": trades, "wins": wins, "pnl": number(float(pnl) * UNIT), "unknown": first - trades}
    return {"name": name, "blocked_first": first, "failed": failed, "would_have": would_have}
