"""The 30-second check: every open trade against the candles that closed since the last one.

Ticks close trades as they cross; this makes good what fell between two looks, or into an outage.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction

from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES
from trading.candles import candle_series
from trading.exits.advance import advance, checked_until
from trading.exits.bars import Bar, one_after_another, quote_at
from trading.exits.closing import close
from trading.exits.exit_plans import move_price
from trading.exits.exits import Exit
from trading.exits.walk import Walk, settled_until
from trading.models import ExitCheckpoint, ExitReason, Trade, TradeStatus
from trading.rules.exits import STOP_LOSS, TAKE_PROFIT
from trading.rules.exits_batch import batch_first_exit

_BATCH = 500
_REASONS = {STOP_LOSS: ExitReason.STOP_LOSS, TAKE_PROFIT: ExitReason.TAKE_PROFIT}

Market = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Open:
    """A market's open trades as equal-length arrays; NaN where there is no level.

    `since` is from when the levels are in force: the entry, or their last change (epoch ms, market time).
    """

    ids: "np.ndarray[Any, Any]"
    directions: "np.ndarray[Any, Any]"
    stops: "np.ndarray[Any, Any]"
    targets: "np.ndarray[Any, Any]"
    since: "np.ndarray[Any, Any]"


def check_open_trades() -> dict[str, Any]:
    """Close what the candles say was hit. Returns {"checked", "closed", "symbols"}: two counts and the markets.

    One checkpoint a market remembers how far it was checked; it moves only after its hits are closed, so a crash
    between repeats a check and never skips one.
    """
    plain, planned = _plain_by_market(), _planned_by_market()
    markets = sorted({*plain, *planned})
    closed = sum(_check_market(market, plain.get(market), planned.get(market, [])) for market in markets)
    return {
        "checked": sum(len(trades.ids) for trades in plain.values()) + sum(map(len, planned.values())),
        "closed": closed,
        "symbols": [f"{venue}:{symbol}" for venue, symbol in markets],
    }


def _plain_by_market() -> dict[Market, _Open]:
    """Trades whose levels stay where they are."""
    rows: dict[Market, list[tuple[Any, ...]]] = defaultdict(list)
    query = Trade.objects.filter(status=TradeStatus.OPEN, best_price=None).order_by()
    fields = ("venue", "symbol", "id", "direction", "stop_loss", "take_profit", "opened_at", "levels_since")
    for venue, symbol, *rest in query.values_list(*fields).iterator(chunk_size=10_000):
        rows[venue, symbol].append(tuple(rest))
    return {market: _as_arrays(found) for market, found in rows.items()}


def _planned_by_market() -> dict[Market, list[Trade]]:
    """Trades whose plans move their levels."""
    rows: dict[Market, list[Trade]] = defaultdict(list)
    for trade in Trade.objects.filter(status=TradeStatus.OPEN, best_price__isnull=False).order_by():
        rows[trade.venue, trade.symbol].append(trade)
    return rows


def _as_arrays(rows: list[tuple[Any, ...]]) -> _Open:
    ids, directions, stops, targets, opened, changed = zip(*rows, strict=True)
    in_force = (since or entry for since, entry in zip(changed, opened, strict=True))
    return _Open(
        ids=np.array(ids, dtype=np.int64),
        directions=np.array([1 if direction == "LONG" else -1 for direction in directions], dtype=np.int64),
        stops=np.array([np.nan if level is None else float(level) for level in stops]),
        targets=np.array([np.nan if level is None else float(level) for level in targets]),
        since=np.array([int(moment.timestamp() * 1000) for moment in in_force], dtype=np.int64),
    )


def _check_market(market: Market, plain: _Open | None, planned: list[Trade]) -> int:
    settled = [settled_until(trade) for trade in planned]
    since = min([*settled, *([] if plain is None else [int(plain.since.min())])])
    since = max(since, checked_until(market) or since)
    series = list(candle_series(*market, since_ms=since))
    closed, reached = 0, 0
    for timeframe, candles in series:
        step = TIMEFRAMES[timeframe]
        if plain is not None:
            closed += _close_hits(market, plain, candles, step)
        reached = max(reached, int(candles.time[-1]) + step)
    if planned:
        closed += _advance(planned, series, since)
    if reached:
        _remember(*market, reached)
    return closed


def _advance(planned: list[Trade], series: list[tuple[str, CandleArrays]], since: int) -> int:
    """Walk the bars in order; only trades to which something happened are locked."""
    bars = one_after_another(series, since)
    eventful = []
    for trade in _touched(planned, bars):
        walk = Walk(trade)
        if walk.over(bars) is not None or walk.moves:
            eventful.append(trade.pk)
    return sum(advance(eventful[start : start + _BATCH], bars) for start in range(0, len(eventful), _BATCH))


def _touched(planned: list[Trade], bars: list[Bar]) -> list[Trade]:
    """Trades that the extremes of the bars to come do not rule out: one look instead of a walk for all the others.

    Every price of a bar counts, and a NaN hides no other, as in exits_batch.
    """
    if not bars:
        return []
    prices = np.array([(bar.open, bar.high, bar.low, bar.close) for bar in bars]).T
    lowest = np.fmin.accumulate(np.fmin.reduce(prices)[::-1])[::-1]
    highest = np.fmax.accumulate(np.fmax.reduce(prices)[::-1])[::-1]
    first = np.searchsorted([bar.end for bar in bars], [settled_until(trade) for trade in planned], side="right")
    return [
        trade
        for trade, start in zip(planned, first.tolist(), strict=True)
        if start < len(bars) and _reaches(trade, float(lowest[start]), float(highest[start]))
    ]


def _reaches(trade: Trade, low: float, high: float) -> bool:
    """Whether a price between the two could set anything of the trade off."""
    against, favor = (low, high) if trade.direction_sign > 0 else (high, low)
    in_favor = [level for level in (trade.take_profit, move_price(trade)) if level is not None]
    is_stopped = trade.stop_loss is not None and trade.direction_sign * (against - float(trade.stop_loss)) <= 0.0
    return is_stopped or any(trade.direction_sign * (favor - float(level)) >= 0.0 for level in in_favor)


def _close_hits(market: Market, trades: _Open, candles: CandleArrays, step: int) -> int:
    index, reason, price = batch_first_exit(
        trades.directions,
        trades.stops,
        trades.targets,
        trades.since,
        candles.time,
        candles.open,
        candles.high,
        candles.low,
        candles.close,
        step,
    )
    exits = [
        Exit(
            int(trades.ids[hit]),
            _REASONS[int(reason[hit])],
            quote_at(*market, float(price[hit]), int(candles.time[index[hit]]) + step),
            float(price[hit]),
        )
        for hit in np.flatnonzero(index >= 0)
    ]
    return sum(close(exits[start : start + _BATCH]) for start in range(0, len(exits), _BATCH))


@transaction.atomic
def _remember(venue: str, symbol: str, until_ms: int) -> None:
    until = datetime.fromtimestamp(until_ms / 1000, UTC)
    checkpoint, created = ExitCheckpoint.objects.select_for_update().get_or_create(
        venue=venue, symbol=symbol, defaults={"checked_until": until}
    )
    if not created and checkpoint.checked_until < until:
        checkpoint.checked_until = until
        checkpoint.save(update_fields=["checked_until"])
