"""What people do with a backtest once it is there: cancel it, take it up again, delete it."""

from functools import partial

from django.db import transaction

from analytics.jobs.create import check_room, tell
from analytics.jobs.steps import RUN
from analytics.models import ACTIVE, Backtest, JobStatus, Trial
from trading import queueing
from trading.market import wall_now

RESUMABLE = (JobStatus.FAILED, JobStatus.CANCELLED)


class NotThere(LookupError):
    """There is no such backtest (any more)."""


class NotResumable(Exception):
    """It goes on already, or is done."""


def cancel(*, backtest_id: int) -> Backtest:
    """End a queued or running backtest; what its trials came to is kept. One that has ended stays as it is.

    Runners notice between two trials. Raises NotThere.
    """
    with transaction.atomic():
        backtest = _locked(backtest_id)
        if backtest.status in ACTIVE:
            before = backtest.status
            backtest.status, backtest.finished_at, backtest.runner = JobStatus.CANCELLED, wall_now(), ""
            backtest.save(update_fields=["status", "finished_at", "runner"])
            waiting = Trial.objects.filter(backtest=backtest, status__in=ACTIVE)
            waiting.update(status=JobStatus.CANCELLED, runner="")
            tell(backtest, "backtest.cancelled", {"status": before}, {"status": backtest.status})
    return backtest


def resume(*, backtest_id: int) -> Backtest:
    """Take a failed or cancelled backtest up where it stopped: trials that came to a result are not run again.

    Raises NotThere, NotResumable, and TooMany as `create_backtest` does.
    """
    with transaction.atomic():
        backtest = _locked(backtest_id)
        if backtest.status not in RESUMABLE:
            raise NotResumable(f"It is {backtest.status}; only a failed or cancelled backtest can be resumed.")
        check_room(backtest.owner_id, more=0)
        before = backtest.status
        again = Trial.objects.filter(backtest=backtest).exclude(status=JobStatus.DONE)
        again.update(status=JobStatus.QUEUED, error="", runner="", attempts=0)
        backtest.status, backtest.error, backtest.finished_at = JobStatus.QUEUED, "", None
        backtest.runner, backtest.attempts = "", 0
        backtest.done = Trial.objects.filter(backtest=backtest, sample="in", status=JobStatus.DONE).count()
        backtest.save()
        transaction.on_commit(partial(queueing.send, RUN, backtest.pk))
        tell(backtest, "backtest.resumed", {"status": before}, {"status": backtest.status})
    return backtest


def delete(*, backtest_id: int) -> None:
    """Delete the backtest with its trials and results; one that runs is cancelled first. Raises NotThere."""
    with transaction.atomic():
        backtest = cancel(backtest_id=backtest_id)
        before = {"name": backtest.name, "kind": backtest.kind, "status": backtest.status}
        tell(backtest, "backtest.deleted", before, None)
        backtest.delete()


def _locked(backtest_id: int) -> Backtest:
    backtest = Backtest.objects.select_for_update().filter(pk=backtest_id).first()
    if backtest is None:
        raise NotThere("There is no such backtest.")
    return backtest
