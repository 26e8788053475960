"""A session's recorded signals, traded again on stored candles: by its own settings, and by changed ones."""

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.backtest.config import BacktestConfig
from analytics.backtest.run import run_backtest
from analytics.whatif.columns import recorded_column, replayed_column
from analytics.whatif.history import History, read_history
from analytics.whatif.outcomes import MOST_SHOWN, differences, outcomes_of, strayed
from analytics.whatif.recorded import Recorded, left_out, read_recorded, signal_columns
from analytics.whatif.session_config import config_of_session, settings_told
from signals.marketdata.gaps import iso
from trading.models import AutoTradingSession
from trading.sessions.session_settings import SessionSettings

# Of the session's settings; each replaces the whole of what was told.
_SETTINGS = ("risk", "sizing", "exit_plan", "schedule", "timeframe_weights")
_PERCENTS = ("default_stop_percent", "default_target_percent")
_ACCOUNT = ("leverage", "max_position_size", "max_open_trades")


class NothingRecorded(ValueError):
    """The session decided on no signal in that time."""


def what_if(
    session: AutoTradingSession,
    changes: Mapping[str, Any],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    venue: str | None = None,
) -> dict[str, Any]:
    """What was recorded, what the same settings make of the candles, and what `changes` make of them, side by side.

    `changes`: validated settings of a session (risk, sizing, exit_plan, schedule, timeframe_weights, min_confidence,
    default_stop_percent, default_target_percent, allow_unprotected) and `account` (leverage, max_position_size,
    max_open_trades, min_confidence). start, end: market time of the signals; venue: whose stored candles are taken.
    Raises NothingRecorded, and NoCandles naming the times.
    """
    recorded = read_recorded(session, start=start, end=end)
    if all(item.given for item in recorded):
        raise NothingRecorded("The session decided on no signal in that time that could be traded.")
    own = config_of_session(session, since=recorded[0].decision.created_at)
    other = changed_config(own, session, changes)
    history = read_history(session, recorded, (own, other), is_part=end is not None, venue=venue)
    columns = signal_columns(recorded, [market.symbol for market in history.markets])
    results = [run_backtest(config, history.markets, session.timeframe, signals=[columns]) for config in (own, other)]
    replayed, changed = (outcomes_of(result) for result in results)
    rows = differences(recorded, replayed, changed)
    return {
        **_scope(session, recorded, history),
        "recorded": recorded_column(recorded, own.account.balance, history.begin, history.end),
        "replayed": replayed_column(results[0], history.begin),
        "changed": replayed_column(results[1], history.begin),
        "strayed": strayed(recorded, replayed),
        "differences_total": len(rows),
        "differences": rows[:MOST_SHOWN],
    }


def changed_config(own: BacktestConfig, session: AutoTradingSession, changes: Mapping[str, Any]) -> BacktestConfig:
    """The session's config with the changes in place of what it was told."""
    told = dataclasses.asdict(own.settings) | {name: changes[name] for name in _SETTINGS if name in changes}
    account = changes.get("account", {})
    least = account.get("min_confidence", float(session.account.min_signal_confidence))
    own_least = changes["min_confidence"] if "min_confidence" in changes else settings_told(session)["min_confidence"]
    plain: dict[str, Any] = {name: float(changes[name]) for name in _PERCENTS if name in changes}
    if "allow_unprotected" in changes:
        plain["allow_unprotected"] = changes["allow_unprotected"]
    return dataclasses.replace(
        own,
        account=dataclasses.replace(
            own.account,
            min_confidence=max(float(least), float(own_least or 0)),
            **{name: account[name] for name in _ACCOUNT if name in account},
        ),
        settings=SessionSettings.read(told),
        **plain,
    )


def _scope(session: AutoTradingSession, recorded: list[Recorded], history: History) -> dict[str, Any]:
    versions = {item.decision.algorithm_id for item in recorded}
    return {
        "session": session.pk,
        "currency": session.account.currency,
        "start": iso(history.begin),
        "end": iso(history.end),
        "timeframe": session.timeframe,
        "detail_timeframe": history.detail_timeframe,
        "missing_candles": history.missing,
        "waiting": history.waiting,
        "left_out": left_out(recorded),
        "versions": len(versions),
    }
