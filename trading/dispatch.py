"""From a saved Signal to a decision in every session that listens to it."""

import logging

from django.db import transaction

from signals.models import Signal, SignalSource, SignalStatus
from trading import events, queueing
from trading.decide import decide
from trading.execution import execute_order
from trading.market import wall_now
from trading.models import AutoTradingSession, EventType, OrderStatus, Verdict
from trading.serializers import render_signal

logger = logging.getLogger(__name__)


def listens(session: AutoTradingSession, signal: Signal) -> bool:
    """Whether the session's filters let the signal through. An empty filter admits everything."""
    return (
        (not signal.venue or signal.venue == session.venue)
        and (not session.symbols or signal.symbol in session.symbols)
        and (not session.sources or signal.source in session.sources)
        and (not session.market_types or signal.market_type in session.market_types)
        and (signal.source != SignalSource.STRATEGY or signal.strategy_key in session.strategy_keys)
        and (signal.source != SignalSource.STRATEGY or signal.timeframe == session.timeframe)
    )


def listening_sessions(signal: Signal) -> list[AutoTradingSession]:
    """Attentive sessions that hear the signal: its owner's for an owned one, everybody's for a built-in strategy's."""
    sessions = AutoTradingSession.objects.attentive().select_related("account")
    if signal.venue:
        sessions = sessions.filter(venue=signal.venue)
    if signal.owner_id is not None:
        sessions = sessions.filter(account__owner=signal.owner_id)
    return [session for session in sessions if listens(session, signal)]


def dispatch_signal(signal_id: int) -> dict[str, int]:
    """Decide on the signal in each listening session, and execute what was approved. Safe to run twice or at once.

    A session that fails leaves the signal undispatched, for the sweeper to try again; the others are not held up.
    """
    signal = Signal.objects.filter(pk=signal_id, dispatched_at=None, status=SignalStatus.ACTIVE).first()
    if signal is None:
        return {"decisions": 0, "approved": 0, "failed": 0}
    sessions = listening_sessions(signal)
    approved = failed = 0
    for session in sessions:
        try:
            approved += _decide_and_execute(signal, session)
        except Exception:
            failed += 1
            logger.exception("signal %s: session %s failed to decide", signal.pk, session.pk)
    if not failed:
        _finish(signal, announce=not sessions, executed=approved > 0)
    return {"decisions": len(sessions) - failed, "approved": approved, "failed": failed}


def _decide_and_execute(signal: Signal, session: AutoTradingSession) -> bool:
    decision = decide(signal, session.pk)
    if decision.verdict != Verdict.APPROVED:
        return False
    order = decision.order
    if order.status == OrderStatus.NEW:
        if session.account.is_paper:
            execute_order(order.pk)
        else:
            queueing.send("trading.submit_order", order.pk)
    return True


@transaction.atomic
def _finish(signal: Signal, *, announce: bool, executed: bool) -> None:
    changed = Signal.objects.filter(pk=signal.pk, dispatched_at=None).update(dispatched_at=wall_now())
    if not changed:
        return
    if executed:
        Signal.objects.filter(pk=signal.pk, status=SignalStatus.ACTIVE).update(status=SignalStatus.EXECUTED)
    if announce and signal.owner_id is not None:
        events.emit(signal.owner_id, [events.Draft(EventType.SIGNAL, render_signal(signal))])
