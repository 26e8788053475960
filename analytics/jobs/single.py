"""A RUN: one setting over all of the time."""

from django.conf import settings

from analytics.jobs import claims
from analytics.jobs.ending import finish
from analytics.jobs.settle import settle_time
from analytics.jobs.trial_run import explain, run_setting
from analytics.jobs.warming import warm_up
from analytics.jobs.workbench import Workbench


def run_single(*, backtest_id: int, runner: str) -> bool:
    """Run it and keep what comes of it; False where somebody else does, or it has ended."""
    warm_up()
    backtest = claims.take_backtest(backtest_id=backtest_id, runner=runner)
    if backtest is None:
        return False
    try:
        bench = Workbench.load(backtest.data, most_candles=settings.BACKTEST_MAX_CANDLES)
        settle_time(backtest, bench)
        result = run_setting(bench, backtest.config, {}, None)
        return finish(backtest_id=backtest_id, result=result, validation={}, gaps=bench.loaded.gaps)
    except Exception as error:
        claims.fail(backtest_id=backtest_id, error=explain(error, f"backtest {backtest_id}"))
        return False
