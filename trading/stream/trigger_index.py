"""Which trades a price sets off, found in O(log n + hits)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sortedcontainers import SortedList

from trading.rules.exits import STOP_LOSS, TAKE_PROFIT

# Beside the rule book's codes: the trade goes on, and its plan moves its stop.
MOVE = 3

Market = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A trade whose trigger was crossed: why (rule book code, or MOVE), the level (price per unit), all its levels."""

    trade_id: int
    reason: int
    level: float
    triggers: "Triggers | None" = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Triggers:
    """A trade's levels, prices per unit; None or NaN where it has none. Direction is +1 (LONG) or -1 (SHORT).

    `move` is the price in its favor at which its stop next moves.
    """

    trade_id: int
    venue: str
    symbol: str
    direction: int
    stop: float | None
    target: float | None
    move: float | None = None


@dataclass(slots=True)
class _Side:
    """Levels sorted as (level, trade id, reason)."""

    falling: SortedList = field(default_factory=SortedList)  # fire when the price is at or below
    rising: SortedList = field(default_factory=SortedList)  # fire when the price is at or above


class TriggerIndex:
    """Stops, targets and the levels at which stops move, by market, held in memory.

    Longs stop and shorts take profit when the price falls, and the other way round when it rises.
    """

    def __init__(self) -> None:
        self._markets: dict[Market, _Side] = {}
        self._trades: dict[int, Triggers] = {}

    def __len__(self) -> int:
        return len(self._trades)

    def __contains__(self, trade_id: int) -> bool:
        return trade_id in self._trades

    def symbols(self) -> set[Market]:
        """The (venue, symbol) pairs that have trades."""
        return {(held.venue, held.symbol) for held in self._trades.values()}

    def put(self, triggers: Triggers) -> None:
        """Add the trade, or replace its levels."""
        held = self._trades.get(triggers.trade_id)
        if held == triggers:
            return
        if held is not None:
            self.remove(triggers.trade_id)
        side = self._markets.setdefault((triggers.venue, triggers.symbol), _Side())
        for levels, entry in _entries(side, triggers):
            levels.add(entry)
        self._trades[triggers.trade_id] = triggers

    def load(self, rows: Iterable[Triggers]) -> None:
        """Replace everything; sorts once, so that 100,000 trades load fast."""
        self._trades = {row.trade_id: row for row in rows}
        self._markets = {}
        found: dict[int, tuple[SortedList, list[tuple[float, int, int]]]] = {}
        for row in self._trades.values():
            side = self._markets.setdefault((row.venue, row.symbol), _Side())
            for levels, entry in _entries(side, row):
                found.setdefault(id(levels), (levels, []))[1].append(entry)
        for levels, entries in found.values():
            levels.update(entries)

    def remove(self, trade_id: int) -> None:
        """Forget the trade; harmless when it is not there."""
        triggers = self._trades.pop(trade_id, None)
        if triggers is None:
            return
        side = self._markets[triggers.venue, triggers.symbol]
        for levels, entry in _entries(side, triggers):
            levels.remove(entry)

    def crossed(self, venue: str, symbol: str, price: float) -> list[Hit]:
        """The trades that `price` sets off, each once: its stop before its target, and its target before a move."""
        side = self._markets.get((venue, symbol))
        if side is None or math.isnan(price):
            return []
        hits: dict[int, Hit] = {}
        for level, trade_id, reason in side.falling.irange(minimum=(price,)):
            self._note(hits, trade_id, reason, level)
        for level, trade_id, reason in side.rising.irange(maximum=(price, float("inf"))):
            self._note(hits, trade_id, reason, level)
        return list(hits.values())

    def take(self, venue: str, symbol: str, price: float) -> list[Hit]:
        """As `crossed`, and forget the trades found: they are about to be closed.

        One whose stop is to move stays, with its stop and target armed; until its new levels come, it is found again
        at a better price only.
        """
        hits = self.crossed(venue, symbol, price)
        for hit in hits:
            if hit.reason == MOVE:
                held = self._trades[hit.trade_id]
                self.put(replace(held, move=math.nextafter(price, held.direction * math.inf)))
            else:
                self.remove(hit.trade_id)
        return hits

    def _note(self, hits: dict[int, Hit], trade_id: int, reason: int, level: float) -> None:
        found = hits.get(trade_id)
        if found is None or reason < found.reason:
            hits[trade_id] = Hit(trade_id, reason, level, self._trades[trade_id])


def _entries(side: _Side, triggers: Triggers) -> list[tuple[SortedList, tuple[float, int, int]]]:
    """Where its levels belong. A NaN would break the order of all the others, so it never gets in."""
    against, favor = (side.falling, side.rising) if triggers.direction > 0 else (side.rising, side.falling)
    levels = (
        (against, triggers.stop, STOP_LOSS),
        (favor, triggers.target, TAKE_PROFIT),
        (favor, triggers.move, MOVE),
    )
    return [
        (where, (level, triggers.trade_id, reason))
        for where, level, reason in levels
        if level is not None and not math.isnan(level)
    ]
