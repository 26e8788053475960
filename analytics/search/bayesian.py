"""Bayesian search with optuna's tree-structured Parzen estimator (Bergstra et al. 2011), asked batch by batch.

Nothing of optuna's is stored: the study is told the trials so far, each time anew, so that whoever asks for a batch
gets the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analytics.search.space import Dimension

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

BATCH = 16


@dataclass(frozen=True, slots=True)
class Told:
    """A trial that has ended; `score` None: it has none (it failed, or its figure has no meaning)."""

    params: Mapping[str, Any]
    score: float | None


def next_batch(space: Sequence[Dimension], told: Sequence[Told], count: int, seed: int) -> list[dict[str, Any]]:
    """`count` settings to try next, given all earlier ones in their order; the same for the same arguments."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    # The seed moves on with the batch, or a study told anew would begin its draws from the same point each time.
    sampler = optuna.samplers.TPESampler(seed=(seed * 1_000_003 + len(told)) % 2**32, constant_liar=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = {item.path: _distribution(item) for item in space}
    for trial in told:
        study.add_trial(_told(trial, space, distributions))
    return [_values(study.ask(distributions).params, space) for _ in range(count)]


def _told(trial: Told, space: Sequence[Dimension], distributions: "dict[str, BaseDistribution]") -> Any:
    import optuna

    params = {item.path: _inner(item, trial.params[item.path]) for item in space}
    state = optuna.trial.TrialState.COMPLETE if trial.score is not None else optuna.trial.TrialState.FAIL
    return optuna.trial.create_trial(state=state, value=trial.score, params=params, distributions=distributions)


def _distribution(item: Dimension) -> "BaseDistribution":
    """Listed values are chosen by their index, so that 1, 1.0 and True stay apart."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if item.values:
        return CategoricalDistribution(tuple(range(len(item.values))))
    if item.whole:
        low = round(item.low)
        if item.log:
            return IntDistribution(low, round(item.high), log=True)
        return IntDistribution(low, int(item.listed()[-1]), step=round(item.step or 1))
    if item.step is not None:
        return FloatDistribution(item.low, float(item.listed()[-1]), step=item.step)
    return FloatDistribution(item.low, item.high, log=item.log)


def _inner(item: Dimension, value: Any) -> Any:
    if not item.values:
        return value
    same = (index for index, other in enumerate(item.values) if type(other) is type(value) and other == value)
    return next(same, None) if value is not None else item.values.index(None)


def _values(params: Mapping[str, Any], space: Sequence[Dimension]) -> dict[str, Any]:
    return {item.path: item.values[params[item.path]] if item.values else params[item.path] for item in space}
