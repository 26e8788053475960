"""`python -m benchmarks.peers.compare CANDLES.npz`: backtesting.py's trades beside Signalist's, which lie in
CANDLES.npz.signalist.npz; every trade that differs is listed with the reason, if one is known.
"""

import sys
import warnings
from typing import Any, NamedTuple

import numpy as np

_SAME = 1e-9  # relative, of prices
_AT_THE_END = 6  # EXIT_REASONS' END_OF_REPLAY


class Compared(NamedTuple):
    """A trade by the bars (from 0) at whose open it begins and in which it ends; prices per unit."""

    entry_bar: int
    exit_bar: int
    direction: int
    entry: float
    exit: float
    reason: int


def main(path: str) -> int:
    """How many differences have no explanation."""
    warnings.simplefilter("ignore")
    with np.load(path) as stored:
        candles = {name: stored[name] for name in stored.files}
    ours, theirs = _ours(path), _theirs(candles)
    print(f"Trades: Signalist {len(ours)}, backtesting.py {len(theirs)}")
    unexplained = alike = 0
    for bar in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(bar), theirs.get(bar)
        if mine is not None and other is not None and _alike(mine, other):
            alike += 1
            continue
        why = _why(mine, other, candles)
        unexplained += not why
        print(f"  entry at bar {bar}: Signalist {_told(mine)}, backtesting.py {_told(other)}: {why or 'NOT EXPLAINED'}")
    print(f"{alike} trades are the same in entry, exit, direction and both prices; {unexplained} without explanation")
    return unexplained


def _alike(mine: Compared, other: Compared) -> bool:
    near = all(
        abs(left - right) <= _SAME * abs(left) for left, right in ((mine.entry, other.entry), (mine.exit, other.exit))
    )
    return near and mine[:3] == other[:3]


def _why(mine: Compared | None, other: Compared | None, candles: dict[str, Any]) -> str:
    last = len(candles["close"]) - 1
    if mine is None or other is None or mine.direction != other.direction:
        return ""
    if mine.reason == _AT_THE_END and other.exit_bar == last:
        at_close, at_open = mine.exit == candles["close"][last], other.exit == candles["open"][last]
        if at_close and at_open:
            return "still open at the end; closed at the last candle's close here, at its open there"
    return ""


def _told(trade: Compared | None) -> str:
    if trade is None:
        return "has none"
    side = "long" if trade.direction > 0 else "short"
    return f"{side} {trade.entry:g} to bar {trade.exit_bar} at {trade.exit:g}"


def _ours(path: str) -> dict[int, Compared]:
    with np.load(f"{path}.signalist.npz") as stored:
        columns = [stored[name] for name in Compared._fields]
    found = [Compared(*(value.item() for value in row)) for row in zip(*columns, strict=True)]
    # An exit inside a bar is told at its end; one at a bar's open, at the open.
    return {trade.entry_bar: trade._replace(exit_bar=trade.exit_bar - 1) for trade in found}


def _theirs(candles: dict[str, Any]) -> dict[int, Compared]:
    from benchmarks.peers.with_backtesting import trades

    found = [
        Compared(row.EntryBar, row.ExitBar, 1 if row.Size > 0 else -1, row.EntryPrice, row.ExitPrice, 0)
        for row in trades(candles).itertuples()
    ]
    return {int(trade.entry_bar): trade for trade in found}


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1]) else 0)
