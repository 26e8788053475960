"""Which candles of a time are still to be had."""

from itertools import pairwise

from signals.marketdata.candles import CandleArrays


def missing_spans(held: CandleArrays, start_ms: int, end_ms: int, step: int, *, together: int) -> list[tuple[int, int]]:
    """What `held` lacks of the candles that open in [start_ms, end_ms), as such ranges, oldest first.

    `start_ms` lies on the grid of `step` ms. Neighbours that `together` candles cover are one range: one question
    brings them both.
    """
    inside = held.time[(held.time >= start_ms) & (held.time < end_ms)].tolist()
    edges = [start_ms - step, *inside, -(-end_ms // step) * step]
    holes = [(before + step, after) for before, after in pairwise(edges) if after - before > step]
    spans: list[tuple[int, int]] = []
    for first, until in holes:
        if spans and until - spans[-1][0] <= together * step:
            spans[-1] = (spans[-1][0], until)
        else:
            spans.append((first, until))
    return spans
