"""The steps of a session's life, for who holds its account's lock: where the row goes, and what is told of it.

Which steps there are from where: rules/session_states.py. The services that lock and take them: sessions.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import redis

from trading.accounts.account_checks import AccountClosed, AccountConflict, announce
from trading.accounts.valuation import attach_valuation
from trading.alerts import alerts
from trading.audit import audit
from trading.feed import events
from trading.killswitch import killswitch
from trading.market import is_replay, market_now, quotes, wall_now
from trading.models import Account, AlertKind, AutoTradingSession, EventType, SessionStatus
from trading.rules.session_states import HALT, KILL, PAUSE, RESUME, START, STOP, next_status
from trading.sessions.algorithms import current_settings, new_version
from trading.sessions.limit_figures import Figures, read_figures
from trading.sessions.limit_uses import DAILY_LOSSES, DRAWDOWN, limit_uses

KILL_SWITCH = "kill_switch"
_WAKE = "WAKE"  # a resume that no person asked for
_TOLD = ("status", "status_reason", "halted_by", "halted_until")
_LIFE = [
    "status",
    "status_reason",
    "started_at",
    "halted_by",
    "halted_at",
    "halted_until",
    "kill_closes_positions",
    "near_limits",
    "peak_equity",
    "streak_since",
]
_DONE = {
    START: "session.started",
    STOP: "session.stopped",
    PAUSE: "session.paused",
    RESUME: "session.resumed",
    _WAKE: "session.resumed",
    KILL: "session.killed",
    HALT: "session.halted",
}


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a session is halted: the limit (a setting's name), in words, and until when (market time; None: a person)."""

    limit: str
    reason: str
    until: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """What was done to a session, and how it stood before."""

    session: AutoTradingSession
    action: str
    before: dict[str, Any]
    halt: Halt | None = None


def take(account: Account, session: AutoTradingSession, action: str, reason: str) -> Step | None:
    """The step to where `action` leads; None where the session is there already. Raises AccountConflict."""
    status = next_status(session.status, action)
    if status is None:
        raise refusal(session)
    if status == session.status:
        return None
    before = audit.state(session, _TOLD)
    if status == SessionStatus.RUNNING:
        _need_may_run(account, session)
        session.peak_equity, session.streak_since = _equity(account), market_time(session)
        session.started_at = wall_now() if action == START else session.started_at
    put(session, SessionStatus(status), reason)
    return Step(session, action, before)


def wake(session: AutoTradingSession) -> Step | None:
    """Set a session running whose halt is over by itself. Its peak stays: a drawdown is not forgiven by waiting."""
    if session.status != SessionStatus.HALTED:
        return None
    before = audit.state(session, _TOLD)
    session.streak_since = market_time(session)
    put(session, SessionStatus.RUNNING, "")
    return Step(session, _WAKE, before)


def halt(session: AutoTradingSession, why: Halt) -> Step | None:
    """Halt it; what does not run by then does not run again by itself."""
    if next_status(session.status, HALT) is None:
        return None
    before = audit.state(session, _TOLD)
    until = why.until if session.status == SessionStatus.RUNNING else None
    session.halted_by, session.halted_at, session.halted_until = why.limit, market_time(session), until
    put(session, SessionStatus.HALTED, why.reason[:200])
    return Step(session, HALT, before, why)


def kill(session: AutoTradingSession, reason: str, close_positions: bool) -> Step | None:
    """Halt it for good, a halted one too; a stopped one stays stopped. None where all that is so already."""
    before = audit.state(session, (*_TOLD, "kill_closes_positions"))
    status, killed = next_status(session.status, KILL), session.halted_by == KILL_SWITCH
    session.kill_closes_positions = session.kill_closes_positions or close_positions
    if status == SessionStatus.HALTED:
        if session.status != SessionStatus.HALTED:
            session.halted_at = market_time(session)
        # A cool-down that is on ends no more by itself.
        session.halted_by, session.halted_until = KILL_SWITCH, None
    told = session.status_reason if killed or status == SessionStatus.STOPPED else "Killed by hand."
    put(session, SessionStatus(status or session.status), reason or told)
    after = audit.state(session, (*_TOLD, "kill_closes_positions"))
    return Step(session, KILL, before) if after != before else None


def put(session: AutoTradingSession, status: SessionStatus, reason: str) -> None:
    """Write where the session stands; one that is not halted carries no halt."""
    session.status, session.status_reason = status, reason
    if status != SessionStatus.HALTED:
        session.halted_by, session.halted_at, session.halted_until = "", None, None
    if status == SessionStatus.RUNNING:
        session.kill_closes_positions, session.near_limits = False, []
        if session.algorithm_id is None and session.shadow_of_id is None:
            new_version(session)
    session.save(update_fields=_LIFE)


def _need_may_run(account: Account, session: AutoTradingSession) -> None:
    if account.is_closed:
        raise AccountClosed
    need_no_kill_switch(account.owner_id)
    if not {*DAILY_LOSSES} & {*session.risk}:
        return
    for figures in read_figures([session], now=market_time(session)).values():
        _need_loss_within(session, figures)


def _need_loss_within(session: AutoTradingSession, figures: Figures) -> None:
    for use in limit_uses(session, figures):
        if use.name in DAILY_LOSSES and use.percent is not None and use.percent >= 100.0:
            raise AccountConflict("limit_reached", f"{use.message} It holds until midnight ({_zone(session)}).")


def need_no_kill_switch(owner_id: int) -> None:
    """Raises AccountConflict while the owner's kill switch, or the one for everybody, is engaged."""
    if (switch := killswitch.engaged(owner_id)) is not None:
        why = f" ({switch.reason})" if switch.reason else ""
        raise AccountConflict("kill_switch_engaged", f"The kill switch is engaged{why}; lift it first.")


def refusal(session: AutoTradingSession) -> AccountConflict:
    """Why a step does not lead anywhere from where the session is."""
    if session.status == SessionStatus.HALTED:
        by = session.halted_by.replace("_", " ")
        return AccountConflict("session_halted", f"The session was halted by its {by}; resume it first.")
    return AccountConflict("session_not_running", f"The session is {session.status.lower()}; start it first.")


def _zone(session: AutoTradingSession) -> str:
    return current_settings(session).schedule.time_zone


def _equity(account: Account) -> Decimal:
    """Cash and what is open at the latest quotes; while these cannot be read, as it was last marked."""
    try:
        attach_valuation([account])
    except (redis.RedisError, OSError):
        return account.equity
    return account.balance + account.unrealized_pnl + account.tied_up  # type: ignore[attr-defined, no-any-return]


def market_time(session: AutoTradingSession) -> datetime:
    """The time at the session's venue: a replay's is its quotes'."""
    if not is_replay(session.venue) or not session.symbols:
        return wall_now()
    return market_now(session.venue, quotes().get(session.venue, session.symbols[0]))


# --- telling of it


def tell(account: Account, steps: Sequence[Step]) -> None:
    """Tell the owner of the account's steps: how things stand, who did it, and what he should look at.

    Call it last in a transaction.
    """
    announce(account)
    for step in steps:
        session = step.session
        if step.halt is not None and step.halt.limit == DRAWDOWN:
            payload = {
                "session": session.pk,
                "session_name": session.name,
                "message": step.halt.reason,
                **step.halt.details,
            }
            events.emit(account.owner_id, [events.Draft(EventType.DRAWDOWN_LIMIT, payload, account.pk)])
        audit.record(
            owner_id=account.owner_id,
            action=_DONE[step.action],
            subject=f"session {session.pk}",
            before=step.before,
            after=audit.state(session, step.before),
            account_id=account.pk,
        )
        _alert(account, step)


def _alert(account: Account, step: Step) -> None:
    session = step.session
    if step.halt is not None:
        kind, code, message = AlertKind.HALTED, f"halted_{step.halt.limit}"[:40], step.halt.reason
    elif step.action == KILL:
        kind, code, message = AlertKind.KILL_SWITCH, "session_killed", session.status_reason
    elif step.action == _WAKE:
        kind, code, message = AlertKind.RESUMED, "session_resumed", "It runs again: the pause after its halt is over."
    else:
        return
    details = dict(step.halt.details) if step.halt is not None else {}
    alerts.raise_alert(
        owner_id=account.owner_id,
        kind=kind,
        code=code,
        message=f"{session.name}: {message}",
        account_id=account.pk,
        session_id=session.pk,
        details=details,
    )
