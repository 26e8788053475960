"""Figures of trades from their sums and course: those of analytics.metrics.trades and groups, in the same words."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from analytics.metrics.numbers import Ints, divided, iso, number, percent
from analytics.performance.courses import Course
from analytics.performance.curve import Curve
from analytics.performance.daily_sums import UNIT, Group, Sums

_DAY_SECONDS = 86_400.0


def core(sums: Sums, initial_balance: float) -> dict[str, Any]:
    expectancy = divided(sums.pnl, sums.trades)
    average_loss = sums.loss / sums.losses if sums.losses else 0.0
    return {
        "trades": sums.trades,
        "wins": sums.wins,
        "losses": sums.losses,
        "win_rate_percent": percent(sums.wins, sums.trades),
        "total_pnl": number(sums.pnl),
        "roi_percent": percent(sums.pnl, initial_balance) if initial_balance > 0.0 else None,
        "profit_factor": divided(sums.profit, -sums.loss),
        "expectancy": expectancy,
        "payoff": divided(sums.profit / sums.wins, -average_loss) if sums.wins else None,
        "average_win": divided(sums.profit, sums.wins),
        "average_loss": divided(sums.loss, sums.losses),
        "best_trade": number(sums.best) if sums.trades else None,
        "worst_trade": number(sums.worst) if sums.trades else None,
        "gross_profit": number(sums.profit),
        "gross_loss": number(sums.loss),
        "fees": number(sums.fees),
        "slippage": number(sums.slippage),
        "funding": number(sums.funding),
        "average_r": divided(sums.r, sums.r_trades),
        "expectancy_r": divided(sums.pnl / sums.trades, -average_loss) if sums.trades else None,
    }


def activity(sums: Sums, course: Course, curve: Curve, median_ms: float | None) -> dict[str, Any]:
    first, last = (int(curve.time[0]), int(curve.time[-1])) if len(curve.time) else (0, 0)
    span = (last - first) / 1000.0
    return {
        "trades_per_day": number(sums.trades / max(span / _DAY_SECONDS, 1.0)),
        "exposure_percent": number(min(100.0 * course.open_seconds(first, last) / span, 100.0)) if span else None,
        "average_holding_seconds": divided(sums.holding_ms / 1000.0, sums.trades),
        "median_holding_seconds": number(median_ms / 1000.0) if median_ms is not None else None,
        "longest_winning_streak": course.longest[1],
        "longest_losing_streak": course.longest[-1],
        "current_streak": course.current_streak,
        "first_trade": iso(int(sums.first_opened.timestamp() * 1000)) if sums.first_opened else None,
        "last_trade": iso(int(sums.last_closed.timestamp() * 1000)) if sums.last_closed else None,
    }


def excursions(sums: Sums) -> dict[str, Any]:
    mae, mfe = divided(sums.mae, sums.excursions), divided(sums.mfe, sums.excursions)
    return {
        "average_mae": mae,
        "average_mfe": mfe,
        "average_mae_r": divided(sums.mae_r, sums.excursions_r),
        "average_mfe_r": divided(sums.mfe_r, sums.excursions_r),
        "edge_ratio": divided(mfe, -mae) if mae is not None and mfe is not None else None,
    }


def by_key(groups: Iterable[Group], key: Callable[[Group], str]) -> list[dict[str, Any]]:
    """By symbol, strategy or source."""
    names = ("trades", "wins", "pnl", "profit", "loss", "fees")
    found: dict[str, Ints] = {}
    for group in groups:
        sums = np.array([int(group.sums[name]) for name in names], dtype=np.int64)
        found[key(group)] = found.get(key(group), 0) + sums
    return by_group(found)


def by_group(groups: Mapping[str, Ints]) -> list[dict[str, Any]]:
    """{key: [trades, wins, pnl, profit, loss, fees]}, money in units of the database; best P&L first."""
    rows = [_group_row(key, sums) for key, sums in groups.items()]
    return sorted(rows, key=lambda row: (-row["pnl"], row["key"]))


def _group_row(key: str, sums: Ints) -> dict[str, Any]:
    trades, wins = int(sums[0]), int(sums[1])
    pnl, profit, loss, fees = (float(value) * UNIT for value in sums[2:])
    return {
        "key": key,
        "trades": trades,
        "wins": wins,
        "pnl": number(pnl),
        "win_rate_percent": percent(wins, trades),
        "profit_factor": divided(profit, -loss),
        "average_trade": number(pnl / trades),
        "fees": number(fees),
    }


def by_slot(hours: Mapping[str, Ints], size: int, slot: Callable[[int], int]) -> list[dict[str, Any]]:
    """Of results by hour of the week: a row for each of `size` slots, such as the hours of a day."""
    found = np.zeros((size, 3), dtype=np.int64)
    for hour, sums in hours.items():
        found[slot(int(hour))] += sums[:3]
    return [
        {
            "key": place,
            "trades": int(trades),
            "pnl": number(float(pnl) * UNIT),
            "win_rate_percent": percent(int(wins), int(trades)),
        }
        for place, (trades, wins, pnl) in enumerate(found)
    ]
