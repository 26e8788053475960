"""The space that a search looks through: one dimension a setting."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

GRID, RANDOM, BAYESIAN = "grid", "random", "bayesian"
METHODS = (GRID, RANDOM, BAYESIAN)
_MOST_STEPS = 10_000
_SAME = 1e-9  # of a step: float noise at a range's end


@dataclass(frozen=True, slots=True)
class Dimension:
    """The values of one setting: `values`, or else what lies from `low` to `high` (both inclusive), in steps of `step`
    (None: continuous), by its logarithm if `log`. `whole`: whole numbers alone.
    """

    path: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    whole: bool = False

    @property
    def is_finite(self) -> bool:
        return bool(self.values) or self.step is not None

    def listed(self) -> tuple[Any, ...]:
        """Every value, smallest first. Raises ValueError for a continuous range."""
        if self.values:
            return self.values
        if self.step is None:
            raise ValueError(f"{self.path}: a range without a step has no end of values")
        # By decimals, so that 0.1 + 0.1 + 0.1 is 0.3.
        low, step = Decimal(repr(self.low)), Decimal(repr(self.step))
        return tuple(self._number(float(low + index * step)) for index in range(self.count()))

    def count(self) -> int:
        """How many values it has. Raises ValueError for a continuous range."""
        if self.values:
            return len(self.values)
        if self.step is None:
            raise ValueError(f"{self.path}: a range without a step has no end of values")
        return math.floor((self.high - self.low) / self.step + _SAME) + 1

    def ends(self) -> tuple[Any, ...]:
        """The values that show whether all are valid: each listed one, of a range its ends."""
        if self.values:
            return self.values
        last = self.listed()[-1] if self.step is not None else self._number(self.high)
        return (self._number(self.low), last)

    def draw(self, rng: np.random.Generator) -> Any:
        """A value, each as likely; of a logarithmic range each order of magnitude."""
        if self.is_finite and not self.log:
            listed = self.listed()
            return listed[int(rng.integers(len(listed)))]
        if self.log:
            return self._number(math.exp(rng.uniform(math.log(self.low), math.log(self.high))))
        return self._number(rng.uniform(self.low, self.high))

    def _number(self, value: float) -> int | float:
        value = min(max(value, self.low), self.high)
        return round(value) if self.whole else float(value)


def read_space(given: Mapping[str, Mapping[str, Any]]) -> tuple[Dimension, ...]:
    """The dimensions, those of strategies first: signals are worked out once for each setting of theirs, and a list of
    trials that changes them slowly shares most of them. Raises ValueError beginning with the wrong path.
    """
    return tuple(_dimension(path, given[path]) for path in sorted(given, key=lambda path: (_rank(path), path)))


def _rank(path: str) -> int:
    return 0 if path.startswith("strategies.") else 1


def _dimension(path: str, given: Mapping[str, Any]) -> Dimension:
    if "values" in given:
        return Dimension(path, values=tuple(given["values"]))
    low, high, step, log = given["low"], given["high"], given.get("step"), bool(given.get("log"))
    if high < low:
        raise ValueError(f"{path}: high must not be below low")
    if log and (low <= 0 or step is not None):
        raise ValueError(f"{path}: a logarithmic range begins above 0 and has no step")
    whole = all(isinstance(item, int) for item in (low, high, 1 if step is None else step))
    if whole and step is None and not log:
        step = 1
    if step is not None and (high - low) / step > _MOST_STEPS:
        raise ValueError(f"{path}: more than {_MOST_STEPS:,} steps")
    return Dimension(path, low=low, high=high, step=step, log=log, whole=whole)
