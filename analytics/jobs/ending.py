"""The end of a backtest that came to something."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from analytics.backtest.result import BacktestResult
from analytics.jobs.figures import full_figures
from analytics.jobs.stored import save_result
from analytics.models import Backtest, BacktestKind, JobStatus
from signals.marketdata.gaps import GapReport
from trading.market import wall_now


def finish(*, backtest_id: int, result: BacktestResult, validation: dict[str, Any], gaps: Sequence[GapReport]) -> bool:
    """Keep the result and its figures: the backtest is done. False where it had ended already, or is gone."""
    figures = full_figures(result)
    with transaction.atomic():
        running = Backtest.objects.select_for_update().filter(pk=backtest_id, status=JobStatus.RUNNING)
        backtest = running.first()
        if backtest is None:
            return False
        save_result(backtest, result, {"gaps": [report.as_json() for report in gaps]})
        if backtest.kind == BacktestKind.RUN:
            backtest.done = 1
        backtest.status, backtest.runner, backtest.error = JobStatus.DONE, "", ""
        backtest.figures, backtest.validation, backtest.finished_at = figures, validation, wall_now()
        backtest.save()
    return True
