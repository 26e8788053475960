"""What a session's recent trades say of it. Each figure is one indexed query, whatever the length of its past."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

from django.db import connection
from django.db.models import F

from trading.decisions.holdings import Holding
from trading.market import is_replay
from trading.models import AutoTradingSession, Trade, TradeStatus
from trading.models.fields import from_units
from trading.rules.pnl import unit_value
from trading.rules.schedule import day_start
from trading.sessions.session_settings import RiskLimits

_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_SHOWN = 50
_TODAY = """
    SELECT session_id, SUM(CASE WHEN opened_at >= %s THEN 1 ELSE 0 END), SUM(realized_pnl) FROM trading_trade
    WHERE status = 'CLOSED' AND session_id IN ({}) AND closed_at >= %s GROUP BY session_id"""
_LATEST = """
    SELECT * FROM (
        SELECT id, session_id, realized_pnl, closed_at FROM trading_trade
        WHERE session_id = %s AND status = 'CLOSED' AND closed_at >= %s ORDER BY closed_at DESC LIMIT %s
    ) AS latest"""


@dataclass(frozen=True, slots=True)
class ClosedToday:
    """Trades closed since the day began: `opened` of them were opened in it too; `pnl` is net, account currency."""

    opened: int = 0
    pnl: float = 0.0


@dataclass(frozen=True, slots=True)
class Streak:
    """Losses in a row up to now, and when the last trade closed (market time; None: none has)."""

    losses: int = 0
    last_closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A session's day so far: trades opened, net P&L with what is open, and the account's balance as it began.

    Money in account currency. An entry on its way is today's.
    """

    opened: int
    pnl: float
    balance_at_start: float


def day_so_far(
    start: datetime, held: Iterable[Holding], closed: ClosedToday | None, unrealized: float, balance: float
) -> Day:
    """From the session's live trades, their unrealized P&L, what it closed since `start`, and the balance now."""
    own = list(held)
    booked = sum((item.realized for item in own), closed.pnl if closed else 0.0)
    opened = sum(item.opened_at is None or item.opened_at >= start for item in own)
    return Day(opened + (closed.opened if closed else 0), booked + unrealized, balance - booked)


def day_began(session: AutoTradingSession, moment: datetime, time_zone: str) -> datetime:
    """When the day of `moment` (market time) began for the session: at midnight there, or with its account's reset if
    that was later. A replay's time is another than the reset's.
    """
    midnight, reset = day_start(moment, time_zone), session.account.reset_at
    return midnight if reset is None or is_replay(session.venue) else max(midnight, reset)


def closed_today(day_starts: Mapping[int, datetime]) -> dict[int, ClosedToday]:
    """By session, given when the day of each began (aware, market time). Sessions without any are left out."""
    sessions: dict[datetime, list[int]] = defaultdict(list)
    for session_id, start in day_starts.items():
        sessions[start].append(session_id)
    parts, asked = [], []
    for start, ids in sessions.items():
        since = connection.ops.adapt_datetimefield_value(start)
        parts.append(_TODAY.format(", ".join(["%s"] * len(ids))))
        asked += [since, *ids, since]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), asked)
        return {pk: ClosedToday(int(opened), float(from_units(pnl))) for pk, opened, pnl in cursor.fetchall()}


def losing_streaks(sessions: Collection[AutoTradingSession]) -> dict[int, Streak]:
    """By session: the losses since the last trade that was none, or since `streak_since` if that is later.

    No more are counted than the session's limit, or 50 without one. One statement, in which the index is read backwards
    for each session: a count would read its whole past where the database takes that for the shorter way.
    """
    if not sessions:
        return {}
    asked: list[Any] = []
    for session in sessions:
        since = connection.ops.adapt_datetimefield_value(session.streak_since or _EVER)
        asked += [session.pk, since, RiskLimits.read(session.risk).max_consecutive_losses or _MOST_SHOWN]
    latest: dict[int, list[Trade]] = {session.pk: [] for session in sessions}
    for trade in Trade.objects.raw(" UNION ALL ".join([_LATEST] * len(latest)), asked):
        latest[trade.session_id or 0].append(trade)
    return {pk: _streak(trades) for pk, trades in latest.items()}


def _streak(trades: list[Trade]) -> Streak:
    in_order = sorted(trades, key=lambda trade: (trade.closed_at or _EVER, trade.pk), reverse=True)
    losses = sum(1 for _ in takewhile(lambda trade: trade.realized_pnl < 0, in_order))
    return Streak(losses, in_order[0].closed_at if in_order else None)


def recent_returns(session_id: int, count: int) -> list[float]:
    """The session's last `count` closed trades' net P&L as fractions of their notional at the entry, latest first."""
    rows = (
        Trade.objects.filter(
            session=session_id, status=TradeStatus.CLOSED, closed_at__isnull=False, entry_price__isnull=False
        )
        .order_by(F("closed_at").desc())
        .values_list("realized_pnl", "quantity", "entry_price", "contract_size", "inverse", "market_type")[:count]
    )
    found = []
    for pnl, quantity, entry, size, inverse, market_type in rows:
        unit = 1.0 if market_type == "CONTRACT" else unit_value(inverse, float(entry or 0), float(size))
        if (notional := float(quantity) * unit) > 0.0:
            found.append(float(pnl) / notional)
    return found
