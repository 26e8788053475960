"""Who runs what: each trial is given once, and what a dead worker held is taken up again."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import connection

from analytics.jobs import claims, control, steps
from analytics.jobs.claims import LEASE, MOST_ATTEMPTS, Outcome
from analytics.jobs.sweep import sweep_jobs
from analytics.models import Backtest, BacktestKind, JobStatus, Trial
from signals import indicators
from tests.analytics.market import data_of, store_candles
from tests.trading.factories import make_user
from trading import queueing
from trading.market import wall_now

FAST = "strategies.0.params.fast"
SEARCH = {
    "method": "grid", "space": {FAST: {"low": 3, "high": 12, "step": 1}}, "trials": 10, "maximize": "core.total_pnl",
    "seed": 1, "out_of_sample_percent": 0.0, "folds": 1, "anchored": False,
}  # fmt: skip


def make_search(trials: int = 10, status: str = JobStatus.RUNNING) -> Backtest:
    backtest = Backtest.objects.create(
        owner=make_user(), kind=BacktestKind.SWEEP, status=status, data=data_of(), search=SEARCH, total=trials,
        config={"strategies": [{"name": "ema-cross", "params": {"slow": 21}}]},
    )  # fmt: skip
    rows = [Trial(backtest=backtest, number=number, params={FAST: number + 3}) for number in range(trials)]
    Trial.objects.bulk_create(rows)
    return backtest


def take(backtest: Backtest, runner: str, count: int = 4, **more: Any) -> list[int]:
    return [item.number for item in claims.take_trials(backtest_id=backtest.pk, runner=runner, count=count, **more)]


def tell(backtest: Backtest, runner: str, *numbers: int, score: float = 1.0) -> bool:
    trials = backtest.trials.filter(number__in=numbers)
    return claims.record(
        backtest_id=backtest.pk, runner=runner, outcomes=[Outcome(trial.pk, score=score) for trial in trials]
    )


def states(backtest: Backtest) -> str:
    return "".join(status[0] for status in backtest.trials.order_by("number").values_list("status", flat=True))


def test_each_is_taken_once(db: None) -> None:
    backtest = make_search()
    assert [take(backtest, name) for name in "abcd"] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], []]


def test_the_first_result_counts(db: None) -> None:
    backtest = make_search()
    take(backtest, "a")
    assert tell(backtest, "a", 0, 1)
    assert tell(backtest, "b", 1, 2, score=9.0)
    assert list(backtest.trials.order_by("number").values_list("score", flat=True)[:4]) == [1.0, 1.0, 9.0, None]
    backtest.refresh_from_db()
    assert backtest.done == 3


def test_what_a_silent_runner_held_is_queued_again(db: None) -> None:
    backtest = make_search()
    long_ago = wall_now() - LEASE - timedelta(seconds=1)
    take(backtest, "dead", now=long_ago)
    take(backtest, "alive")
    assert sweep_jobs()["freed"] == 4
    assert states(backtest) == "QQQQRRRRQQ"
    assert take(backtest, "next") == [0, 1, 2, 3]


@pytest.mark.parametrize("is_told", [True, False], ids=["its message comes again", "it falls silent"])
def test_one_that_kills_its_workers_is_given_up(db: None, is_told: bool) -> None:
    backtest = make_search(1)
    now = wall_now()
    for attempt in range(MOST_ATTEMPTS):
        at = now + attempt * 2 * LEASE
        assert take(backtest, "runner", now=at) == [0]
        if is_told:
            claims.free_dead(backtest_id=backtest.pk, runner="runner")
        else:
            claims.free_silent(backtest_id=backtest.pk, now=at + 1.5 * LEASE)
    trial = backtest.trials.get()
    assert (trial.status, trial.error) == (JobStatus.FAILED, claims.GIVEN_UP)
    backtest.refresh_from_db()
    assert backtest.done == 1


def test_given_back_it_is_no_attempt(db: None) -> None:
    backtest = make_search()
    for _ in range(2 * MOST_ATTEMPTS):
        assert take(backtest, "a") == [0, 1, 2, 3]
        assert claims.give_back(backtest_id=backtest.pk, runner="a") == 4


def test_a_cancelled_one_takes_nothing_more(db: None) -> None:
    backtest = make_search()
    take(backtest, "a")
    tell(backtest, "a", 0)
    control.cancel(backtest_id=backtest.pk)
    assert not tell(backtest, "a", 1)
    assert take(backtest, "b") == []
    assert states(backtest) == "D" + 9 * "C"
    control.resume(backtest_id=backtest.pk)
    assert states(backtest) == "D" + 9 * "Q"


def test_a_deleted_one_is_no_error_for_its_runner(db: None) -> None:
    backtest = make_search()
    trials = claims.take_trials(backtest_id=backtest.pk, runner="a", count=2)
    control.delete(backtest_id=backtest.pk)
    outcomes = [Outcome(trial.pk, score=1.0) for trial in trials]
    assert not claims.record(backtest_id=trials[0].backtest_id, runner="a", outcomes=outcomes)


class TestWholeBacktests:
    """A RUN, or a search's end, is one runner's."""

    def test_one_at_a_time(self, db: None) -> None:
        pk = make_search(0).pk
        assert claims.take_backtest(backtest_id=pk, runner="a")
        assert claims.take_backtest(backtest_id=pk, runner="b") is None
        assert claims.take_backtest(backtest_id=pk, runner="a"), "the same message, delivered again"
        assert claims.still_held(backtest_id=pk, runner="a")
        assert not claims.still_held(backtest_id=pk, runner="b")
        assert claims.take_backtest(backtest_id=pk, runner="b", now=wall_now() + 2 * LEASE)
        assert not claims.still_held(backtest_id=pk, runner="a")

    def test_given_up(self, db: None) -> None:
        backtest, now = make_search(0), wall_now()
        for attempt in range(MOST_ATTEMPTS):
            assert claims.take_backtest(backtest_id=backtest.pk, runner=f"{attempt}", now=now + 2 * attempt * LEASE)
        assert claims.take_backtest(backtest_id=backtest.pk, runner="last", now=now + 20 * LEASE) is None
        backtest.refresh_from_db()
        assert (backtest.status, backtest.error) == (JobStatus.FAILED, claims.GIVEN_UP)


@pytest.mark.django_db(transaction=True)
def test_two_runners_at_once_give_each_trial_once(settings: Any, tmp_path: Path) -> None:
    """Beside one that died in the midst of its chunk."""
    settings.CANDLE_DIR = tmp_path
    store_candles(count=600)
    indicators.ema(np.ones(5), 3)  # TA-Lib is loaded by one thread
    backtest = make_search()
    take(backtest, "dead", now=wall_now() - 2 * LEASE)
    assert claims.free_silent(backtest_id=backtest.pk) == 4
    failed: list[BaseException] = []

    def run(runner: str) -> None:
        try:
            with queueing.kept():  # what a turn queues is for other workers
                steps.work(backtest_id=backtest.pk, runner=runner)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    runners = [threading.Thread(target=run, args=(f"runner {number}",)) for number in range(2)]
    for thread in runners:
        thread.start()
    for thread in runners:
        thread.join()
    assert failed == []
    backtest.refresh_from_db()
    assert (states(backtest), backtest.done) == (10 * "D", 10)
    attempts = list(backtest.trials.order_by("number").values_list("attempts", flat=True))
    assert attempts == [2, 2, 2, 2, 1, 1, 1, 1, 1, 1]
