"""A runner's turn at a search: trials are taken in chunks, run and recorded, until none are left or time is up."""

from time import monotonic

from django.conf import settings

from analytics.jobs import claims
from analytics.jobs.claims import Outcome
from analytics.jobs.trial_run import explain, try_out
from analytics.jobs.warming import warm_up
from analytics.jobs.workbench import Workbench
from analytics.models import Backtest, JobStatus, Trial
from analytics.search.plan import SearchPlan
from analytics.search.windows import Fold

TURN_SECONDS = 20.0  # then others' work has its turn
_TELL_SECONDS = 1.0
_LARGEST_CHUNK = 32


class Turn:
    """A runner with his candles. `is_over` once time is up; `stopped` when the backtest has ended under his hands."""

    def __init__(self, backtest: Backtest, runner: str) -> None:
        self.backtest, self.runner = backtest, runner
        self.plan = SearchPlan.of(backtest.search)
        self.until = monotonic() + TURN_SECONDS
        self.stopped = False
        self._loaded: tuple[Workbench, list[Fold]] | None = None

    @property
    def is_over(self) -> bool:
        return monotonic() >= self.until

    def work(self) -> int:
        """Run queued trials until there are none, or the turn is over; returns how many came to an end."""
        ended, size = 0, chunk_size(self.backtest.total)
        if self.backtest.trials.filter(status=JobStatus.QUEUED).exists():
            warm_up()
        while not self.stopped and not self.is_over:
            trials = claims.take_trials(backtest_id=self.backtest.pk, runner=self.runner, count=size)
            if not trials:
                break
            ended += self._run(trials)
        return ended

    def _run(self, trials: list[Trial]) -> int:
        """Run the trials, telling of them every second or so; those that the turn is too short for are given back."""
        if (loaded := self._load()) is None:
            return 0
        bench, folds = loaded
        waiting: list[Outcome] = []
        ended, told = 0, monotonic()
        for trial in trials:
            inside = folds[trial.fold].inside
            waiting.append(try_out(bench, self.backtest.config, trial, inside, self.plan.maximize))
            ended += 1
            if monotonic() - told >= _TELL_SECONDS:
                if not self._tell(waiting):
                    return ended
                waiting, told = [], monotonic()
            if self.is_over:
                break
        self._tell(waiting)
        if ended < len(trials):
            claims.give_back(backtest_id=self.backtest.pk, runner=self.runner)
        return ended

    def _load(self) -> tuple[Workbench, list[Fold]] | None:
        """The candles and the stretches of time; without them the whole search fails."""
        if self._loaded is None:
            try:
                bench = Workbench.load(self.backtest.data, most_candles=settings.BACKTEST_MAX_CANDLES)
                self._loaded = bench, self.plan.stretches(bench.whole, bench.step)
            except Exception as error:
                reason = explain(error, f"loading backtest {self.backtest.pk}")
                claims.fail(backtest_id=self.backtest.pk, error=reason)
                self.stopped = True
        return self._loaded

    def _tell(self, outcomes: list[Outcome]) -> bool:
        going = claims.record(backtest_id=self.backtest.pk, runner=self.runner, outcomes=outcomes)
        self.stopped = not going
        return going


def chunk_size(total: int) -> int:
    """Trials taken at a time: small enough that all workers have some until the end."""
    return max(1, min(_LARGEST_CHUNK, total // (4 * settings.BACKTEST_PARALLEL)))


def running(backtest_id: int) -> Backtest | None:
    return Backtest.objects.filter(pk=backtest_id, status=JobStatus.RUNNING).first()
