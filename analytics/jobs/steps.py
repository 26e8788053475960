"""The steps of a backtest from queued to done. Each may be taken twice, late or at once, by any worker."""

from django.conf import settings

from analytics.jobs import claims
from analytics.jobs.planning import is_searched, plan_trials
from analytics.jobs.settle import settle_time
from analytics.jobs.single import run_single
from analytics.jobs.trial_run import explain
from analytics.jobs.trials import Turn, chunk_size, running
from analytics.jobs.workbench import Workbench
from analytics.models import ACTIVE, Backtest, BacktestKind, JobStatus, Trial
from analytics.search.plan import SearchPlan
from trading import queueing
from trading.market import wall_now

RUN, TRIALS, FINISH = "analytics.run_backtest", "analytics.run_trials", "analytics.finish_search"


def begin(*, backtest_id: int, runner: str) -> None:
    """Take a queued backtest up: a RUN is run, a search planned and its trials handed out."""
    _start(backtest_id)
    backtest = running(backtest_id)
    if backtest is None:
        return
    if backtest.kind == BacktestKind.RUN:
        run_single(backtest_id=backtest_id, runner=runner)
    elif backtest.trials.exists() or _is_possible(backtest):
        plan_trials(backtest)
        if not _hand_out(backtest):
            go_on(backtest_id=backtest_id)


def work(*, backtest_id: int, runner: str) -> int:
    """A runner's turn at the trials; returns how many came to an end."""
    backtest = running(backtest_id)
    if backtest is None or backtest.kind == BacktestKind.RUN:
        return 0
    claims.free_dead(backtest_id=backtest_id, runner=runner)  # an earlier run of this very message was cut short
    turn, ended = Turn(backtest, runner), 0
    while True:
        ended += turn.work()
        if turn.stopped or turn.is_over or not plan_trials(backtest):
            break
        _hand_out(backtest)
    if turn.is_over and not turn.stopped and backtest.trials.filter(status=JobStatus.QUEUED).exists():
        queueing.send(TRIALS, backtest_id)
    elif not turn.stopped:
        go_on(backtest_id=backtest_id)
    return ended


def go_on(*, backtest_id: int) -> None:
    """See that a running search goes on: more trials, more runners, or its end."""
    backtest = running(backtest_id)
    if backtest is None or backtest.kind == BacktestKind.RUN:
        return
    if plan_trials(backtest):
        _hand_out(backtest)
    elif not backtest.trials.filter(status__in=ACTIVE).exists() and is_searched(backtest):
        queueing.send(FINISH, backtest_id)


def hand_out(*, backtest_id: int) -> int:
    """Ask workers to take part, where trials of a running search are waiting; returns how many were asked."""
    backtest = running(backtest_id)
    return 0 if backtest is None else _hand_out(backtest)


def _start(backtest_id: int) -> None:
    """From queued to running, once."""
    queued = Backtest.objects.filter(pk=backtest_id, status=JobStatus.QUEUED)
    if queued.update(status=JobStatus.RUNNING):
        Backtest.objects.filter(pk=backtest_id, started_at=None).update(started_at=wall_now())


def _is_possible(backtest: Backtest) -> bool:
    """Whether there are candles, and time enough to be split. What was asked for "as far as there is" is settled now,
    so that candles which come later change nothing.
    """
    try:
        bench = Workbench.load(backtest.data, most_candles=settings.BACKTEST_MAX_CANDLES)
        SearchPlan.of(backtest.search).stretches(bench.whole, bench.step)
    except Exception as error:
        claims.fail(backtest_id=backtest.pk, error=explain(error, f"backtest {backtest.pk}"))
        return False
    settle_time(backtest, bench)
    return True


def _hand_out(backtest: Backtest) -> int:
    waiting = Trial.objects.filter(backtest=backtest, status=JobStatus.QUEUED).count()
    asked = min(settings.BACKTEST_PARALLEL, -(-waiting // chunk_size(backtest.total)))
    for _ in range(asked):
        queueing.send(TRIALS, backtest.pk)
    return asked
