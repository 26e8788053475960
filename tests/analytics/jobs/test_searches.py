"""Backtests and searches from beginning to end, with the real engine and every task run in this process."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import analytics.tasks.jobs  # noqa: F401  (registers the tasks)
from analytics.jobs import control, steps
from analytics.jobs.create import create_backtest
from analytics.jobs.stored import equity_of, trades_of
from analytics.models import Backtest, JobStatus
from tests.analytics.market import data_of, store_candles
from tests.trading.factories import make_user
from trading import queueing

CONFIG = {"strategies": [{"name": "ema-cross", "params": {"fast": 9, "slow": 21}}]}
FAST, SLOW = "strategies.0.params.fast", "strategies.0.params.slow"
RISK = "account.max_position_size"


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path, db: None) -> Iterator[None]:
    settings.CANDLE_DIR = tmp_path
    store_candles("AAA", "BBB")
    with queueing.inline():
        yield


def ask(kind: str, search: dict[str, Any] | None = None, **values: Any) -> Backtest:
    given = {"config": CONFIG, "data": data_of(), **values}
    return create_backtest(owner_id=make_user().pk, kind=kind, search=search, **given)


def done(backtest: Backtest) -> Backtest:
    steps.begin(backtest_id=backtest.pk, runner="first")
    backtest.refresh_from_db()
    assert (backtest.status, backtest.error) == (JobStatus.DONE, "")
    assert backtest.done == backtest.total
    return backtest


def scores(backtest: Backtest) -> list[tuple[int, dict[str, Any], float | None]]:
    return list(backtest.trials.values_list("number", "params", "score"))


class TestRun:
    def test_its_result_is_kept(self) -> None:
        backtest = done(ask("RUN", data=data_of("AAA", "BBB")))
        trades, (time, equity, balance) = trades_of(backtest.stored), equity_of(backtest.stored)
        assert len(trades) == backtest.figures["core"]["trades"] > 10
        assert len(time) == len(equity) == len(balance) > 3000
        assert equity[-1] - equity[0] == pytest.approx(backtest.figures["core"]["total_pnl"])
        assert backtest.stored.result["symbols"] == ["AAA", "BBB"]
        assert [report["missing"] for report in backtest.stored.result["gaps"]] == [0, 0]

    def test_open_ends_of_time_are_settled(self) -> None:
        backtest = done(ask("RUN", data=data_of(start="2022-01-01T10:00:00Z")))
        assert (backtest.data["start"], backtest.data["end"]) == ("2022-01-01T10:00:00Z", "2022-01-03T02:00:00Z")

    def test_a_second_message_changes_nothing(self) -> None:
        backtest = done(ask("RUN"))
        before = Backtest.objects.values().get()
        steps.begin(backtest_id=backtest.pk, runner="second")
        assert Backtest.objects.values().get() == before

    def test_data_that_went_missing(self, tmp_path: Path) -> None:
        backtest = ask("RUN", data=data_of(start="2023-01-01T00:00:00Z"))
        steps.begin(backtest_id=backtest.pk, runner="first")
        backtest.refresh_from_db()
        assert backtest.status == JobStatus.FAILED
        assert "data.start" in backtest.error


class TestSweep:
    def test_a_grid(self) -> None:
        space = {FAST: {"low": 5, "high": 15, "step": 5}, RISK: {"values": [0.1, 0.2]}, SLOW: {"values": [20, 30]}}
        backtest = done(ask("SWEEP", {"method": "grid", "space": space}))
        assert backtest.total == 12
        assert {(params[FAST], params[SLOW], params[RISK]) for _, params, _ in scores(backtest)} == {
            (fast, slow, size) for fast in (5, 10, 15) for slow in (20, 30) for size in (0.1, 0.2)
        }
        best = backtest.validation["best"]
        assert best["score"] == max(score for _, _, score in scores(backtest) if score is not None)
        assert backtest.figures["risk"]["sharpe"] == pytest.approx(best["score"])
        assert backtest.validation["verdict"]
        assert backtest.validation["trials"] == 12

    def test_settings_that_do_not_go_together_fail_alone(self) -> None:
        space = {FAST: {"values": [5, 25]}, SLOW: {"values": [20, 30]}}
        backtest = done(ask("SWEEP", {"method": "grid", "space": space}))
        failed = backtest.trials.get(status=JobStatus.FAILED)
        assert failed.params == {FAST: 25, SLOW: 20}
        assert "shorter than slow" in failed.error

    @pytest.mark.parametrize("method", ["random", "bayesian"])
    def test_the_same_seed_tries_the_same(self, method: str) -> None:
        space = {
            FAST: {"low": 3, "high": 15},
            SLOW: {"low": 20, "high": 60},
            "default_stop_percent": {"low": 0.2, "high": 2.0},
        }
        search = {"method": method, "space": space, "trials": 36, "maximize": "core.total_pnl"}
        first, second, other = (done(ask("SWEEP", {**search, "seed": seed})) for seed in (1, 1, 2))
        assert scores(first) == scores(second)
        assert scores(first) != scores(other)
        assert [number for number, *_ in scores(first)] == list(range(36))

    def test_out_of_sample(self) -> None:
        search = {"method": "grid", "space": {FAST: {"values": [5, 9]}}, "out_of_sample_percent": 25}
        backtest = done(ask("SWEEP", search))
        apart = backtest.validation["out_of_sample"]
        assert apart["start"] == "2022-01-02T13:30:00Z"
        assert backtest.figures["activity"]["last_trade"] <= apart["start"]
        assert apart["figures"]["activity"]["first_trade"] >= apart["start"]
        outside = backtest.trials.get(sample="out")
        assert outside.params == backtest.validation["best"]["params"]
        assert outside.figures["core"]["trades"] == apart["figures"]["core"]["trades"] > 0

    def test_no_trial_comes_to_anything(self) -> None:
        config = {**CONFIG, "account": {"min_confidence": 1.0}}
        backtest = ask("SWEEP", {"space": {FAST: {"values": [5, 6]}}}, config=config)
        steps.begin(backtest_id=backtest.pk, runner="first")
        backtest.refresh_from_db()
        assert backtest.status == JobStatus.FAILED
        assert "No trial came to a risk.sharpe" in backtest.error


def test_walk_forward() -> None:
    search = {"method": "grid", "space": {FAST: {"values": [5, 9]}}, "folds": 3, "maximize": "core.total_pnl"}
    backtest = done(ask("WALK_FORWARD", search))
    assert backtest.total == 6
    folds = backtest.validation["folds"]
    assert [fold["outside"]["start"] for fold in folds[1:]] == [fold["outside"]["end"] for fold in folds[:-1]]
    assert [fold["inside"]["end"] for fold in folds] == [fold["outside"]["start"] for fold in folds]
    proved = backtest.trials.filter(sample="out").order_by("fold")
    assert sum(trial.figures["core"]["trades"] for trial in proved) == backtest.figures["core"]["trades"] > 0
    assert sum(trial.figures["core"]["total_pnl"] for trial in proved) == pytest.approx(
        backtest.figures["core"]["total_pnl"]
    )
    time, equity, _ = equity_of(backtest.stored)
    assert (time[1:] > time[:-1]).all()
    assert equity[0] == 10_000
    assert backtest.validation["efficiency_percent"] is not None


def test_cancelled_and_resumed_it_runs_only_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    from analytics.jobs import trials

    backtest = ask("SWEEP", {"method": "grid", "space": {FAST: {"low": 3, "high": 12}}})
    ran: list[int] = []
    original = trials.try_out

    def counting(bench: Any, config: Any, trial: Any, *args: Any) -> Any:
        ran.append(trial.number)
        if len(ran) == 4:
            control.cancel(backtest_id=backtest.pk)
        return original(bench, config, trial, *args)

    monkeypatch.setattr(trials, "try_out", counting)
    steps.begin(backtest_id=backtest.pk, runner="first")
    backtest.refresh_from_db()
    assert (backtest.status, backtest.done) == (JobStatus.CANCELLED, 3)
    assert ran == [0, 1, 2, 3]
    control.resume(backtest_id=backtest.pk)
    done(backtest)
    assert ran == [0, 1, 2, 3, *range(3, 10)]
