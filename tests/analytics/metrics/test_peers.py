"""The ratios are those of empyrical-reloaded and of quantstats, to 1e-8 of their size."""

import empyrical
import numpy as np
import pandas as pd
import pytest
import quantstats.stats as quantstats

from analytics.metrics import equity_ratios
from analytics.metrics.drawdowns import table, underwater
from analytics.metrics.ratios import per_period
from analytics.metrics.trades import core, streaks
from tests.analytics.metrics.series import SERIES
from tests.analytics.samples import make_trades

YEAR = {"annualization": 365}


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-8, abs=2e-8)  # figures are rounded to 8 places


def ratios(returns: np.ndarray, **rates: float) -> dict:
    equity = 10_000.0 * np.cumprod(1.0 + returns)
    return equity_ratios(dated(returns).index, equity, initial_balance=10_000.0, **rates)


def dated(returns: np.ndarray) -> pd.Series:
    return pd.Series(returns, index=pd.date_range("2022-01-01", periods=len(returns)))


@pytest.mark.parametrize("name", SERIES)
def test_ratios_equal_empyricals(name: str) -> None:
    returns = SERIES[name]
    found, series = ratios(returns), dated(returns)
    assert found["sharpe"] == close(empyrical.sharpe_ratio(series, **YEAR))
    assert found["cagr_percent"] == close(100 * empyrical.cagr(series, **YEAR))
    assert found["volatility_percent"] == close(100 * empyrical.annual_volatility(series, **YEAR))
    assert found["max_drawdown_percent"] == close(100 * empyrical.max_drawdown(series))
    assert found["value_at_risk_percent"] == close(100 * empyrical.value_at_risk(series))
    if name == "all winning":  # empyrical: infinite, none
        assert found["sortino"] is found["calmar"] is None
    else:
        assert found["sortino"] == close(empyrical.sortino_ratio(series, **YEAR))
        assert found["calmar"] == close(empyrical.calmar_ratio(series, **YEAR))


def test_a_flat_curve_has_no_ratio_for_any() -> None:
    returns = np.zeros(60)
    found = ratios(returns)
    assert found["sharpe"] is found["sortino"] is found["calmar"] is None
    assert np.isnan([empyrical.sharpe_ratio(returns), empyrical.sortino_ratio(returns)]).all()
    assert np.isnan(empyrical.calmar_ratio(returns))
    assert found["cagr_percent"] == found["volatility_percent"] == found["max_drawdown_percent"] == 0.0
    assert empyrical.cagr(returns, **YEAR) == empyrical.max_drawdown(returns) == 0.0


@pytest.mark.parametrize("name", ["normal", "fat-tailed", "crash", "all losing"])
def test_ratios_equal_quantstats(name: str) -> None:
    returns = SERIES[name]
    found, series = ratios(returns), dated(returns)
    days = len(returns)
    assert found["sharpe"] == close(quantstats.sharpe(series, periods=365))
    assert found["sortino"] == close(quantstats.sortino(series, periods=365))
    assert found["calmar"] == close(quantstats.calmar(series, periods=365))
    assert found["cagr_percent"] == close(100 * quantstats.cagr(series, periods=365))
    assert found["volatility_percent"] == close(100 * quantstats.volatility(series, periods=365))
    assert found["max_drawdown_percent"] == close(100 * quantstats.max_drawdown(series))
    martin = np.sqrt((days - 1) / days)  # quantstats divides by n - 1
    assert found["ulcer_index"] == close(100 * martin * quantstats.ulcer_index(series))


def test_a_risk_free_rate_is_spread_as_quantstats_does_and_empyrical_is_told() -> None:
    returns = SERIES["crash"]
    found = ratios(returns, risk_free=0.04)
    assert found["sharpe"] == close(quantstats.sharpe(dated(returns), rf=0.04, periods=365))
    assert found["sharpe"] == close(empyrical.sharpe_ratio(returns, per_period(0.04, 365), **YEAR))
    assert found["sortino"] == close(empyrical.sortino_ratio(returns, per_period(0.04, 365), **YEAR))


def test_stock_exchanges_have_252_days_a_year() -> None:
    found = ratios(SERIES["normal"], periods_per_year=252.0)
    assert found["sharpe"] == close(empyrical.sharpe_ratio(SERIES["normal"], annualization=252))
    assert found["cagr_percent"] == close(100 * empyrical.cagr(SERIES["normal"], annualization=252))


def test_the_table_of_drawdowns_is_that_of_quantstats() -> None:
    returns = dated(SERIES["crash"])
    equity = 10_000.0 * np.cumprod(1.0 + SERIES["crash"])
    theirs = quantstats.drawdown_details(quantstats.to_drawdown_series(returns)).sort_values("max drawdown")
    ours = table(equity, underwater(equity, 10_000.0), 10_000.0)
    assert [100 * fall.depth for fall in ours] == pytest.approx(theirs["max drawdown"].tolist()[:10], rel=1e-9)
    days = returns.index.strftime("%Y-%m-%d").tolist()
    assert [days[fall.bottom] for fall in ours] == theirs["valley"].astype(str).str[:10].tolist()[:10]


def test_figures_of_trades_are_those_of_quantstats() -> None:
    results = SERIES["fat-tailed"]
    found = core(make_trades(results), 1.0)
    series = dated(results)
    assert found["win_rate_percent"] == close(100 * quantstats.win_rate(series))
    assert found["profit_factor"] == close(quantstats.profit_factor(series))
    assert found["payoff"] == close(quantstats.payoff_ratio(series))
    assert found["average_win"] == close(quantstats.avg_win(series))
    assert found["average_loss"] == close(quantstats.avg_loss(series))
    longest = streaks(results)[:2]
    assert longest == (quantstats.consecutive_wins(series), quantstats.consecutive_losses(series))
