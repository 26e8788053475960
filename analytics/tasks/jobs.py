"""Celery entry points of backtests. Messages expire: the sweep sends new ones for what is still unfinished.

The runner is the message's id, so that one which is delivered again, after its worker died, takes up what it held.
"""

from typing import Any

from celery import shared_task

_LONGEST_SECONDS = 1800  # a search's end runs many stretches one after another


@shared_task(name="analytics.run_backtest", queue="analytics", bind=True, expires=60)
def run_backtest(self: Any, backtest_id: int) -> None:
    from analytics.jobs.steps import begin

    begin(backtest_id=backtest_id, runner=_runner(self))


@shared_task(name="analytics.run_trials", queue="analytics", bind=True, expires=60)
def run_trials(self: Any, backtest_id: int) -> int:
    """A turn at the backtest's trials."""
    from analytics.jobs.steps import work

    return work(backtest_id=backtest_id, runner=_runner(self))


@shared_task(
    name="analytics.finish_search",
    queue="analytics",
    bind=True,
    expires=60,
    soft_time_limit=_LONGEST_SECONDS - 30,
    time_limit=_LONGEST_SECONDS,
)
def finish_search(self: Any, backtest_id: int) -> bool:
    from analytics.jobs.finishing import finish_search

    return finish_search(backtest_id=backtest_id, runner=_runner(self))


@shared_task(name="analytics.sweep_jobs", queue="analytics")
def sweep_jobs() -> dict[str, int]:
    from analytics.jobs.sweep import sweep_jobs

    return sweep_jobs()


def _runner(task: Any) -> str:
    return str(task.request.id)
