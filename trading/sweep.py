"""The 30-second check: every open trade against the candles that closed since the last one.

Ticks close trades as they cross; this makes good what fell between two looks, or into an outage.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import transaction

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES
from trading.candles import candle_series
from trading.closing import close
from trading.exits import Exit
from trading.models import ExitCheckpoint, ExitReason, Trade, TradeStatus
from trading.rules.exits import STOP_LOSS, TAKE_PROFIT
from trading.rules.exits_batch import batch_first_exit

_BATCH = 500
_REASONS = {STOP_LOSS: ExitReason.STOP_LOSS, TAKE_PROFIT: ExitReason.TAKE_PROFIT}

Market = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Open:
    """A market's open trades as equal-length arrays; NaN where there is no level. Times are epoch ms, market time."""

    ids: "np.ndarray[Any, Any]"
    directions: "np.ndarray[Any, Any]"
    stops: "np.ndarray[Any, Any]"
    targets: "np.ndarray[Any, Any]"
    opened: "np.ndarray[Any, Any]"


def check_open_trades() -> dict[str, Any]:
    """Close what the candles say was hit. Returns {"checked", "closed", "symbols"}: two counts and the markets.

    One checkpoint a market remembers how far it was checked; it moves only after its hits are closed, so a crash
    between repeats a check and never skips one.
    """
    markets = _open_by_market()
    closed = 0
    for market, trades in markets.items():
        closed += _check_market(market, trades)
    return {
        "checked": sum(len(trades.ids) for trades in markets.values()),
        "closed": closed,
        "symbols": sorted(f"{venue}:{symbol}" for venue, symbol in markets),
    }


def _open_by_market() -> dict[Market, _Open]:
    rows: dict[Market, list[tuple[Any, ...]]] = defaultdict(list)
    query = Trade.objects.filter(status=TradeStatus.OPEN).order_by()
    fields = ("venue", "symbol", "id", "direction", "stop_loss", "take_profit", "opened_at")
    for venue, symbol, *rest in query.values_list(*fields).iterator(chunk_size=10_000):
        rows[venue, symbol].append(tuple(rest))
    return {market: _as_arrays(found) for market, found in rows.items()}


def _as_arrays(rows: list[tuple[Any, ...]]) -> _Open:
    ids, directions, stops, targets, opened = zip(*rows, strict=True)
    return _Open(
        ids=np.array(ids, dtype=np.int64),
        directions=np.array([1 if direction == "LONG" else -1 for direction in directions], dtype=np.int64),
        stops=np.array([np.nan if level is None else float(level) for level in stops]),
        targets=np.array([np.nan if level is None else float(level) for level in targets]),
        opened=np.array([int(moment.timestamp() * 1000) for moment in opened], dtype=np.int64),
    )


def _check_market(market: Market, trades: _Open) -> int:
    venue, symbol = market
    checkpoint = ExitCheckpoint.objects.filter(venue=venue, symbol=symbol).first()
    since = int(trades.opened.min())
    if checkpoint is not None:
        since = max(since, int(checkpoint.checked_until.timestamp() * 1000))
    closed, reached = 0, 0
    for timeframe, candles in candle_series(venue, symbol, since_ms=since):
        step = TIMEFRAMES[timeframe]
        closed += _close_hits(market, trades, candles, step)
        reached = max(reached, int(candles.time[-1]) + step)
    if reached:
        _remember(venue, symbol, reached)
    return closed


def _close_hits(market: Market, trades: _Open, candles: CandleArrays, step: int) -> int:
    index, reason, price = batch_first_exit(
        trades.directions,
        trades.stops,
        trades.targets,
        trades.opened,
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
            _quote_at(market, float(price[hit]), (int(candles.time[index[hit]]) + step) / 1000),
            float(price[hit]),
        )
        for hit in np.flatnonzero(index >= 0)
    ]
    return sum(close(exits[start : start + _BATCH]) for start in range(0, len(exits), _BATCH))


def _quote_at(market: Market, price: float, seconds: float) -> Quote:
    """The market as a candle tells it: one price, no spread."""
    venue, symbol = market
    return Quote(venue=venue, symbol=symbol, bid=price, ask=price, last=price, time=seconds, received=seconds)


@transaction.atomic
def _remember(venue: str, symbol: str, until_ms: int) -> None:
    until = datetime.fromtimestamp(until_ms / 1000, UTC)
    checkpoint, created = ExitCheckpoint.objects.select_for_update().get_or_create(
        venue=venue, symbol=symbol, defaults={"checked_until": until}
    )
    if not created and checkpoint.checked_until < until:
        checkpoint.checked_until = until
        checkpoint.save(update_fields=["checked_until"])
