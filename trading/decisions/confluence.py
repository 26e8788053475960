"""Other horizons' word on a market: the signals that are still alive in it, for longer trades and for shorter ones."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import Direction, Signal, SignalSource, SignalStatus
from trading.decisions.listening import admits, horizon_of, listens
from trading.models import AutoTradingSession
from trading.prepared import Prepared
from trading.rules import horizons

_MOST = 1000
_ALIVE = Prepared(
    lambda venues, symbols, nows, again: (
        Signal.objects.filter(venue__in=venues, symbol__in=symbols, expires_at__gt=nows[0], market_time__lte=again[0])
        .exclude(status=SignalStatus.CANCELLED)
        .order_by("-market_time", "-pk")
        .only(
            "venue", "symbol", "source", "market_type", "strategy_key", "timeframe", "owner", "direction", "confidence"
        )[:_MOST]
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """What a signal says of its market; `confidence` is a fraction, below 0 when it is for going short.

    `horizon` is None for a signal that names no timeframe: it has the horizon of the session that hears it.
    """

    venue: str
    symbol: str
    source: str
    market_type: str
    strategy_key: str
    timeframe: str
    owner_id: int | None
    confidence: float
    horizon: int | None


def words_on(venue: str, symbol: str, now: datetime) -> list[Word]:
    """The signals alive on the market at `now` (market time), the latest first. One query, of those alive alone."""
    return [
        Word(
            venue=signal.venue,
            symbol=signal.symbol,
            source=signal.source,
            market_type=signal.market_type,
            strategy_key=signal.strategy_key,
            timeframe=signal.timeframe,
            owner_id=signal.owner_id,
            confidence=float(signal.confidence) * (1.0 if signal.direction == Direction.LONG else -1.0),
            horizon=_horizon(signal.timeframe),
        )
        for signal in _ALIVE([venue, ""], [symbol], [now], [now])
    ]


def _horizon(timeframe: str) -> int | None:
    return horizons.horizon_of(TIMEFRAMES[timeframe]) if timeframe in TIMEFRAMES else None


def effective_confidence(
    signal: Signal, session: AutoTradingSession, owner_id: int, words: Collection[Word], weights: Mapping[str, float]
) -> float:
    """The signal's confidence with the other horizons' weighed in: of each, the latest that the session can hear.

    `owner_id` is the session's owner, who hears the built-in strategies' signals and his own.
    """
    if not words:
        return float(signal.confidence)
    own = horizon_of(signal.timeframe, session)
    sign = 1.0 if signal.direction == Direction.LONG else -1.0
    others = np.full(len(horizons.HORIZONS), math.nan)
    for word in words:
        at = horizon_of("", session) if word.horizon is None else word.horizon
        if at != own and math.isnan(others[at]) and word.owner_id in (None, owner_id) and _hears(session, word):
            others[at] = sign * word.confidence
    by_horizon = np.array([weights.get(name, 0.0) for name in horizons.HORIZONS])
    return float(horizons.weighted_confidence(float(signal.confidence), own, others, by_horizon))


def _hears(session: AutoTradingSession, word: Word) -> bool:
    """A strategy that another session runs is heard where its timeframe is asked for by name."""
    if word.source == SignalSource.STRATEGY and word.timeframe in session.timeframes:
        return admits(session, word)
    return listens(session, word)
