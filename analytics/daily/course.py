"""The course of trades: what of them their sums do not tell, a part at a time, such as a day."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.daily.bins import r_bins
from analytics.daily.dialect import hour_of_week, milliseconds, r_multiple

Ints = NDArray[np.int64]
Groups = dict[str, dict[str, list[int]]]  # kind, key, [trades, wins, pnl, profit, loss, fees] with money in units


def columns() -> str:
    """What `Part.of` takes of a trade `t`, for a SELECT."""
    return ", ".join(
        (
            "t.realized_pnl",
            "t.fees",
            milliseconds("COALESCE(t.opened_at, t.closed_at)"),
            milliseconds("t.closed_at"),
            r_multiple("t"),
            "t.direction",
            "t.exit_reason",
            hour_of_week("COALESCE(t.opened_at, t.closed_at)"),
            "t.tags",
        )
    )


@dataclass(frozen=True, slots=True)
class Part:
    """Trades that closed one after the other: the fields of DailyCourse."""

    results: Ints
    holdings: Ints
    spans: Ints  # shape (n, 2)
    r_counts: dict[str, int]
    groups: Groups

    @classmethod
    def of(cls, rows: Sequence[tuple[Any, ...]]) -> "Part":
        """From rows of `columns`, in the order of closing."""
        pnl, fees, opened, closed, r, directions, reasons, hours, tags = zip(*rows, strict=True) if rows else [()] * 9
        results, costs, starts, ends = (np.array(column, dtype=np.int64) for column in (pnl, fees, opened, closed))
        known = np.array([value for value in r if value is not None], dtype=np.float64)
        every = np.arange(len(results))
        each = [tag_list(text) for text in tags]
        tagged = np.repeat(every, [len(found) for found in each])
        return cls(
            results=results,
            holdings=ends - starts,
            spans=merged(starts, ends),
            r_counts={str(number): count for number, count in sorted(Counter(r_bins(known).tolist()).items())},
            groups={
                "direction": _grouped(directions, results, costs),
                "exit_reason": _grouped(reasons, results, costs),
                "hour": _grouped(hours, results, costs),
                "tag": _grouped([tag for found in each for tag in found], results[tagged], costs[tagged]),
            },
        )

    @classmethod
    def kept(cls, results: bytes, holdings: bytes, spans: bytes, r_counts: dict[str, int], groups: Groups) -> "Part":
        """From the columns of DailyCourse."""
        one, two, three = (np.frombuffer(column, dtype=np.int64) for column in (results, holdings, spans))
        return cls(one, two, three.reshape(-1, 2), r_counts, groups)


@lru_cache(maxsize=1000)
def tag_list(text: str) -> tuple[str, ...]:
    """Each tag once, from JSON as a raw query gives it: text."""
    return tuple(dict.fromkeys(json.loads(text)))


def merged(starts: Ints, ends: Ints) -> Ints:
    """The union of spans: those that do not touch, in order; shape (n, 2)."""
    order = np.argsort(starts, kind="stable")
    first, until = starts[order], np.maximum.accumulate(ends[order])
    begins = np.flatnonzero(np.concatenate([first[:1] == first[:1], first[1:] > until[:-1]]))
    ends_at = np.append(begins[1:], len(first))[: len(begins)] - 1
    return np.column_stack([first[begins], until[ends_at]]).astype(np.int64)


def _grouped(keys: Iterable[Hashable], results: Ints, fees: Ints) -> dict[str, list[int]]:
    positions: dict[Hashable, int] = {}
    codes = np.array([positions.setdefault(key, len(positions)) for key in keys], dtype=np.int64)
    sums = np.zeros((len(positions), 6), dtype=np.int64)
    rows = (np.ones(len(results), np.int64), results > 0, results, np.maximum(results, 0), np.minimum(results, 0), fees)
    for place, values in enumerate(rows):
        np.add.at(sums[:, place], codes, values)
    return {str(key): sums[position].tolist() for key, position in positions.items()}
