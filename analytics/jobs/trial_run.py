"""One trial: a setting run over its stretch of time."""

import logging
from collections.abc import Mapping
from typing import Any

from billiard.exceptions import SoftTimeLimitExceeded
from rest_framework.exceptions import ValidationError

from analytics.backtest.config import BacktestConfig
from analytics.backtest.result import BacktestResult
from analytics.backtest.validation import validate_config
from analytics.jobs.claims import Outcome
from analytics.jobs.figures import light_figures
from analytics.jobs.workbench import Workbench
from analytics.models import Trial
from analytics.search.paths import with_params
from analytics.search.request import problem_of
from analytics.search.scores import score_of, stretch_returns
from analytics.search.windows import Window

logger = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong here; it has been logged."
TOO_LONG = "It took longer than a worker may work at one thing."


def run_setting(
    bench: Workbench, config: Mapping[str, Any], params: Mapping[str, Any], window: Window | None
) -> BacktestResult:
    """The config with these params over the window. Raises ValidationError, and ValueError as the engine does."""
    return bench.run(BacktestConfig.read(validate_config(with_params(config, params))), window)


def try_out(bench: Workbench, config: Mapping[str, Any], trial: Trial, window: Window, maximize: str) -> Outcome:
    """What came of the trial; an error is its own, and holds up no other."""
    try:
        result = run_setting(bench, config, trial.params, window)
        figures = light_figures(result)
        returns = stretch_returns(result.time, result.equity, window.start, window.end)
        return Outcome(trial.pk, score_of(figures, maximize), figures, returns.tobytes())
    except Exception as error:
        return Outcome(trial.pk, error=explain(error, f"trial {trial.number} of backtest {trial.backtest_id}"))


def explain(error: Exception, what: str) -> str:
    """The error in words for the user; one that nobody foresaw is logged."""
    if isinstance(error, ValidationError):
        return problem_of(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return TOO_LONG
    if isinstance(error, ValueError):
        return str(error)
    logger.error("%s failed", what, exc_info=error)
    return UNEXPECTED
