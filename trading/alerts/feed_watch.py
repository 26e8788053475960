"""Watching the market feeds that trades and sessions hang on: one that has fallen silent is told, and its return."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache

from brokers.instruments import instruments_for
from brokers.interface import Quote
from signals.marketdata.quotes import QuoteStore
from trading.alerts import alerts
from trading.market import is_replay, redis_client, wall_now
from trading.models import AlertKind, AutoTradingSession, Severity, StopHolder, Trade, TradeStatus
from trading.sessions.algorithms import current_settings
from trading.sessions.session_hours import entries_open

_REMEMBERED = timedelta(days=1)
_HELD = (TradeStatus.OPEN, TradeStatus.CLOSING)


def watch_feeds() -> dict[str, int]:
    """Tell each owner with open trades or running sessions at a venue whose newest quote is older than FEED_MAX_AGE.

    Once for each outage, and once more when quotes come again. A venue whose markets are closed is not expected to
    speak, nor is one that sessions listen to outside their hours only. Returns how many owners were told of either.
    Raises redis.RedisError.
    """
    quotes = QuoteStore(redis_client())
    told = {"stale": 0, "back": 0}
    for venue, owners in sorted(_listeners().items()):
        age = _age(venue, quotes.all_of(venue))
        if age is None:
            continue
        for owner_id in sorted(owners):
            key = f"feed-stale:{owner_id}:{venue}"
            if age > settings.FEED_MAX_AGE:
                if _minds(owner_id, venue) and cache.get(key) is None:
                    _tell_stale(owner_id, venue, age)
                    cache.set(key, 1, _REMEMBERED.total_seconds())
                    told["stale"] += 1
            elif cache.delete(key):
                _tell_back(owner_id, venue)
                told["back"] += 1
    return told


def _listeners() -> dict[str, set[int]]:
    """Whose trades and sessions hang on which venue."""
    found: dict[str, set[int]] = defaultdict(set)
    sessions = AutoTradingSession.objects.running().values_list("venue", "account__owner_id")
    trades = Trade.objects.filter(status__in=_HELD).values_list("venue", "account__owner_id")
    for rows in (sessions, trades):
        for venue, owner_id in rows.order_by().distinct():
            if venue and not is_replay(venue):
                found[venue].add(owner_id)
    return found


def _minds(owner_id: int, venue: str) -> bool:
    """Whether the silence matters to the owner now: to an open trade, or to a session that may enter."""
    if Trade.objects.filter(account__owner=owner_id, venue=venue, status__in=_HELD).exists():
        return True
    sessions = AutoTradingSession.objects.running().filter(account__owner=owner_id, venue=venue)
    now = wall_now()
    return any(entries_open(current_settings(session).schedule, now) for session in sessions)


def _age(venue: str, quotes: Sequence[Quote]) -> float | None:
    """Seconds since the venue last said anything of a market that is open; None where none of its markets is.

    A venue that has never been heard counts from the first look on.
    """
    now = wall_now().timestamp()
    if not quotes:
        first: float | None = cache.get_or_set(f"feed-unheard:{venue}", now, _REMEMBERED.total_seconds())
        return now - (first or now)
    known = instruments_for([(venue, quote.symbol) for quote in quotes])
    closed = {symbol for (_, symbol), instrument in known.items() if not instrument.is_open}
    heard = [quote.received for quote in quotes if quote.symbol not in closed]
    return now - max(heard) if heard else None


def _tell_stale(owner_id: int, venue: str, age: float) -> None:
    bare = Trade.objects.filter(
        account__owner=owner_id, venue=venue, status__in=_HELD, stop_held=StopHolder.US, stop_loss__isnull=False
    ).count()
    message = f"The feed {venue} has been silent for {age:.0f} s."
    if bare:
        message += f" {bare} open trade{'s' if bare > 1 else ''} there have stops that Signalist watches itself."
    alerts.raise_alert(
        owner_id=owner_id,
        kind=AlertKind.FEED_STALE,
        code="feed_stale",
        severity=Severity.CRITICAL if bare else Severity.WARNING,
        message=message,
        details={"venue": venue, "age_seconds": round(age), "watched_stops": bare},
        dedupe_key=_key(venue),
    )


def _tell_back(owner_id: int, venue: str) -> None:
    alerts.settle(owner_id=owner_id, dedupe_key=_key(venue))
    alerts.raise_alert(
        owner_id=owner_id,
        kind=AlertKind.FEED_STALE,
        code="feed_back",
        severity=Severity.INFO,
        message=f"The feed {venue} is back.",
        details={"venue": venue},
    )


def _key(venue: str) -> str:
    return f"feed_stale:{venue}"
