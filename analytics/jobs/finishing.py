"""The end of a search: its best settings are run where they were not chosen, and the luck in them is measured."""

from typing import Any

from django.conf import settings

from analytics.backtest.result import BacktestResult
from analytics.jobs import claims
from analytics.jobs.ending import finish
from analytics.jobs.figures import light_figures, summary_figures
from analytics.jobs.overfitting import overfitting_of
from analytics.jobs.planning import IN_SAMPLE, OUT_OF_SAMPLE, is_searched
from analytics.jobs.trial_run import explain, run_setting
from analytics.jobs.warming import warm_up
from analytics.jobs.workbench import Workbench
from analytics.models import Backtest, BacktestKind, JobStatus, Trial
from analytics.search.plan import SearchPlan
from analytics.search.scores import score_of, stretch_returns
from analytics.search.walk_forward import Earned, earned, efficiency_percent, join
from analytics.search.windows import Fold, Window
from signals.marketdata.gaps import iso


class Fruitless(ValueError):
    """No trial came to a score."""


class LostHold(Exception):
    """The backtest was cancelled, or another runner has it."""


def finish_search(*, backtest_id: int, runner: str) -> bool:
    """Bring a search whose trials have all ended to its end; False where that is not so, or somebody else does it."""
    found = Backtest.objects.filter(pk=backtest_id, status=JobStatus.RUNNING).first()
    if found is None or not is_searched(found):
        return False
    warm_up()
    backtest = claims.take_backtest(backtest_id=backtest_id, runner=runner)
    if backtest is None:
        return False
    try:
        ending = Ending(backtest, runner)
        result, validation = ending.walk() if backtest.kind == BacktestKind.WALK_FORWARD else ending.sweep()
        return finish(backtest_id=backtest_id, result=result, validation=validation, gaps=ending.bench.loaded.gaps)
    except LostHold:
        return False
    except Exception as error:
        claims.fail(backtest_id=backtest_id, error=explain(error, f"the end of backtest {backtest_id}"))
        return False


class Ending:
    """What a search's last runner works with."""

    def __init__(self, backtest: Backtest, runner: str) -> None:
        self.backtest, self.runner = backtest, runner
        self.plan = SearchPlan.of(backtest.search)
        self.bench = Workbench.load(backtest.data, most_candles=settings.BACKTEST_MAX_CANDLES)
        self.folds = self.plan.stretches(self.bench.whole, self.bench.step)

    def sweep(self) -> tuple[BacktestResult, dict[str, Any]]:
        """The best trial's result over the time that it was chosen on, and what stands against it."""
        fold, best = self.folds[0], self._best(0)
        result = self._run(best, fold.inside)
        validation = overfitting_of(best)
        validation["best"] = {"number": best.number, "params": best.params, "score": best.score}
        if fold.outside.length:
            outside = self._run(best, fold.outside)
            self._keep_outside(best, outside, fold)
            validation["out_of_sample"] = {
                **_iso(fold.outside),
                "score": score_of(summary_figures(outside), self.plan.maximize),
                "figures": summary_figures(outside),
            }
        return result, validation

    def walk(self) -> tuple[BacktestResult, dict[str, Any]]:
        """The stretches out of sample joined, each begun with what the one before left, and how they compare with the
        stretches that their settings were chosen on.
        """
        inside: list[Earned] = []
        outside: list[Earned] = []
        results: list[BacktestResult] = []
        rows = []
        balance = None
        for number, fold in enumerate(self.folds):
            best = self._best(number)
            chosen = self._run(best, fold.inside)
            proved = self._run(best, fold.outside, balance)
            self._keep_outside(best, proved, fold)
            inside.append(earned(chosen, fold.inside.length))
            outside.append(earned(proved, fold.outside.length))
            results.append(proved)
            rows.append(self._row(number, fold, best, chosen, proved))
            balance = proved.final_balance
            if balance <= 0:
                break
        return join(results), {"efficiency_percent": efficiency_percent(inside, outside), "folds": rows}

    def _row(
        self, number: int, fold: Fold, best: Trial, chosen: BacktestResult, proved: BacktestResult
    ) -> dict[str, Any]:
        figures, luck = light_figures(proved), overfitting_of(best)
        return {
            "fold": number,
            "params": best.params,
            "inside": {**_iso(fold.inside), "score": best.score, "figures": light_figures(chosen)},
            "outside": {**_iso(fold.outside), "score": score_of(figures, self.plan.maximize), "figures": figures},
            "overfitting": {name: luck[name] for name in ("deflated_sharpe", "pbo", "trials", "verdict", "message")},
        }

    def _best(self, fold: int) -> Trial:
        """The fold's trial of the highest score, of equal ones the first. Raises Fruitless."""
        tried = self.backtest.trials.filter(fold=fold, sample=IN_SAMPLE)
        best = tried.exclude(score=None).order_by("-score", "number").first()
        if best is None:
            reason = tried.exclude(error="").order_by("number").values_list("error", flat=True).first()
            raise Fruitless(f"No trial came to a {self.plan.maximize}" + (f": {reason}" if reason else "."))
        return best

    def _run(self, trial: Trial, window: Window, balance: float | None = None) -> BacktestResult:
        if not claims.still_held(backtest_id=self.backtest.pk, runner=self.runner):
            raise LostHold
        config = self.backtest.config
        if balance is not None:
            config = {**config, "account": {**config.get("account", {}), "balance": balance}}
            params = {path: value for path, value in trial.params.items() if path != "account.balance"}
            return run_setting(self.bench, config, params, window)
        return run_setting(self.bench, config, trial.params, window)

    def _keep_outside(self, best: Trial, result: BacktestResult, fold: Fold) -> None:
        figures, window = light_figures(result), fold.outside
        values = {
            "fold": best.fold,
            "sample": OUT_OF_SAMPLE,
            "params": best.params,
            "status": JobStatus.DONE,
            "score": score_of(figures, self.plan.maximize),
            "figures": figures,
            "returns": stretch_returns(result.time, result.equity, window.start, window.end).tobytes(),
        }
        Trial.objects.update_or_create(backtest=self.backtest, number=self.plan.total + best.fold, defaults=values)


def _iso(window: Window) -> dict[str, str]:
    return {"start": iso(window.start), "end": iso(window.end)}
