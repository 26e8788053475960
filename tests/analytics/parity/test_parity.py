"""The promise: the same candles, strategy and settings give the same trades through the paper pipeline (database,
services, exits, ledger) and through the backtester.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.backtest.config import AccountConfig, BacktestConfig, StrategyChoice
from analytics.backtest.market import Market
from analytics.backtest.result import BacktestResult
from analytics.backtest.run import run_backtest
from analytics.backtest.signals import strategy_signals
from analytics.parity.compare import compare, recorded_trades, replayed_trades
from brokers.adapters.paper import FillModel
from brokers.instruments import remember_instruments
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import RecordedCandles, read_recording
from tests.analytics.backtest.candles import wild_candles
from tests.trading.factories import make_account
from trading.models import AutoTradingSession, Decision, Verdict
from trading.replay.replay import WINDOW, Replay
from trading.replay.replay_feed import ReplayFeed
from trading.sessions import sessions
from trading.sessions.session_settings import SessionSettings
from trading.sessions.session_validation import validate_settings

pytestmark = pytest.mark.django_db(transaction=True)  # the pipeline goes on after commits

VENUE = "replay-parity"


def instrument(**values: Any) -> Instrument:
    settings: dict[str, Any] = {"market_type": "FUTURES", "tick_size": 0.01, "lot_size": 0.001, **values}
    return Instrument(venue=VENUE, symbol="ABC", min_quantity=settings["lot_size"], min_notional=5.0, **settings)


TARGETS = [{"percent": 0.4, "portion": 0.3}, {"percent": 0.8, "portion": 0.3}, {"percent": 1.2, "portion": 0.4}]
ALL_LIMITS = {
    "max_trades_per_day": 25,
    "daily_loss_limit": 9.0,
    "daily_loss_percent": 1.5,
    "max_stake": 350.0,
    "risk_per_trade_percent": 0.4,
    "max_position_percent": 40.0,
    "max_exposure_percent": 60.0,
    "max_open_trades": 2,
    "max_open_per_symbol": 2,
    "max_drawdown_percent": 6.0,
    "max_consecutive_losses": 4,
    "cool_down_minutes": 45,
    "max_leverage": 5,
    "max_correlated_percent": 55.0,
    "max_slippage_percent": 0.4,
}
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "trailing by percent": {"exit_plan": {"trailing": {"kind": "PERCENT", "value": 0.6, "step_percent": 10}}},
    "trailing by ATR": {"exit_plan": {"trailing": {"kind": "ATR", "value": 2.0, "activation_percent": 0.2}}},
    "break-even": {"exit_plan": {"break_even": {"trigger_percent": 0.4, "offset_percent": 0.05}}},
    "several targets": {"exit_plan": {"targets": TARGETS}},
    "a part left to the stop": {"exit_plan": {"targets": TARGETS[:2], "trailing": {"kind": "DISTANCE", "value": 0.7}}},
    "time": {"exit_plan": {"time_exit_minutes": 7}},
    "everything": {
        "exit_plan": {
            "targets": TARGETS,
            "trailing": {"kind": "PERCENT", "value": 0.8},
            "break_even": {"trigger_percent": 0.5},
            "time_exit_minutes": 90,
        },
        "risk": ALL_LIMITS,
        "sizing": {"method": "RISK", "percent": 0.5},
    },
    "limits": {"risk": ALL_LIMITS, "sizing": {"method": "PERCENT", "percent": 50}},
    "losses in a row": {"risk": {"max_consecutive_losses": 2, "cool_down_minutes": 30}},
    "a day's loss": {"risk": {"daily_loss_limit": 12.0}},
    "drawdown": {"risk": {"max_drawdown_percent": 1.0}},
    "fixed size": {"sizing": {"method": "FIXED", "amount": 90}},
    "by volatility": {"sizing": {"method": "VOLATILITY", "percent": 0.2, "atr_period": 10}},
    "Kelly": {"sizing": {"method": "KELLY", "percent": 1.0, "minimum": 5, "sample": 20}},
    "hours": {"schedule": {"time_zone": "Europe/Berlin", "days": [1, 2, 3], "start": "01:30", "end": "09:00"}},
}
MODEL = {"slippage_bps": 2.5, "commission_rate": 0.0004, "latency_ms": 120.0}
ROUGH = {**MODEL, "partial_fill_probability": 0.4, "rejection_probability": 0.15, "seed": 11}


def on_paper(
    candles: CandleArrays,
    kind: Instrument,
    strategies: list[dict[str, Any]],
    model: dict[str, Any],
    told: dict[str, Any],
) -> AutoTradingSession:
    remember_instruments([kind])
    account = make_account(balance="1000", fill_model=model, max_position_size=Decimal("0.5"))
    session = sessions.create_session(
        account=account, name="P", strategies=strategies, venue=VENUE, timeframe="1m", symbols=["ABC"], **told
    )
    replay = Replay(account, VENUE, "ABC", "1m", ReplayFeed(VENUE, "ABC", "1m"))
    replay.candles(candles, progress=lambda: None, pace=lambda at: None)
    return AutoTradingSession.objects.select_related("account").get(pk=session.pk)


def by_backtest(
    candles: CandleArrays,
    kind: Instrument,
    strategies: list[dict[str, Any]],
    model: dict[str, Any],
    told: dict[str, Any],
) -> BacktestResult:
    account = AccountConfig(balance=1000.0, max_position_size=0.5, min_confidence=0.7)
    config = BacktestConfig(
        strategies=tuple(StrategyChoice(item["name"], item["params"]) for item in strategies),
        account=account,
        settings=SessionSettings.read(told),
        fill_model=FillModel.from_dict(model),
    )
    market = Market(kind, candles)
    fired = strategy_signals(config, [market], "1m", window=WINDOW)
    return run_backtest(config, [market], "1m", signals=[fired])


def agree(
    candles: CandleArrays,
    kind: Instrument,
    told: dict[str, Any],
    model: dict[str, Any],
    strategies: tuple[str, ...] = ("razor", "signalist-sma-3c"),
) -> BacktestResult:
    chosen = [{"name": name, "params": {}} for name in strategies]
    settings = validate_settings(told) if told else {}
    session = on_paper(candles, kind, chosen, model, settings)
    result = by_backtest(candles, kind, chosen, model, settings)
    recorded = recorded_trades(session)
    assert compare(recorded, replayed_trades(result)) == []
    assert len(recorded) == len(result.trades)
    assert result.final_balance == float(session.account.balance)
    verdicts = Decision.objects.filter(session=session)
    assert result.approved == verdicts.filter(verdict=Verdict.APPROVED).count()
    assert result.blocked == first_refusals(session)
    return result


def first_refusals(session: AutoTradingSession) -> dict[str, int]:
    found: dict[str, int] = {}
    for gates in Decision.objects.filter(session=session, verdict=Verdict.REJECTED).values_list("gates", flat=True):
        name = next(gate["name"] for gate in gates if not gate["passed"])
        found[name] = found.get(name, 0) + 1
    return found


@pytest.mark.parametrize("name", CASES)
def test_paper_and_backtest_make_the_same_trades(name: str) -> None:
    result = agree(wild_candles(430, seed=len(name)), instrument(), CASES[name], MODEL)
    assert len(result.trades) >= 3, "trades to compare"


def test_with_partial_fills_and_refusals() -> None:
    result = agree(wild_candles(500, seed=2), instrument(), CASES["several targets"], ROUGH)
    assert result.failed > 0


def test_with_funding() -> None:
    model = {**MODEL, "funding_rate": 0.0007, "funding_interval_hours": 0.25}
    result = agree(wild_candles(500, seed=3), instrument(), CASES["trailing by percent"], model)
    assert np.abs(result.trades.funding).sum() > 0


def test_an_inverse_contract() -> None:
    kind = instrument(inverse=True, contract_size=10.0, lot_size=1.0)
    agree(wild_candles(400, seed=4), kind, {"sizing": {"method": "PERCENT", "percent": 50}}, MODEL)


def test_real_candles(recorded: Path) -> None:
    found = read_recording(recorded / "btcusdt-perp-1m-2022-01.csv.gz", timeframe="1m")
    assert isinstance(found, RecordedCandles)
    told = {**CASES["everything"], "risk": {"max_drawdown_percent": 25.0, "max_consecutive_losses": 6}}
    kind = instrument(tick_size=0.1, lot_size=0.001)
    result = agree(found.data.slice(20_000, 20_900), kind, told, {**MODEL, "funding_rate": 0.0001})
    assert len(result.trades) > 10
