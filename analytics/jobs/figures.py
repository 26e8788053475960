"""Figures of a result: all of them for what is kept, few for the many trials of a search."""

from typing import Any

from analytics.backtest.result import BacktestResult

_LIGHT_CORE = (
    "trades",
    "wins",
    "losses",
    "win_rate_percent",
    "total_pnl",
    "roi_percent",
    "profit_factor",
    "expectancy",
    "payoff",
    "fees",
    "average_r",
    "expectancy_r",
)
_LIGHT_RISK = (
    "sharpe",
    "sortino",
    "calmar",
    "cagr_percent",
    "volatility_percent",
    "max_drawdown_percent",
    "max_drawdown_amount",
)
LIGHT = (*(f"core.{name}" for name in _LIGHT_CORE), *(f"risk.{name}" for name in _LIGHT_RISK))


def full_figures(result: BacktestResult) -> dict[str, Any]:
    from analytics.metrics import figures_of_result

    return figures_of_result(result)


def summary_figures(result: BacktestResult) -> dict[str, Any]:
    """core, risk and activity."""
    from analytics.metrics import core_figures_of_result

    return core_figures_of_result(result)


def light_figures(result: BacktestResult) -> dict[str, Any]:
    """The figures that LIGHT names, of core and risk."""
    found = summary_figures(result)
    return {
        "core": {name: found["core"][name] for name in _LIGHT_CORE},
        "risk": {name: found["risk"][name] for name in _LIGHT_RISK},
    }
