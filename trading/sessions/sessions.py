"""The life of auto-trading sessions: started, paused, resumed, stopped and killed by a person, halted by their limits.

Each step is taken under the account's lock and leads where rules/session_states.py says; repeated, it changes nothing.
All that a session is stands in its row, so it survives every restart. Making and changing them: session_edit.py.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from trading import queueing
from trading.accounts.account_checks import AccountConflict
from trading.killswitch import enforcement
from trading.market import wall_now
from trading.models import Account, AutoTradingSession, SessionStatus
from trading.rules.session_states import PAUSE, RESUME, START, STOP
from trading.sessions import session_steps
from trading.sessions.session_edit import (
    DEFAULT_RISK,
    DEFAULT_STRATEGIES,
    add_session,
    create_default_sessions,
    create_session,
    delete_session,
    update_session,
)
from trading.sessions.session_steps import Halt, Step

__all__ = [
    "DEFAULT_RISK",
    "DEFAULT_STRATEGIES",
    "add_session",
    "count_anew",
    "create_default_sessions",
    "create_session",
    "delete_session",
    "end_replay",
    "enforce_kill",
    "halt",
    "kill",
    "pause",
    "resume",
    "start",
    "start_sessions",
    "stop",
    "stop_all",
    "take_all",
    "update_session",
]

logger = logging.getLogger(__name__)

# Whom a step for all sessions means. Who was halted is resumed by itself, after a look at why.
_MEANT = {
    START: (SessionStatus.STOPPED, SessionStatus.PAUSED),
    PAUSE: (SessionStatus.RUNNING,),
    RESUME: (SessionStatus.PAUSED,),
    STOP: (SessionStatus.RUNNING, SessionStatus.PAUSED, SessionStatus.HALTED),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A session that a step for all of them did not reach, and why."""

    session: int
    code: str
    message: str


# --- one session, by a person


def start(*, session_id: int, reason: str = "") -> AutoTradingSession:
    """Set a stopped or paused session running; its peak and its losses in a row are counted from now on.

    Raises AccountConflict: `session_halted`, `kill_switch_engaged`, `limit_reached` (today's loss), `account_closed`.
    """
    return _take(session_id, START, reason)


def stop(*, session_id: int, reason: str = "") -> AutoTradingSession:
    """No more signals are heard. Open trades run to their exits."""
    return _take(session_id, STOP, reason)


def pause(*, session_id: int, reason: str = "") -> AutoTradingSession:
    """Decide on signals, and trade none. Raises AccountConflict where it does not run."""
    return _take(session_id, PAUSE, reason)


def resume(*, session_id: int, reason: str = "") -> AutoTradingSession:
    """Set a paused or halted session running; its peak and its losses in a row are counted from now on.

    Raises AccountConflict as `start` does, and for a stopped one.
    """
    return _take(session_id, RESUME, reason)


def kill(*, session_id: int, reason: str = "", close_positions: bool = False) -> AutoTradingSession:
    """Halt the session until a person resumes it, take its entries back, and with `close_positions` close what is open.

    Works on a stopped one, too: what it left under way ends. Carried out again until nothing is left.
    """
    with transaction.atomic():
        account, session = _lock(session_id)
        step = session_steps.kill(session, reason[:200], close_positions)
        transaction.on_commit(partial(_begin_enforcing, session.pk))
        if step is not None:
            session_steps.tell(account, [step])
    return session


def enforce_kill(session_id: int) -> int:
    """Take back what a killed session has under way. Returns how many of its trades are left; safe to repeat."""
    session = AutoTradingSession.objects.get(pk=session_id)
    if session.status in (SessionStatus.RUNNING, SessionStatus.PAUSED):
        return 0  # a person resumed it
    return enforcement.enforce_session(session_id, session.kill_closes_positions)


def _begin_enforcing(session_id: int) -> None:
    """By a worker; while none can be reached, here. What fails is found by the watch (limits.py)."""
    if queueing.send("trading.enforce_session", session_id):
        return
    try:
        enforce_kill(session_id)
    except Exception:
        logger.exception("session %s: its kill could not be carried out yet", session_id)


def halt(
    *,
    session_id: int,
    limit: str,
    reason: str,
    until: datetime | None = None,
    details: Mapping[str, Any] | None = None,
) -> bool:
    """Halt a running or paused session at `limit`; it runs again at `until` (market time), or when a person says so.

    False where it neither runs nor is paused: a halted one keeps the limit that halted it first.
    """
    with transaction.atomic():
        account, session = _lock(session_id)
        step = session_steps.halt(session, Halt(limit, reason, until, details or {}))
        if step is not None:
            session_steps.tell(account, [step])
    return step is not None


def _take(session_id: int, action: str, reason: str) -> AutoTradingSession:
    with transaction.atomic():
        account, session = _lock(session_id)
        step = session_steps.take(account, session, action, reason[:200])
        if step is not None:
            session_steps.tell(account, [step])
    return session


def _lock(session_id: int) -> tuple[Account, AutoTradingSession]:
    account_id = AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=session_id)
    account = Account.objects.locked().get(pk=account_id)
    session = AutoTradingSession.objects.get(pk=session_id)
    session.account = account
    return account, session


# --- all of an owner's sessions


def take_all(
    *, owner_id: int, action: str, account_id: int | None = None, reason: str = ""
) -> tuple[list[AutoTradingSession], list[Refusal]]:
    """START, STOP, PAUSE or RESUME for all of the owner's sessions (or the account's), paper twins aside.

    Returns those that changed, and those that could not. Raises AccountConflict `kill_switch_engaged`.
    """
    steps: list[Step] = []
    refused: list[Refusal] = []
    with transaction.atomic():
        owned = Account.objects.open().filter(owner=owner_id)
        wanted = owned if account_id is None else owned.filter(pk=account_id)
        accounts = {account.pk: account for account in Account.objects.locked().filter(pk__in=wanted.values("pk"))}
        if action in (START, RESUME):
            session_steps.need_no_kill_switch(owner_id)
        listed = AutoTradingSession.objects.filter(account__in=accounts, shadow_of=None)
        for session in listed.order_by("account_id", "pk"):
            session.account = accounts[session.account_id]
            try:
                step = _step_if_meant(session, action, reason)
            except AccountConflict as error:
                refused.append(Refusal(session.pk, error.code, str(error)))
                continue
            if step is not None:
                steps.append(step)
        for account in accounts.values():
            own = [step for step in steps if step.session.account_id == account.pk]
            if own:
                session_steps.tell(account, own)
    return [step.session for step in steps], refused


def start_sessions(account: Account) -> int:
    """Set the account's stopped and paused sessions running; a halted one stays halted. Returns how many."""
    changed, _ = take_all(owner_id=account.owner_id, action=START, account_id=account.pk)
    return len(changed)


def stop_all(account: Account, reason: str) -> None:
    """Stop all of the account's sessions. The caller tells of it."""
    _stop_each(account, account.sessions.exclude(status=SessionStatus.STOPPED), reason)


def end_replay(account: Account, venue: str) -> None:
    """Stop the sessions of a replay that is over. One that was halted keeps its reason, to be looked at."""
    live = account.sessions.filter(venue=venue, status__in=[SessionStatus.RUNNING, SessionStatus.PAUSED])
    _stop_each(account, live, "The replay has ended.")


def _stop_each(account: Account, which: "QuerySet[AutoTradingSession]", reason: str) -> None:
    with transaction.atomic():
        Account.objects.locked().get(pk=account.pk)
        for session in which.order_by("pk"):
            session_steps.put(session, SessionStatus.STOPPED, reason)


def count_anew(account: Account) -> None:
    """The account's money was set anew: peaks and losses in a row start from it. Call it under the account's lock."""
    account.sessions.update(peak_equity=account.equity, streak_since=wall_now(), near_limits=[])


def _step_if_meant(session: AutoTradingSession, action: str, reason: str) -> Step | None:
    if session.status in _MEANT[action]:
        return session_steps.take(session.account, session, action, reason)
    if session.status == SessionStatus.HALTED and action in (START, RESUME):
        raise session_steps.refusal(session)
    return None
