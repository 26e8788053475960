"""What one tick sets off: stops and targets that it reached, stops that it moves. The streamer finds the trades."""

from collections.abc import Collection, Iterable
from typing import Any

from brokers.interface import Quote
from trading.exits.advance import advance, bars_since_check
from trading.exits.bars import Bar
from trading.exits.closing import close
from trading.exits.exits import Exit
from trading.models import ExitReason, Trade, TradeStatus


def close_triggered(hits: Iterable[tuple[int, str, float]], quote: dict[str, Any]) -> int:
    """Close the trades that one tick set off: `hits` are (trade id, exit reason, fill price), `quote` its fields.

    Where a target closes a portion only, the tick moves the stop of the rest, too.
    """
    market, listed = Quote(**quote), list(hits)
    before = _targets_hit(pk for pk, reason, _ in listed if reason == ExitReason.TAKE_PROFIT)
    count = close([Exit(trade_id, ExitReason(reason), market, price) for trade_id, reason, price in listed])
    reached = [pk for pk, hit in _targets_hit(before).items() if hit > before[pk]]
    at_ms = int(market.time * 1000)
    return count + advance(reached, [Bar.of_tick(market.last, at_ms)], since=at_ms - 1)


def _targets_hit(trade_ids: Iterable[int]) -> dict[int, int]:
    """By trade, of those that are OPEN and have a plan."""
    found = Trade.objects.filter(pk__in=list(trade_ids), status=TradeStatus.OPEN, best_price__isnull=False)
    return dict(found.values_list("pk", "targets_hit"))


def move_stops(trade_ids: Collection[int], quote: dict[str, Any]) -> int:
    """The tick (its quote's fields) reached the level at which the stops of these trades, all of its market, move.

    What the candles tell of the time before it comes first: after an outage, a stop may have been hit meanwhile.
    Returns how many exits that brought.
    """
    market = Quote(**quote)
    at_ms = int(market.time * 1000)
    bars = [bar for bar in bars_since_check((market.venue, market.symbol), trade_ids) if bar.end <= at_ms]
    return advance(trade_ids, [*bars, Bar.of_tick(market.last, at_ms)])
