"""How far the price went against a closed trade, and in its favor (MAE, MFE), by the candles that it lived through."""

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from signals.models import MarketType
from trading.accounts.paper_model import fill_model
from trading.candles import candle_series
from trading.exits.bars import Bar, one_after_another
from trading.market import REPLAY_PREFIX, wall_now
from trading.models import ExitReason, Trade, TradeStatus
from trading.models.fields import to_money
from trading.rules.exit_plan import excursion_pnl

GRACE = timedelta(seconds=30)
_AT_ONCE = 500
_AT_LEVELS = (ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT, ExitReason.TRAILING_STOP, ExitReason.BREAK_EVEN)

Market = tuple[str, str]


def record_excursions(trade_ids: Collection[int] | None = None, now: datetime | None = None) -> int:
    """Work out `mae` and `mfe` of the closed trades that have none: of these, or of those closed a while ago.

    Safe to repeat. Contracts have none: they gain and lose by terms of their own. Returns how many were recorded.
    """
    lacking = Trade.objects.filter(status=TradeStatus.CLOSED, mae=None).exclude(market_type=MarketType.CONTRACT)
    lacking = lacking.exclude(venue__startswith=REPLAY_PREFIX)
    if trade_ids is None:
        chosen = lacking.filter(closed_wall__lt=(now or wall_now()) - GRACE).order_by("closed_wall")[:_AT_ONCE]
    else:
        chosen = lacking.filter(pk__in=trade_ids)
    markets: dict[Market, list[Trade]] = defaultdict(list)
    for trade in chosen.select_related("account"):
        markets[trade.venue, trade.symbol].append(trade)
    return sum(measure(trades, _bars_of(market, trades)) for market, trades in markets.items())


def _bars_of(market: Market, trades: Sequence[Trade]) -> list[Bar]:
    since = min(_sent(trade, trade.opened_at) for trade in trades)
    return one_after_another(candle_series(*market, since_ms=since), since)


def measure(trades: Iterable[Trade], bars: Sequence[Bar]) -> int:
    """Record the excursions of closed trades of one market over its bars, oldest first. Returns how many."""
    count = 0
    for trade in trades:
        best, worst = _extremes(trade, bars)
        mae, mfe = excursion_pnl(
            trade.inverse,
            trade.direction_sign,
            float(trade.quantity),
            float(trade.entry_price or 0),
            best,
            worst,
            float(trade.contract_size),
        )
        # Nothing of the row but these two: a hand may be writing its journal.
        count += Trade.objects.filter(pk=trade.pk, mae=None).update(mae=to_money(mae), mfe=to_money(mfe))
    return count


def _extremes(trade: Trade, bars: Sequence[Bar]) -> tuple[float, float]:
    """(best, worst) price between entry and exit: all of the bars wholly inside; of the one in which it was opened the
    close, of the one in which it was closed the open, if the trade was there for them.
    """
    opened, closed = _sent(trade, trade.opened_at), _sent(trade, trade.closed_at)
    prices = [float(trade.entry_price or 0), float(trade.exit_price or 0)]
    first = bisect_right(bars, opened, key=lambda bar: bar.end)
    last = bisect_right(bars, closed, key=lambda bar: bar.start)
    # A bar that ends with an exit at a level was the one that decided it: how it went on is not the trade's.
    until = closed if trade.exit_reason in _AT_LEVELS else closed + 1
    for bar in bars[first:last]:
        if (inside := bar.after(opened)) is not None:
            prices += [inside.high, inside.low] if inside.end < until else [inside.open]
    top, bottom = max(prices), min(prices)
    return (top, bottom) if trade.direction_sign > 0 else (bottom, top)


def _sent(trade: Trade, filled: datetime | None) -> int:
    """When the order left that filled then (epoch ms): on paper, its latency before."""
    latency = fill_model(trade.account).latency_ms if trade.account.is_paper else 0.0
    return 0 if filled is None else math.floor(filled.timestamp() * 1000 - latency + 0.5)
