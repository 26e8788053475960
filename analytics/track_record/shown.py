"""What of a record's figures anybody may see: by a list of what is allowed, so that nothing new slips out."""

from collections.abc import Mapping
from typing import Any

_GROUPS = ("by_symbol", "by_direction", "by_exit_reason", "by_hour", "by_weekday")
_PERIODS = {"daily": "day", "weekly": "week", "monthly": "month"}
_GROUP = ("key", "trades", "wins", "win_rate_percent", "profit_factor")
_RISK = (
    *("sharpe", "sortino", "calmar", "cagr_percent", "volatility_percent", "max_drawdown_percent"),
    *("max_drawdown_start", "max_drawdown_bottom", "max_drawdown_end", "max_drawdown_seconds", "recovery_seconds"),
    *("current_drawdown_percent", "value_at_risk_percent", "ulcer_index"),
)
_ACTIVITY = (
    *("trades_per_day", "exposure_percent", "average_holding_seconds", "median_holding_seconds"),
    *("longest_winning_streak", "longest_losing_streak", "current_streak", "first_trade", "last_trade"),
)
_CORE = (
    *("trades", "wins", "losses", "win_rate_percent", "roi_percent", "profit_factor", "payoff"),
    *("average_r", "expectancy_r"),
)
# Without amounts; what is in an object, or in each object of a list.
PERCENTS: dict[str, tuple[str, ...]] = {
    "core": _CORE,
    "risk": _RISK,
    "activity": _ACTIVITY,
    **dict.fromkeys(_GROUPS, _GROUP),
    **{name: (key, "trades", "return_percent") for name, key in _PERIODS.items()},
    "monthly_returns": ("year", "months", "total_percent"),
    "equity": ("time", "equity", "drawdown_percent"),  # an index that began at 100
    "drawdowns": ("start", "bottom", "end", "percent", "seconds"),
    "rolling": ("time", "sharpe", "win_rate_percent", "profit_factor", "volatility_percent"),
    "distribution": ("r", "holding"),
}
# Beside them, where the owner shows amounts.
_AMOUNTS: dict[str, tuple[str, ...]] = {
    "core": (
        *("total_pnl", "expectancy", "average_win", "average_loss", "best_trade", "worst_trade", "gross_profit"),
        *("gross_loss", "fees", "slippage", "funding"),
    ),
    "risk": ("max_drawdown_amount",),
    **dict.fromkeys(_GROUPS, ("pnl", "average_trade", "fees")),
    **dict.fromkeys(_PERIODS, ("pnl",)),
    "distribution": ("pnl",),
}
_KEYS = {**dict.fromkeys(_GROUPS, "key"), **_PERIODS}


def percents_only(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of an index without anything that is an amount of it."""
    return {name: _picked(figures[name], allowed) for name, allowed in PERCENTS.items()}


def with_amounts(index: Mapping[str, Any], money: Mapping[str, Any]) -> dict[str, Any]:
    """The index's percents, and beside them the amounts of the figures in money."""
    shown = percents_only(index)
    for name, allowed in _AMOUNTS.items():
        if name in _KEYS:
            key = _KEYS[name]
            by_key = {row[key]: _picked(row, allowed) for row in money[name]}
            shown[name] = [{**row, **by_key.get(row[key], {})} for row in shown[name]]
        else:
            shown[name] |= _picked(money[name], allowed)
    return shown


def _picked(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, Mapping):
        return {name: value[name] for name in names if name in value}
    return [_picked(item, names) for item in value]
