"""Which trials a search has, fold by fold. Everything follows from the search and the scores so far: whoever plans
comes to the same trials with the same numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analytics.search.bayesian import BATCH, Told, next_batch
from analytics.search.draws import grid, random_draws
from analytics.search.space import BAYESIAN, GRID, Dimension, read_space
from analytics.search.windows import Fold, Window, split, walk_forward


@dataclass(frozen=True, slots=True)
class Planned:
    number: int
    fold: int
    params: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """A validated search. `per_fold`: trials of each fold; fold f has the numbers from f * per_fold on."""

    method: str
    space: tuple[Dimension, ...]
    per_fold: int
    folds: int
    seed: int
    maximize: str
    out_percent: float
    anchored: bool

    @classmethod
    def of(cls, search: Mapping[str, Any]) -> "SearchPlan":
        return cls(
            method=search["method"],
            space=read_space(search["space"]),
            per_fold=search["trials"],
            folds=search["folds"],
            seed=search["seed"],
            maximize=search["maximize"],
            out_percent=search["out_of_sample_percent"],
            anchored=search["anchored"],
        )

    @property
    def total(self) -> int:
        return self.per_fold * self.folds

    @property
    def is_asked_in_batches(self) -> bool:
        return self.method == BAYESIAN

    def stretches(self, whole: Window, step: int) -> list[Fold]:
        """The folds' stretches of time; a sweep has one. `step` is a candle's length, ms. Raises ValueError where the
        time is too short.
        """
        if self.folds == 1:
            return [Fold(*split(whole, self.out_percent, step))]
        return walk_forward(whole, self.folds, self.out_percent, step, anchored=self.anchored)

    def all_at_once(self) -> list[Planned]:
        """Every trial of a grid or a random search; the folds try the same settings."""
        drawn = list(grid(self.space)) if self.method == GRID else random_draws(self.space, self.per_fold, self.seed)
        return [
            Planned(fold * self.per_fold + index, fold, params)
            for fold in range(self.folds)
            for index, params in enumerate(drawn)
        ]

    def next_batch(self, fold: int, told: Sequence[Told]) -> list[Planned]:
        """The fold's next trials of a Bayesian search, given all of its earlier ones by number; none: it is over."""
        count = min(BATCH, self.per_fold - len(told))
        if count <= 0:
            return []
        first = fold * self.per_fold + len(told)
        drawn = next_batch(self.space, told, count, self.seed)
        return [Planned(first + index, fold, params) for index, params in enumerate(drawn)]
