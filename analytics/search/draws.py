"""The settings that a grid or a random search tries."""

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from analytics.search.space import Dimension

Params = dict[str, Any]
_TRIES = 20  # a draw, until one is found that was not drawn before


def grid_size(space: Sequence[Dimension]) -> int:
    """How many settings a grid has. Raises ValueError for a continuous dimension."""
    return math.prod(item.count() for item in space)


def grid(space: Sequence[Dimension]) -> Iterator[Params]:
    """Every combination; the last dimension changes fastest."""
    names = [item.path for item in space]
    for values in itertools.product(*(item.listed() for item in space)):
        yield dict(zip(names, values, strict=True))


def random_draws(space: Sequence[Dimension], count: int, seed: int) -> list[Params]:
    """`count` settings, the same for the same seed; none twice as long as others are found with ease."""
    rng = np.random.default_rng(seed)
    found: dict[str, Params] = {}
    repeated: list[Params] = []
    while len(found) + len(repeated) < count:
        for attempt in range(_TRIES):
            drawn = {item.path: item.draw(rng) for item in space}
            key = json.dumps(drawn, sort_keys=True)
            if key not in found:
                found[key] = drawn
                break
            if attempt == _TRIES - 1:
                repeated.append(drawn)
    return [*found.values(), *repeated]
