"""Messages that come twice, late, or not at all; with an engine that only counts."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.jobs import claims, control, steps, trials
from analytics.jobs.claims import LEASE, Outcome
from analytics.jobs.sweep import sweep_jobs
from analytics.models import Backtest, JobStatus
from config.celery import app
from tests.analytics.jobs.test_claims import SEARCH
from tests.analytics.market import data_of, store_candles
from tests.trading.factories import make_user
from trading import queueing
from trading.market import wall_now

CONFIG = {"strategies": [{"name": "ema-cross", "params": {"slow": 21}}]}


class Engine:
    """Each trial scores its number; `runs` is who ran. A runner may be made to die, or the clock to run on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs: list[int] = []
        self.dies_at = -1
        self.now = 0.0
        self.seconds = 0.0
        monkeypatch.setattr(trials, "try_out", self.try_out)
        monkeypatch.setattr(trials, "monotonic", lambda: self.now)

    def try_out(self, bench: Any, config: Any, trial: Any, *args: Any) -> Outcome:
        if trial.number == self.dies_at:
            self.dies_at = -1
            raise KeyboardInterrupt
        self.runs.append(trial.number)
        self.now += self.seconds
        return Outcome(trial.pk, score=float(trial.number))


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> Engine:
    settings.CANDLE_DIR, settings.BACKTEST_PARALLEL = tmp_path, 1
    monkeypatch.setattr(trials, "warm_up", lambda: None)
    store_candles(count=300)
    return Engine(monkeypatch)


@pytest.fixture
def backtest(db: None, engine: Engine) -> Backtest:
    return Backtest.objects.create(
        owner=make_user(), kind="SWEEP", config=CONFIG, data=data_of(start=None, end=None), search=SEARCH, total=10
    )


@pytest.fixture
def sent(db: None) -> Iterator[Any]:
    with queueing.kept() as waiting:
        yield waiting


def names(waiting: Any) -> list[str]:
    found = [name for name, _ in waiting]
    waiting.clear()
    return found


def test_from_message_to_message(backtest: Backtest, engine: Engine, sent: Any) -> None:
    steps.begin(backtest_id=backtest.pk, runner="a")
    assert names(sent) == [steps.TRIALS], "one worker is asked, and he takes part as long as there is work"
    assert steps.work(backtest_id=backtest.pk, runner="b") == 10
    assert names(sent) == [steps.FINISH]
    backtest.refresh_from_db()
    assert (backtest.status, backtest.done, engine.runs) == (JobStatus.RUNNING, 10, list(range(10)))
    for again in (steps.begin, steps.work):
        again(backtest_id=backtest.pk, runner="late")
    assert engine.runs == list(range(10))


def test_a_killed_runners_chunk_is_taken_up_again_by_its_message(backtest: Backtest, engine: Engine, sent: Any) -> None:
    """The message of a worker that died is delivered again, with its id."""
    engine.dies_at = 7
    steps.begin(backtest_id=backtest.pk, runner="a")
    with pytest.raises(KeyboardInterrupt):
        steps.work(backtest_id=backtest.pk, runner="b")
    held = backtest.trials.filter(status=JobStatus.RUNNING).count()
    assert held > 0
    assert steps.work(backtest_id=backtest.pk, runner="c") == 10 - 6 - held, "others leave it alone"
    assert steps.work(backtest_id=backtest.pk, runner="b") == held
    assert sorted(set(engine.runs)) == list(range(10))


def test_a_killed_runners_chunk_is_taken_up_again_after_the_sweep(
    backtest: Backtest, engine: Engine, sent: Any
) -> None:
    engine.dies_at = 7
    steps.begin(backtest_id=backtest.pk, runner="a")
    with pytest.raises(KeyboardInterrupt):
        steps.work(backtest_id=backtest.pk, runner="b")
    steps.work(backtest_id=backtest.pk, runner="c")
    sent.clear()
    assert sweep_jobs() == {"started": 0, "freed": 0}
    assert sweep_jobs(now=wall_now() + 2 * LEASE)["freed"] > 0
    assert set(names(sent)) == {steps.TRIALS}
    steps.work(backtest_id=backtest.pk, runner="d")
    backtest.refresh_from_db()
    assert backtest.done == 10


def test_a_turn_ends_and_goes_on(backtest: Backtest, engine: Engine, sent: Any) -> None:
    engine.seconds = trials.TURN_SECONDS / 4
    steps.begin(backtest_id=backtest.pk, runner="a")
    sent.clear()
    assert steps.work(backtest_id=backtest.pk, runner="b") == 4
    assert names(sent) == [steps.TRIALS]
    backtest.refresh_from_db()
    assert backtest.done == 4, "progress is told"
    assert not backtest.trials.filter(status=JobStatus.RUNNING).exists(), "what is not begun is anybody's"


def test_messages_that_were_lost_are_sent_again(backtest: Backtest, engine: Engine, sent: Any) -> None:
    assert sweep_jobs()["started"] == 1
    assert names(sent) == [steps.RUN]
    steps.begin(backtest_id=backtest.pk, runner="a")
    sent.clear()
    sweep_jobs()
    assert set(names(sent)) == {steps.TRIALS}
    steps.work(backtest_id=backtest.pk, runner="b")
    sent.clear()
    sweep_jobs()
    assert names(sent) == [steps.FINISH]
    control.cancel(backtest_id=backtest.pk)
    assert sweep_jobs() == {"started": 0, "freed": 0}
    assert names(sent) == []


def test_a_run_whose_worker_died(backtest: Backtest, sent: Any) -> None:
    Backtest.objects.update(kind="RUN", status=JobStatus.RUNNING, search={})
    claims.take_backtest(backtest_id=backtest.pk, runner="dead")
    assert sweep_jobs()["freed"] == 0
    assert sweep_jobs(now=wall_now() + 2 * LEASE)["freed"] == 1
    assert names(sent) == [steps.RUN]


def test_the_sweep_is_on_the_schedule() -> None:
    entry = app.conf.beat_schedule["sweep-backtests"]
    assert (entry["task"], entry["schedule"]) == ("analytics.sweep_jobs", 30.0)
    for task in (steps.RUN, steps.TRIALS, steps.FINISH, entry["task"]):
        assert app.tasks[task].queue == "analytics"
