"""From a saved Signal to a decision in every session that listens to it."""

import logging
from collections.abc import Iterator

from django.db import transaction

from signals.models import Signal, SignalStatus
from trading import queueing
from trading.decisions.decide import Round, decide_together
from trading.decisions.desk import Scene
from trading.decisions.listening import listening_sessions
from trading.execution import execute_order
from trading.feed import events
from trading.market import wall_now
from trading.models import Decision, EventType, OrderStatus, Verdict
from trading.serializers import render_signal

logger = logging.getLogger(__name__)

# Sessions that decide in one transaction: enough to share the cost of asking, few enough to hold locks but briefly.
TOGETHER = 50


def dispatch_signal(signal_id: int) -> dict[str, int]:
    """Decide on the signal in each listening session, and execute what was approved. Safe to run twice or at once.

    A session that fails leaves the signal undispatched, for the sweeper to try again; the others are not held up.
    """
    signal = Signal.objects.filter(pk=signal_id, dispatched_at=None, status=SignalStatus.ACTIVE).first()
    if signal is None:
        return {"decisions": 0, "approved": 0, "failed": 0}
    decided = approved = failed = 0
    for outcome in decide_everywhere(Scene(signal)):
        decided += len(outcome.decisions)
        failed += len(outcome.failed)
        for decision in outcome.decisions:
            if decision.verdict == Verdict.APPROVED:
                executed = _execute(decision)
                approved += executed
                failed += not executed
    if not failed:
        _finish(signal, announce=not decided, executed=approved > 0)
    return {"decisions": decided, "approved": approved, "failed": failed}


def decide_everywhere(scene: Scene) -> Iterator[Round]:
    """The decisions of all sessions that listen to the scene's signal, batch after batch, each in its transaction."""
    sessions = listening_sessions(scene.signal)
    for start in range(0, len(sessions), TOGETHER):
        yield decide_together(scene, sessions[start : start + TOGETHER])


def _execute(decision: Decision) -> bool:
    """Fill the order on paper at once, or have it sent to its broker. False where that failed."""
    order = decision.order
    if order.status != OrderStatus.NEW:
        return True
    try:
        if decision.account.is_paper:
            execute_order(order.pk)
        else:
            queueing.send("trading.submit_order", order.pk)
    except Exception:
        logger.exception("the order of session %s, decision %s, failed", decision.session_id, decision.pk)
        return False
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
