"""Ratios of return to risk, of daily returns (fractions); None where a figure has no meaning.

They equal empyrical-reloaded 0.7.1 (annualization=periods_per_year) and, where it defines them alike, quantstats
0.0.86. `risk_free` is an annual rate, a fraction, spread over the periods geometrically as quantstats does it;
empyrical takes the rate of one period.
"""

import math

import numpy as np

from analytics.metrics.numbers import Floats

DAYS_PER_YEAR = 365.0  # crypto never closes; 252 suits stock exchanges
DUST = 1e-13  # deviations of returns no larger than this are rounding, not risk
_WORST_PERCENTILE = 5.0


def per_period(risk_free: float, periods_per_year: float) -> float:
    """The rate of one period of an annual rate; both fractions."""
    return float((1.0 + risk_free) ** (1.0 / periods_per_year) - 1.0) if risk_free else 0.0


def volatility(returns: Floats, periods_per_year: float = DAYS_PER_YEAR) -> float | None:
    """Annual standard deviation, a fraction: std(ddof=1) * sqrt(periods)."""
    if len(returns) < 2:
        return None
    return float(np.std(returns, ddof=1)) * math.sqrt(periods_per_year)


def sharpe(returns: Floats, periods_per_year: float = DAYS_PER_YEAR, risk_free: float = 0.0) -> float | None:
    """mean(excess) / std(excess, ddof=1) * sqrt(periods). None for fewer than 2 returns or without deviation.

    Source: William F. Sharpe, The Sharpe Ratio, Journal of Portfolio Management, 1994.
    """
    if len(returns) < 2:
        return None
    deviation = float(np.std(returns, ddof=1))
    if deviation <= DUST:
        return None
    excess = float(np.mean(returns)) - per_period(risk_free, periods_per_year)
    return excess / deviation * math.sqrt(periods_per_year)


def sortino(returns: Floats, periods_per_year: float = DAYS_PER_YEAR, risk_free: float = 0.0) -> float | None:
    """mean(excess) / sqrt(mean(min(excess, 0)^2)) * sqrt(periods): the deviation is over all periods, not the losing
    ones. None for fewer than 2 returns or without a loss.

    Source: Frank A. Sortino and Lee N. Price, Performance Measurement in a Downside Risk Framework, 1994.
    """
    if len(returns) < 2:
        return None
    excess = returns - per_period(risk_free, periods_per_year)
    downside = math.sqrt(float(np.mean(np.minimum(excess, 0.0) ** 2)))
    if downside <= DUST:
        return None
    return float(np.mean(excess)) / downside * math.sqrt(periods_per_year)


def cagr(first: float, last: float, periods: int, periods_per_year: float = DAYS_PER_YEAR) -> float | None:
    """Compound annual growth, a fraction: (last / first) ** (periods_per_year / periods) - 1. -1 if nothing is left.

    None without a period or a capital, and where a short period's growth is beyond any float.
    """
    if periods < 1 or not first > 0.0:
        return None
    if last <= 0.0:
        return -1.0
    exponent = math.log(last / first) * periods_per_year / periods
    return math.expm1(exponent) if exponent < 700.0 else None


def calmar(growth: float | None, max_drawdown: float) -> float | None:
    """CAGR / |max drawdown|, over the whole period; None without a drawdown. Both fractions.

    Source: Terry W. Young, Calmar Ratio: A Smoother Tool, Futures, 1991 (there: of the last 36 months).
    """
    return growth / abs(max_drawdown) if growth is not None and max_drawdown < 0.0 else None


def value_at_risk(returns: Floats) -> float | None:
    """The return, a fraction, that one day in twenty falls short of: the 5th percentile, linearly interpolated.

    Historical, as empyrical's; quantstats' assumes a normal distribution.
    """
    return float(np.percentile(returns, _WORST_PERCENTILE)) if len(returns) else None


def ulcer_index(drawdowns: Floats) -> float | None:
    """sqrt(mean(drawdown^2)) of each day's drawdown, in the unit given. quantstats divides by n - 1 instead of n.

    Source: Peter G. Martin and Byron B. McCann, The Investor's Guide to Fidelity Funds, 1989.
    """
    return math.sqrt(float(np.mean(drawdowns**2))) if len(drawdowns) else None
