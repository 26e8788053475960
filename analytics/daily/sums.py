"""The sums of DailyPerformance, worked out from trades in the database.

The same statement makes the rows that are kept, and those that are asked for but not kept: of trades with a tag.
"""

# ruff: noqa: S608 (only names of our own are put into statements; values are parameters)

from collections.abc import Sequence
from typing import Any

from django.db import connection

from analytics.daily.dialect import day_of, milliseconds, r_multiple

# Columns by which rows are told apart, and those that are summed up, in the order of the statement.
KEYS = ("account_id", "session_id", "day", "symbol", "strategy", "source", "since_reset")
SUMS = (
    *("trades", "wins", "losses", "pnl", "profit", "loss", "fees", "slippage", "funding", "best", "worst"),
    *("holding_ms", "r", "r_trades", "mae", "mfe", "excursions", "mae_r", "mfe_r", "excursions_r"),
    *("first_opened", "last_closed"),
)
SINCE_RESET = "(a.reset_at IS NULL OR (t.closed_wall IS NOT NULL AND t.closed_wall > a.reset_at))"
FROM = (
    "FROM trading_trade t JOIN trading_account a ON a.id = t.account_id "
    "LEFT JOIN signals_signal s ON s.id = t.signal_id"
)
COUNTED = "t.status = 'CLOSED' AND t.closed_at IS NOT NULL"
_LEAST_R = 0.01  # as in analytics.metrics.trades: of smaller results the risk in money cannot be told


def rows_sql(where: str) -> str:
    """SELECT of KEYS and SUMS over the closed trades `t` (with `a`, their account, and `s`, their signal)."""
    gross = "(t.realized_pnl + t.fees - t.funding)"
    held = f"({milliseconds('t.closed_at')} - {milliseconds('COALESCE(t.opened_at, t.closed_at)')})"
    # The innermost names what the sums are of; money over 1e8 would be the amount, and cancels out of a ratio.
    trades = f"""
        SELECT t.account_id, t.session_id, {day_of("t.closed_at")} AS day, t.symbol, t.strategy,
            COALESCE(s.source, '') AS source, CASE WHEN {SINCE_RESET} THEN TRUE ELSE FALSE END AS since_reset,
            t.realized_pnl AS pnl, t.fees, t.slippage, t.funding, t.mae, t.mfe, {held} AS held,
            {r_multiple("t")} AS r, {gross} AS gross, COALESCE(t.opened_at, t.closed_at) AS opened_at, t.closed_at
        {FROM} WHERE {COUNTED} AND {where}"""
    risky = f"""
        SELECT p.*, CASE WHEN (r >= {_LEAST_R} OR r <= -{_LEAST_R}) AND gross * r > 0 THEN gross / r END AS risk
        FROM ({trades}) p"""
    return f"""
        SELECT {", ".join(KEYS)}, COUNT(*) AS trades,
            SUM(CASE WHEN pnl > 0 THEN 1 ELSE 0 END) AS wins, SUM(CASE WHEN pnl < 0 THEN 1 ELSE 0 END) AS losses,
            SUM(pnl) AS pnl, SUM(CASE WHEN pnl > 0 THEN pnl ELSE 0 END) AS profit,
            SUM(CASE WHEN pnl < 0 THEN pnl ELSE 0 END) AS loss,
            SUM(fees) AS fees, SUM(slippage) AS slippage, SUM(funding) AS funding, MAX(pnl) AS best, MIN(pnl) AS worst,
            SUM(held) AS holding_ms, COALESCE(SUM(r), 0) AS r, COUNT(r) AS r_trades,
            COALESCE(SUM(mae), 0) AS mae, COALESCE(SUM(mfe), 0) AS mfe, COUNT(mae) AS excursions,
            COALESCE(SUM(mae / risk), 0) AS mae_r, COALESCE(SUM(mfe / risk), 0) AS mfe_r,
            COUNT(mae / risk) AS excursions_r, MIN(opened_at) AS first_opened, MAX(closed_at) AS last_closed
        FROM ({risky}) q GROUP BY {", ".join(KEYS)}"""


def insert_rows(where: str, parameters: Sequence[Any]) -> int:
    """Keep the rows of these trades; there must be none of theirs yet. Returns how many."""
    columns = ", ".join((*KEYS, *SUMS))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO analytics_dailyperformance ({columns}) {rows_sql(where)}", parameters)
        return int(cursor.rowcount)
