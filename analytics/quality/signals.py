"""Signals: how many become trades, how soon, what comes of each source, and whether their confidence is calibrated.

A signal counts once for each session that decided on it.
"""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from analytics.daily.dialect import milliseconds, r_multiple
from analytics.metrics.numbers import divided, number, percent
from analytics.performance.daily_sums import UNIT
from analytics.quality.decided import Decided, fetched

BUCKETS = 10  # of confidence
_COUNTED = (*("signals", "approved", "executed", "expired", "trades", "wins", "pnl", "r", "r_trades"),)


@dataclass(frozen=True, slots=True)
class _Row:
    source: str
    bucket: int
    sums: "np.ndarray[Any, np.dtype[np.float64]]"  # as _COUNTED, money in units


def signal_quality(decided: Decided) -> dict[str, Any]:
    """Conversion, latency (seconds from a signal to its first fill, of the clock), by source and by confidence."""
    rows = _rows(decided)
    total = _added(rows)
    return {
        "conversion": {name: int(total[name]) for name in ("signals", "approved", "executed", "expired")},
        "latency": _latency(decided),
        "by_source": [_by_source(key, sums) for key, sums in _grouped(rows, lambda row: row.source)],
        "calibration": [_by_bucket(key, sums) for key, sums in _grouped(rows, lambda row: row.bucket)],
    }


def _rows(decided: Decided) -> list[_Row]:
    chosen, values = decided.query("id, signal_id, verdict")
    closed = "t.status = 'CLOSED'"
    each = f"CASE WHEN {closed} THEN {r_multiple('t')} END"
    statement = f"""
        SELECT s.source, {_bucket("s.confidence")} AS bucket, COUNT(*),
            SUM(CASE WHEN d.verdict = 'APPROVED' THEN 1 ELSE 0 END),
            SUM(CASE WHEN t.opened_at IS NOT NULL THEN 1 ELSE 0 END),
            SUM(CASE WHEN t.opened_at IS NULL AND s.status = 'EXPIRED' THEN 1 ELSE 0 END),
            SUM(CASE WHEN {closed} THEN 1 ELSE 0 END),
            SUM(CASE WHEN {closed} AND t.realized_pnl > 0 THEN 1 ELSE 0 END),
            SUM(CASE WHEN {closed} THEN t.realized_pnl ELSE 0 END), COALESCE(SUM({each}), 0), COUNT({each})
        FROM ({chosen}) d JOIN signals_signal s ON s.id = d.signal_id
        LEFT JOIN trading_order o ON o.decision_id = d.id LEFT JOIN trading_trade t ON t.id = o.trade_id
        GROUP BY s.source, bucket"""
    return [
        _Row(source, int(bucket), np.array([float(value) for value in sums]))
        for source, bucket, *sums in fetched(statement, values)
    ]


def _bucket(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"LEAST(floor({column} * {BUCKETS})::int, {BUCKETS - 1})"
    return f"MIN(CAST({column} * {BUCKETS} + 1e-9 AS INTEGER), {BUCKETS - 1})"  # a float: 0.7 * 10 may fall short of 7


def _latency(decided: Decided) -> dict[str, float | None]:
    chosen, values = decided.query("id, signal_id")
    waited = f"{milliseconds('t.opened_wall')} - {milliseconds('s.created_at')}"
    rows = fetched(
        f"""SELECT {waited} FROM ({chosen}) d JOIN signals_signal s ON s.id = d.signal_id
        JOIN trading_order o ON o.decision_id = d.id JOIN trading_trade t ON t.id = o.trade_id
        WHERE t.opened_wall IS NOT NULL""",
        values,
    )
    if not rows:
        return {"p50": None, "p95": None}
    middle, high = np.percentile([row[0] / 1000.0 for row in rows], [50.0, 95.0])
    return {"p50": number(middle), "p95": number(high)}


def _grouped(rows: Iterable[_Row], key: Callable[[_Row], Any]) -> list[tuple[Any, dict[str, float]]]:
    listed = list(rows)
    return [(name, _added(row for row in listed if key(row) == name)) for name in sorted({key(row) for row in listed})]


def _added(rows: Iterable[_Row]) -> dict[str, float]:
    total = sum((row.sums for row in rows), np.zeros(len(_COUNTED)))
    return dict(zip(_COUNTED, total.tolist(), strict=True))


def _by_source(key: str, sums: dict[str, float]) -> dict[str, Any]:
    return {
        "key": key,
        **{name: int(sums[name]) for name in ("signals", "approved", "trades", "wins")},
        "pnl": number(sums["pnl"] * UNIT),
        "win_rate_percent": percent(sums["wins"], sums["trades"]),
        "average_r": divided(sums["r"], sums["r_trades"]),
    }


def _by_bucket(bucket: int, sums: dict[str, float]) -> dict[str, Any]:
    return {
        "bucket_low": round(bucket / BUCKETS, 10),
        "bucket_high": round((bucket + 1) / BUCKETS, 10),
        "signals": int(sums["signals"]),
        "trades": int(sums["trades"]),
        "win_rate_percent": percent(sums["wins"], sums["trades"]),
        "average_r": divided(sums["r"], sums["r_trades"]),
    }
