"""Who runs what: trials, and whole backtests, are held by one runner at a time, and given up when he is silent.

All of it happens under the backtest's row lock, so that a cancelled one takes nothing more and its count of ended
trials is exact. A result is taken from whoever comes first: two runners of one trial come to the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from analytics.models import ACTIVE, ENDED, Backtest, JobStatus, Trial
from trading.market import wall_now

LEASE = timedelta(seconds=120)  # above what loading and one trial take
MOST_ATTEMPTS = 3
GIVEN_UP = f"Its worker has died {MOST_ATTEMPTS} times; it may need more memory than there is."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial. `error` not empty: it failed. `returns` are float32 bytes."""

    trial_id: int
    score: float | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    returns: bytes = b""
    error: str = ""


def take_trials(*, backtest_id: int, runner: str, count: int, now: datetime | None = None) -> list[Trial]:
    """The next `count` queued trials of a running backtest, held by `runner` from now on; none where it has ended."""
    now = now or wall_now()
    with transaction.atomic():
        if _locked(backtest_id) is None:
            return []
        found = list(Trial.objects.filter(backtest=backtest_id, status=JobStatus.QUEUED).order_by("number")[:count])
        Trial.objects.filter(pk__in=[trial.pk for trial in found]).update(
            status=JobStatus.RUNNING, runner=runner, beat_at=now, attempts=F("attempts") + 1
        )
    return found


def record(*, backtest_id: int, runner: str, outcomes: Sequence[Outcome], now: datetime | None = None) -> bool:
    """Keep what came of trials, tell that the runner lives, and bring the count up to date.

    False where the backtest has ended or is gone: nothing is kept then, and the runner should stop.
    """
    now = now or wall_now()
    with transaction.atomic():
        if _locked(backtest_id) is None:
            return False
        for outcome in outcomes:
            Trial.objects.filter(pk=outcome.trial_id, backtest=backtest_id, status__in=ACTIVE).update(
                status=JobStatus.FAILED if outcome.error else JobStatus.DONE,
                score=outcome.score,
                figures=outcome.figures,
                returns=outcome.returns,
                error=outcome.error[:300],
                runner="",
            )
        Trial.objects.filter(backtest=backtest_id, status=JobStatus.RUNNING, runner=runner).update(beat_at=now)
        _count(backtest_id)
    return True


def give_back(*, backtest_id: int, runner: str) -> int:
    """Queue again the trials that `runner` holds and has not begun; returns how many."""
    with transaction.atomic():
        if _locked(backtest_id) is None:
            return 0
        held = Trial.objects.filter(backtest=backtest_id, status=JobStatus.RUNNING, runner=runner)
        return held.update(status=JobStatus.QUEUED, runner="", attempts=F("attempts") - 1)


def free_dead(*, backtest_id: int, runner: str) -> int:
    """Queue again what `runner` held when he died; what was taken up too often has failed. Returns how many of both."""
    return _free(backtest_id, Q(runner=runner))


def free_silent(*, backtest_id: int, now: datetime | None = None) -> int:
    """The same of every runner who has been silent for a LEASE."""
    return _free(backtest_id, Q(beat_at__lt=(now or wall_now()) - LEASE))


def _free(backtest_id: int, which: Q) -> int:
    with transaction.atomic():
        if _locked(backtest_id) is None:
            return 0
        left = Trial.objects.filter(which, backtest=backtest_id, status=JobStatus.RUNNING)
        failed = left.filter(attempts__gte=MOST_ATTEMPTS).update(status=JobStatus.FAILED, error=GIVEN_UP, runner="")
        freed = left.update(status=JobStatus.QUEUED, runner="")
        if failed:
            _count(backtest_id)
    return failed + freed


def take_backtest(*, backtest_id: int, runner: str, now: datetime | None = None) -> Backtest | None:
    """A running backtest that nobody works at (or this runner did before), held by `runner`; else None.

    One that was taken up too often has failed.
    """
    now = now or wall_now()
    with transaction.atomic():
        backtest = _locked(backtest_id)
        free = Q(runner="") | Q(runner=runner) | Q(beat_at__lt=now - LEASE)
        if backtest is None or not Backtest.objects.filter(free, pk=backtest_id).exists():
            return None
        if backtest.attempts >= MOST_ATTEMPTS:
            _end(backtest, JobStatus.FAILED, now, error=GIVEN_UP)
            return None
        backtest.runner, backtest.beat_at, backtest.attempts = runner, now, backtest.attempts + 1
        backtest.save(update_fields=["runner", "beat_at", "attempts"])
    return backtest


def still_held(*, backtest_id: int, runner: str, now: datetime | None = None) -> bool:
    """Tell that the runner lives; False where the backtest is no longer his to bring to its end."""
    held = Backtest.objects.filter(pk=backtest_id, status=JobStatus.RUNNING, runner=runner)
    return held.update(beat_at=now or wall_now()) == 1


def fail(*, backtest_id: int, error: str, now: datetime | None = None) -> bool:
    """The running backtest has failed; False where it had ended already."""
    with transaction.atomic():
        backtest = _locked(backtest_id)
        if backtest is None:
            return False
        _end(backtest, JobStatus.FAILED, now or wall_now(), error=error)
    return True


def _end(backtest: Backtest, status: JobStatus, now: datetime, error: str = "") -> None:
    backtest.status, backtest.error, backtest.finished_at, backtest.runner = status, error[:300], now, ""
    backtest.save(update_fields=["status", "error", "finished_at", "runner"])
    Trial.objects.filter(backtest=backtest, status__in=ACTIVE).update(status=JobStatus.CANCELLED, runner="")


def _locked(backtest_id: int) -> Backtest | None:
    """The backtest's row, locked, if it is running."""
    return Backtest.objects.select_for_update().filter(pk=backtest_id, status=JobStatus.RUNNING).first()


def _count(backtest_id: int) -> None:
    done = Trial.objects.filter(backtest=backtest_id, sample="in", status__in=ENDED).count()
    Backtest.objects.filter(pk=backtest_id).update(done=done)
