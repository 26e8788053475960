"""Results by symbol, strategy, source, tag, direction, exit reason, hour and weekday.

Every trade is in one group of each kind, so that a kind's P&L sums to the total; with tags it is in as many as it has.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.metrics.numbers import Floats, Ints, divided, number, percent, summed
from analytics.metrics.returns import DAY_MS

if TYPE_CHECKING:
    from analytics.backtest.result import TradeColumns

_HOUR_MS = 3_600_000
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday; 0 is Monday


def by_code(trades: "TradeColumns", codes: Ints, keys: Sequence[str], rows: Ints | None = None) -> list[dict[str, Any]]:
    """The groups that have trades, best P&L first. codes: each trade's position in `keys`; `rows`: the trades that the
    codes are of, where they are not all in order."""
    pnl, fees = (trades.pnl, trades.fees) if rows is None else (trades.pnl[rows], trades.fees[rows])
    size = len(keys)
    counts = np.bincount(codes, minlength=size)
    wins = summed(codes, pnl > 0.0, size)
    sums, profits = summed(codes, pnl, size), summed(codes, np.maximum(pnl, 0.0), size)
    losses, costs = summed(codes, np.minimum(pnl, 0.0), size), summed(codes, fees, size)
    present = sorted(np.flatnonzero(counts).tolist(), key=lambda row: (-sums[row], keys[row]))
    return [
        {
            "key": keys[row],
            "trades": int(counts[row]),
            "wins": int(wins[row]),
            "pnl": number(sums[row]),
            "win_rate_percent": percent(wins[row], counts[row]),
            "profit_factor": divided(profits[row], -losses[row]),
            "average_trade": number(sums[row] / counts[row]),
            "fees": number(costs[row]),
        }
        for row in present
    ]


def by_name(trades: "TradeColumns", names: Iterable[str]) -> list[dict[str, Any]]:
    """Groups of one name a trade."""
    codes, keys = coded(names)
    return by_code(trades, codes, keys)


def by_tag(trades: "TradeColumns", tags: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Groups of any number of tags a trade, each counted once; a trade without tags is in none."""
    sets = [tuple(dict.fromkeys(given)) for given in tags]
    rows = np.repeat(np.arange(len(sets), dtype=np.int64), [len(given) for given in sets])
    codes, keys = coded(tag for given in sets for tag in given)
    return by_code(trades, codes, keys, rows)


def by_direction(trades: "TradeColumns") -> list[dict[str, Any]]:
    return by_code(trades, (trades.direction < 0).astype(np.int64), ("LONG", "SHORT"))


def by_hour(trades: "TradeColumns") -> list[dict[str, Any]]:
    """24 rows, by the UTC hour of the entry."""
    return _slots(trades.opened // _HOUR_MS % 24, trades.pnl, 24)


def by_weekday(trades: "TradeColumns") -> list[dict[str, Any]]:
    """7 rows, by the UTC weekday of the entry; 0 is Monday."""
    return _slots((trades.opened // DAY_MS + _EPOCH_WEEKDAY) % 7, trades.pnl, 7)


def coded(names: Iterable[str]) -> tuple[Ints, list[str]]:
    """(each name's position among the distinct names, the distinct names)."""
    found: dict[str, int] = {}
    codes = np.fromiter((found.setdefault(str(name), len(found)) for name in names), dtype=np.int64)
    return codes, list(found)


def _slots(codes: Ints, pnl: Floats, size: int) -> list[dict[str, Any]]:
    counts, sums = np.bincount(codes, minlength=size), summed(codes, pnl, size)
    wins = summed(codes, pnl > 0.0, size)
    return [
        {
            "key": slot,
            "trades": int(counts[slot]),
            "pnl": number(sums[slot]),
            "win_rate_percent": percent(wins[slot], counts[slot]),
        }
        for slot in range(size)
    ]
