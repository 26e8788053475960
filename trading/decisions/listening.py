"""Which sessions hear a signal."""

from typing import Protocol

from signals.marketdata.timeframes import TIMEFRAMES
from signals.models import Signal, SignalSource
from trading.models import AutoTradingSession
from trading.rules import horizons

# What the question needs of a session; a decision reads the whole row again, under its account's lock.
_FIELDS = (
    "account_id",
    "venue",
    "timeframe",
    "symbols",
    "sources",
    "market_types",
    "timeframes",
    "strategy_keys",
    "risk",
    "account__owner_id",
    "account__broker",
    "account__mode",
)


class Heard(Protocol):
    """What a session's filters look at."""

    @property
    def venue(self) -> str: ...
    @property
    def symbol(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def market_type(self) -> str: ...
    @property
    def strategy_key(self) -> str: ...
    @property
    def timeframe(self) -> str: ...


def listens(session: AutoTradingSession, signal: Heard) -> bool:
    """Whether the session's filters let the signal through. An empty filter admits everything."""
    if signal.source == SignalSource.STRATEGY:
        own = signal.strategy_key in session.strategy_keys and signal.timeframe == session.timeframe
    else:
        own = not session.timeframes or signal.timeframe in session.timeframes
    return own and admits(session, signal)


def admits(session: AutoTradingSession, signal: Heard) -> bool:
    """Whether the market, the source and the kind of market fit, whoever made it and for whichever timeframe."""
    return (
        (not signal.venue or signal.venue == session.venue)
        and (not session.symbols or signal.symbol in session.symbols)
        and (not session.sources or signal.source in session.sources)
        and (not session.market_types or signal.market_type in session.market_types)
    )


def listening_sessions(signal: Signal) -> list[AutoTradingSession]:
    """Attentive sessions that hear the signal: its owner's for an owned one, everybody's for a built-in strategy's.

    By account, then by age; with few of their fields. A paper twin hears nothing: it takes its session's decisions.
    """
    sessions = AutoTradingSession.objects.attentive().filter(shadow_of=None).select_related("account").only(*_FIELDS)
    if signal.venue:
        sessions = sessions.filter(venue=signal.venue)
    if signal.owner_id is not None:
        sessions = sessions.filter(account__owner=signal.owner_id)
    return [session for session in sessions.order_by("account_id", "pk") if listens(session, signal)]


def horizon_of(timeframe: str, session: AutoTradingSession) -> int:
    """The horizon of a signal's timeframe; a signal that names none takes the session's."""
    return horizons.horizon_of(TIMEFRAMES.get(timeframe) or TIMEFRAMES.get(session.timeframe) or horizons.HOUR)


def hears_several_horizons(session: AutoTradingSession) -> bool:
    """Whether signals of more than one horizon can reach the session."""
    if session.timeframes:
        return len({horizon_of(timeframe, session) for timeframe in (session.timeframe, *session.timeframes)}) > 1
    return list(session.sources) != [SignalSource.STRATEGY]
