"""Every backtest that says it is unfinished is seen to, whatever became of its messages and its workers."""

from datetime import datetime

from django.db.models import Q

from analytics.jobs import claims
from analytics.jobs.steps import RUN, go_on, hand_out
from analytics.models import Backtest, BacktestKind, JobStatus
from trading import queueing
from trading.market import wall_now


def sweep_jobs(*, now: datetime | None = None) -> dict[str, int]:
    """Start what was queued, and take up again what a silent runner left; returns how many of each."""
    now = now or wall_now()
    found = {"started": 0, "freed": 0}
    for backtest in Backtest.objects.active().only("pk", "status", "kind"):
        if backtest.status == JobStatus.QUEUED:
            queueing.send(RUN, backtest.pk)
            found["started"] += 1
        elif backtest.kind == BacktestKind.RUN:
            silent = Q(runner="") | Q(beat_at__lt=now - claims.LEASE)
            if Backtest.objects.filter(silent, pk=backtest.pk).exists():
                queueing.send(RUN, backtest.pk)
                found["freed"] += 1
        else:
            found["freed"] += claims.free_silent(backtest_id=backtest.pk, now=now)
            _keep_going(backtest)
    return found


def _keep_going(backtest: Backtest) -> None:
    """Where trials wait, and nobody is at one, workers are asked again; else what comes next is seen to."""
    trials = backtest.trials
    if not trials.exists():
        queueing.send(RUN, backtest.pk)
    elif trials.filter(status=JobStatus.RUNNING).exists():
        return
    elif trials.filter(status=JobStatus.QUEUED).exists():
        hand_out(backtest_id=backtest.pk)
    else:
        go_on(backtest_id=backtest.pk)
