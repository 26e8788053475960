"""A search on this machine, over processes of its own: for the command line, which keeps nothing."""

import multiprocessing
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rest_framework.exceptions import ValidationError

from analytics.backtest.data import LoadedData
from analytics.jobs.figures import light_figures
from analytics.jobs.trial_run import run_setting
from analytics.jobs.workbench import Workbench
from analytics.search.bayesian import Told
from analytics.search.plan import SearchPlan
from analytics.search.request import problem_of
from analytics.search.scores import score_of, stretch_returns
from analytics.search.windows import Window

_CHUNKS = 8  # for each process: few enough that signals are shared, many enough that none waits long


@dataclass(frozen=True, slots=True)
class Tried:
    """A setting that was run. `returns`: of equal stretches (fractions); `error`: why there is no result."""

    params: Mapping[str, Any]
    score: float | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    returns: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Work:
    """What every process needs."""

    bench: Workbench
    config: Mapping[str, Any]
    maximize: str


_work: list[_Work] = []  # of a process of the pool


def sweep(
    loaded: LoadedData,
    config: Mapping[str, Any],
    search: Mapping[str, Any],
    *,
    processes: int,
    tell: Callable[[int], object] = lambda count: None,
) -> tuple[list[Tried], Window]:
    """Every trial of the validated search, in the plan's order, and the time that was held back from it.

    `tell` is called with the number of trials that have just ended. Raises ValueError where the time is too short.
    """
    plan, bench = SearchPlan.of(search), Workbench(loaded)
    fold = plan.stretches(bench.whole, bench.step)[0]
    work = _Work(bench, config, plan.maximize)
    found: list[Tried] = []
    _try(work, {}, fold.inside)  # compiled once, before there are several processes
    with _runner(work, processes) as run:
        for batch in _batches(plan, found):
            for chunk in run(_chunks(batch, processes), fold.inside):
                found += chunk
                tell(len(chunk))
    return found, fold.outside


def ranked(tried: Sequence[Tried]) -> list[Tried]:
    """Those with a score, the best first."""
    scored = [item for item in tried if item.score is not None]
    return sorted(scored, key=lambda item: -(item.score or 0.0))


def outside_score(loaded: LoadedData, config: Mapping[str, Any], tried: Tried, window: Window, name: str) -> Tried:
    """The setting on the time that was held back."""
    return _try(_Work(Workbench(loaded), config, name), tried.params, window)


def luck_of(tried: Sequence[Tried]) -> dict[str, Any]:
    """What can be said for the best against the luck of having tried so many."""
    from analytics.validation.overfitting import assess

    best = ranked(tried)[0]
    matrix = np.stack([item.returns for item in tried if len(item.returns)], axis=1)
    return assess(best.returns, returns_matrix=matrix)


def _batches(plan: SearchPlan, found: Sequence[Tried]) -> Iterator[list[dict[str, Any]]]:
    """Settings to try together; a Bayesian search asks anew when a batch has ended."""
    if not plan.is_asked_in_batches:
        yield [item.params for item in plan.all_at_once()]
        return
    while batch := plan.next_batch(0, [Told(item.params, item.score) for item in found]):
        yield [item.params for item in batch]


def _chunks(settings: Sequence[dict[str, Any]], processes: int) -> list[Sequence[dict[str, Any]]]:
    size = max(1, -(-len(settings) // (processes * _CHUNKS)))
    return [settings[at : at + size] for at in range(0, len(settings), size)]


@contextmanager
def _runner(work: _Work, processes: int) -> Iterator[Callable[..., Iterator[list[Tried]]]]:
    """A function that runs chunks of settings on a window, giving each chunk's results in the chunks' order."""
    if processes == 1:
        yield lambda chunks, window: (_try_all(work, chunk, window) for chunk in chunks)
        return
    # A fork shares the candles and the compiled engine.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_take_up, initargs=(work,)) as pool:
        yield lambda chunks, window: pool.map(_in_pool, chunks, [window] * len(chunks))


def _take_up(work: _Work) -> None:
    _work[:] = [work]


def _in_pool(chunk: Sequence[dict[str, Any]], window: Window) -> list[Tried]:
    return _try_all(_work[0], chunk, window)


def _try_all(work: _Work, chunk: Sequence[dict[str, Any]], window: Window) -> list[Tried]:
    return [_try(work, params, window) for params in chunk]


def _try(work: _Work, params: Mapping[str, Any], window: Window) -> Tried:
    try:
        result = run_setting(work.bench, work.config, params, window)
    except ValidationError as error:
        return Tried(params, error=problem_of(error))
    except ValueError as error:
        return Tried(params, error=str(error))
    figures = light_figures(result)
    returns = stretch_returns(result.time, result.equity, window.start, window.end)
    return Tried(params, score_of(figures, work.maximize), figures, returns)
