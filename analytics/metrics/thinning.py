"""Fewer points of a series, without losing what the eye looks for."""

import numpy as np

from analytics.metrics.numbers import Floats, Ints


def thinned(values: Floats, *, always: tuple[int, ...] = (), most: int = 1000) -> Ints:
    """Positions of at most `most` points (10 at least), rising: the first, the last, `always`, and the lowest and the
    highest of each of as many equal stretches as there is room for. All, where they are few enough.
    """
    count = len(values)
    if count <= most:
        return np.arange(count, dtype=np.int64)
    stretches = (most - 2 - len(always)) // 2
    size = -(-count // stretches)
    whole = values[: count // size * size].reshape(-1, size)
    offsets = np.arange(len(whole)) * size
    rest = values[len(whole) * size :]
    tail = [len(whole) * size + int(found) for found in ([rest.argmin(), rest.argmax()] if len(rest) else [])]
    kept = [[0, count - 1, *always, *tail], whole.argmin(axis=1) + offsets, whole.argmax(axis=1) + offsets]
    return np.unique(np.concatenate([np.asarray(part, dtype=np.int64) for part in kept]))


def evenly(count: int, most: int) -> Ints:
    """Positions of at most `most` of `count` points, evenly spaced, the last among them."""
    step = -(-count // most) if count else 1
    return np.arange((count - 1) % step, count, step, dtype=np.int64)
