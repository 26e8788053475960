"""Running the strategies that sessions ask for on a market's latest closed candle."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.db import transaction

from brokers.instruments import instrument_for
from brokers.interface import Instrument
from signals.generate import SignalDraft, StrategyFailure, StrategyRequest, evaluate
from signals.intake import save_draft
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES
from signals.marketdata.window import CandleWindow
from signals.models import Signal
from signals.strategies.registry import strategy_key
from trading import quiet
from trading.alerts import alerts
from trading.feed import events
from trading.market import redis_client
from trading.models import AlertKind, AutoTradingSession, EventType

logger = logging.getLogger(__name__)

_ALERT_EVERY = timedelta(minutes=5)
_SHORTEST_LIFE = timedelta(seconds=30)


def sessions_on(venue: str, symbol: str, timeframe: str) -> list[AutoTradingSession]:
    """Attentive ones: one that is paused or halted runs its strategies, and its decisions say why nothing is traded."""
    sessions = AutoTradingSession.objects.attentive().filter(venue=venue, timeframe=timeframe).select_related("account")
    return [session for session in sessions if not session.symbols or symbol in session.symbols]


def requests_of(sessions: Iterable[AutoTradingSession]) -> list[StrategyRequest]:
    """Each distinct strategy-with-parameters once, however many sessions ask for it."""
    wanted = {
        strategy_key(item["name"], item.get("params", {})): StrategyRequest(item["name"], item.get("params", {}))
        for session in sessions
        for item in session.strategies
    }
    return [wanted[key] for key in sorted(wanted)]


def run_on_recent_window(venue: str, symbol: str, timeframe: str) -> int:
    """`run_strategies` on the candles that Redis holds."""
    return run_strategies(venue, symbol, timeframe, CandleWindow(redis_client()).read(venue, symbol, timeframe))


def run_strategies(
    venue: str,
    symbol: str,
    timeframe: str,
    window: CandleArrays,
    *,
    sessions: Sequence[AutoTradingSession] | None = None,
    owner_id: int | None = None,
) -> int:
    """Evaluate on the window's last candle and save what fires. Safe to repeat: a signal's key can be saved once.

    `sessions` default to those attentive to the market; with `owner_id` the signals belong to that user. A strategy
    that fails raises an alert with the owners of its sessions and stops nothing else. Returns how many signals are new.
    """
    listening = sessions_on(venue, symbol, timeframe) if sessions is None else sessions
    if not listening or not len(window.time):
        return 0
    instrument = _instrument(venue, symbol)
    result = evaluate(
        requests_of(listening),
        window,
        venue=venue,
        symbol=symbol,
        market_type=instrument.market_type if instrument else "SPOT",
        timeframe=timeframe,
    )
    for failure in result.errors:
        _alert(failure, listening)
    return sum(_save(draft, owner_id) is not None for draft in result.signals)


def _instrument(venue: str, symbol: str) -> Instrument | None:
    return instrument_for(venue, symbol)


def _save(draft: SignalDraft, owner_id: int | None) -> Signal | None:
    """The saved signal, or None when it was saved before."""
    lifetime = max(_SHORTEST_LIFE, 2 * timedelta(milliseconds=TIMEFRAMES[draft.timeframe]))
    signal, created = save_draft(draft, owner_id=owner_id, expires_at=draft.market_time + lifetime)
    return signal if created else None


def _alert(failure: StrategyFailure, sessions: Iterable[AutoTradingSession]) -> None:
    """Tell each owner, at most once in five minutes for the same strategy and market."""
    logger.error("strategy %s failed on %s: %s", failure.strategy, failure.symbol, failure.message)
    for owner_id in {session.account.owner_id for session in sessions}:
        key = f"strategy-alert:{owner_id}:{failure.strategy}:{failure.symbol}"
        if not quiet.now_and_then(key, _ALERT_EVERY.total_seconds()):
            continue
        about = {"strategy": failure.strategy, "symbol": failure.symbol}
        message = f"{failure.strategy} failed on {failure.symbol}: {failure.message}"
        payload = {"code": "strategy_error", "message": message, **about}
        with transaction.atomic():
            events.emit(owner_id, [events.Draft(EventType.ERROR, payload)])
            alerts.raise_alert(
                owner_id=owner_id,
                kind=AlertKind.STRATEGY_ERROR,
                code="strategy_error",
                message=message,
                details=about,
                dedupe_key=f"strategy_error:{failure.strategy}:{failure.symbol}"[:120],
            )
