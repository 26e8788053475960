"""Watching the limits of running sessions: who reaches one is halted, who comes near is told.

The gates keep each trade within the limits, under the account's lock; this is what follows for the session. A reading
takes no lock and a handful of queries; only where something is to be done is the account locked and all read again.
"""

import logging
import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from trading import queueing
from trading.alerts import alerts
from trading.killswitch import killswitch
from trading.market import REPLAY_PREFIX, wall_now
from trading.models import Account, AlertKind, AutoTradingSession, SessionStatus, Trade, TradeStatus
from trading.models.fields import to_money
from trading.rules.schedule import next_day_start
from trading.sessions import session_steps
from trading.sessions.algorithms import current_settings, new_version
from trading.sessions.limit_figures import Figures, read_figures
from trading.sessions.limit_uses import DRAWDOWN, HALTING, LOSSES, LimitUse, limit_uses
from trading.sessions.session_steps import KILL_SWITCH, Halt, Step

logger = logging.getLogger(__name__)

NEAR = 80.0  # percent of a limit from which it is told
_CLEAR = 70.0  # and below which, if it is reached again, it is told again
_AT_ONCE = 200


def check_limits(*, account_id: int, now: datetime | None = None, venue: str = "") -> list[int]:
    """Halt the account's running sessions that have reached a limit; returns their ids. Safe to run twice or at once.

    A replay names its venue and its time (market time); without, all sessions are looked at but replays'.
    """
    running = _running().filter(account=account_id)
    return _check(running.filter(venue=venue) if venue else running.exclude(venue__startswith=REPLAY_PREFIX), now)


def watch_sessions(now: datetime | None = None) -> dict[str, int]:
    """Every session's turn, a few seconds apart: halts that are over end, limits are checked, kills carried out.

    Returns how many of each.
    """
    resumed = resume_due(now=now)
    live = _running().exclude(venue__startswith=REPLAY_PREFIX)
    for session in live.filter(algorithm=None):
        _give_version(session)
    halted = [pk for chunk in _chunks(live) for pk in _check(chunk, now)]
    return {"resumed": len(resumed), "halted": len(halted), "killed": _sweep_kills()}


def resume_due(*, now: datetime | None = None, venue: str = "") -> list[int]:
    """Set sessions running again whose halt has ended by `now` (market time); returns their ids.

    A kill switch that is engaged keeps them halted until it is lifted. A replay names its venue.
    """
    due = AutoTradingSession.objects.filter(status=SessionStatus.HALTED, halted_until__lte=now or wall_now())
    due = due.filter(venue=venue) if venue else due.exclude(venue__startswith=REPLAY_PREFIX)
    found = due.order_by("account_id").values_list("account_id", flat=True).distinct()
    return [pk for account_id in list(found) for pk in _wake(account_id, due)]


@transaction.atomic
def _wake(account_id: int, due: "QuerySet[AutoTradingSession]") -> list[int]:
    account = Account.objects.locked().get(pk=account_id)
    if account.is_closed or killswitch.engaged(account.owner_id) is not None:
        return []
    steps = [
        step
        for session in due.filter(account=account).order_by("pk")
        if (step := session_steps.wake(session)) is not None
    ]
    if steps:
        session_steps.tell(account, steps)
    return [step.session.pk for step in steps]


def _running() -> "QuerySet[AutoTradingSession]":
    return AutoTradingSession.objects.running().filter(shadow_of=None).select_related("account").order_by("pk")


def _chunks(found: "QuerySet[AutoTradingSession]") -> Iterator[list[AutoTradingSession]]:
    last = 0
    while chunk := list(found.filter(pk__gt=last)[:_AT_ONCE]):
        yield chunk
        last = chunk[-1].pk


@transaction.atomic
def _give_version(session: AutoTradingSession) -> None:
    """One that ran before there were versions."""
    Account.objects.locked().get(pk=session.account_id)
    new_version(AutoTradingSession.objects.get(pk=session.pk))


# --- reading


def _check(running: Iterable[AutoTradingSession], now: datetime | None) -> list[int]:
    watched = [session for session in running if _may_halt(session)]
    figures = read_figures(watched, now=now)
    _raise_peaks(watched, figures)
    uses = {item.pk: _halting(item, figures[item.pk]) for item in watched if item.pk in figures}
    due = [item for item in watched if item.pk in uses and _is_due(item, uses[item.pk])]
    halted: list[int] = []
    for account_id in sorted({session.account_id for session in due}):
        try:
            halted += _act(account_id, [item.pk for item in due if item.account_id == account_id], now)
        except Exception:
            logger.exception("account %s: its sessions' limits could not be acted upon", account_id)
    return halted


def _may_halt(session: AutoTradingSession) -> bool:
    return any(session.risk.get(name) is not None for name in HALTING)


def _halting(session: AutoTradingSession, figures: Figures) -> list[LimitUse]:
    return [use for use in limit_uses(session, figures) if use.name in HALTING]


def _is_due(session: AutoTradingSession, uses: Sequence[LimitUse]) -> bool:
    return any(_reached(use) for use in uses) or _near(session, uses) != list(session.near_limits)


def _reached(use: LimitUse) -> bool:
    return use.percent is not None and use.percent >= 100.0


def _near(session: AutoTradingSession, uses: Sequence[LimitUse]) -> list[str]:
    """The limits that are to be told of as near, with those that were and are not clear of it yet."""
    told = session.near_limits

    def is_near(use: LimitUse) -> bool:
        if use.percent is None:
            return use.name in told
        return use.percent >= (_CLEAR if use.name in told else NEAR)

    return sorted(use.name for use in uses if is_near(use))


def _raise_peaks(sessions: Iterable[AutoTradingSession], figures: dict[int, Figures]) -> None:
    """Only from what was read: who resumed or reset meanwhile counts from another peak, and what was booked meanwhile
    may be in the equity twice, or not at all.
    """
    for session in sessions:
        equity = figures[session.pk].equity if session.pk in figures else math.nan
        if session.risk.get(DRAWDOWN) is not None and equity > float(session.peak_equity):
            same = AutoTradingSession.objects.filter(
                pk=session.pk,
                peak_equity=session.peak_equity,
                streak_since=session.streak_since,
                account__ledger_sequence=session.account.ledger_sequence,
            )
            same.update(peak_equity=to_money(equity))


# --- acting, under the account's lock


@transaction.atomic
def _act(account_id: int, session_ids: Sequence[int], now: datetime | None) -> list[int]:
    account = Account.objects.locked().get(pk=account_id)
    sessions = list(_running().filter(pk__in=session_ids))
    figures = read_figures(sessions, now=now)
    steps: list[Step] = []
    near: list[tuple[AutoTradingSession, LimitUse]] = []
    for session in sessions:
        uses = _halting(session, figures[session.pk])
        if reached := [use for use in uses if _reached(use)]:
            step = session_steps.halt(session, _halt(session, figures[session.pk], reached))
            steps += [step] if step is not None else []
        elif (names := _near(session, uses)) != list(session.near_limits):
            near += [(session, use) for use in uses if use.name in set(names) - set(session.near_limits)]
            session.near_limits = names
            session.save(update_fields=["near_limits"])
    if steps:
        session_steps.tell(account, steps)
    for session, use in near:
        _tell_near(session, use)
    return [step.session.pk for step in steps]


def _halt(session: AutoTradingSession, figures: Figures, reached: Sequence[LimitUse]) -> Halt:
    """By the limit that holds longest, where several are reached at once."""
    ends = {use.name: _until(session, use.name, figures.moment) for use in reached}
    use = max(reached, key=lambda item: (ends[item.name] is None, ends[item.name] or figures.moment))
    details = {
        "figure": use.figure,
        "limit": use.limit,
        "equity": figures.equity if math.isfinite(figures.equity) else None,
        "peak_equity": float(session.peak_equity),
    }
    return Halt(use.name, use.message, ends[use.name], details)


def _until(session: AutoTradingSession, limit: str, now: datetime) -> datetime | None:
    """A day's loss is over at local midnight, losses in a row after the cool-down; a drawdown when a person says so."""
    settings = current_settings(session)
    if limit == DRAWDOWN:
        return None
    if limit == LOSSES:
        minutes = settings.risk.cool_down_minutes
        return now + timedelta(minutes=minutes) if minutes > 0 else None
    return next_day_start(now, settings.schedule.time_zone)


def _tell_near(session: AutoTradingSession, use: LimitUse) -> None:
    alerts.raise_alert(
        owner_id=session.account.owner_id,
        kind=AlertKind.DRAWDOWN_NEAR if use.name == DRAWDOWN else AlertKind.LIMIT_NEAR,
        code=f"near_{use.name}",
        message=f"{session.name} is at {use.percent:.0f} % of a limit: {use.message}",
        account_id=session.account_id,
        session_id=session.pk,
        details={"limit": use.name, "figure": use.figure, "maximum": use.limit},
    )


# --- kills that are not carried out yet


def _sweep_kills() -> int:
    """Sessions that were killed and have something under way still, as after a crash: it is taken back again."""
    own = Trade.objects.filter(session=OuterRef("pk"))
    killed = Q(status=SessionStatus.HALTED, halted_by=KILL_SWITCH) & Exists(own.filter(status=TradeStatus.PENDING))
    closing = Q(kill_closes_positions=True) & Exists(own.filter(status__in=[TradeStatus.PENDING, TradeStatus.OPEN]))
    found = AutoTradingSession.objects.filter(killed | closing).exclude(venue__startswith=REPLAY_PREFIX)
    left = list(found.values_list("pk", flat=True))
    for session_id in left:
        queueing.send("trading.enforce_session", session_id)
    return len(left)
