"""Trades with exit plans, and prices that pass over them by each of the three ways: ticks, candles, replay."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from brokers.interface import Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.window import CandleWindow
from tests.trading.factories import make_signal, publish_quote
from trading import queueing
from trading.decisions import dispatch
from trading.exits.bars import Bar
from trading.market import redis_client
from trading.models import Account, AutoTradingSession, LevelChange, Trade
from trading.stream.streaming import quote_fields, tasks_of
from trading.stream.trigger_feed import as_row
from trading.stream.trigger_index import MOVE, TriggerIndex
from trading.stream.trigger_sync import TriggerSync

TRAIL = {"trailing": {"kind": "PERCENT", "value": 1.0, "step_percent": 10.0}}
EVEN = {"break_even": {"trigger_percent": 1.0, "offset_percent": 0.1}}
SPLIT = {"targets": [{"percent": 1.0, "portion": 0.5}, {"percent": 2.0, "portion": 0.5}]}
# Fills at the price that is asked for, at once.
PLAIN_FILLS = {"slippage_bps": 0.0, "latency_ms": 0.0}


def open_planned(session: AutoTradingSession, plan: dict[str, Any], **signal: Any) -> Trade:
    """A trade of the session, entered at 100 with this exit plan."""
    AutoTradingSession.objects.filter(pk=session.pk).update(exit_plan=plan)
    Account.objects.filter(pk=session.account_id).update(fill_model=PLAIN_FILLS)
    publish_quote(100.0)
    dispatch.dispatch_signal(make_signal(session.account.owner, **{"take_profits": [], **signal}).pk)
    return Trade.objects.latest("id")


def entered_at(trade: Trade, seconds_ago: float) -> int:
    """Let the trade have been entered at the start of a minute, so long ago at least; returns that (epoch ms)."""
    minute = int(time.time() - seconds_ago) // 60 * 60
    moment = datetime.fromtimestamp(minute, UTC)
    Trade.objects.filter(pk=trade.pk).update(opened_at=moment)
    trade.opened_at = moment
    return minute * 1000


def store(rows: Sequence[tuple[float, ...]], timeframe: str = "1m", symbol: str = "ABC") -> None:
    CandleWindow(redis_client()).append_arrays("sim", symbol, timeframe, CandleArrays.from_rows(rows))


def store_bars(bars: Iterable[Bar], timeframe: str = "1m") -> None:
    store([(bar.start, bar.open, bar.high, bar.low, bar.close, 1.0) for bar in bars], timeframe)


def quote_of(price: float, at_ms: int) -> Quote:
    return Quote("sim", "ABC", price, price, price, at_ms / 1000, at_ms / 1000)


@dataclass
class Streamer:
    """The streamer's way from a tick to the tasks, without sockets: the index is fed from the database."""

    index: TriggerIndex = field(default_factory=TriggerIndex)

    def __post_init__(self) -> None:
        self.sync = TriggerSync(self.index, None)  # type: ignore[arg-type]

    def tick(self, price: float, at_ms: int) -> list[str]:
        """Carry out what the tick sets off; returns the tasks that it took."""
        for trade in Trade.objects.watched():
            self.sync.apply(as_row(trade))
        return self.see(price, at_ms)

    def see(self, price: float, at_ms: int) -> list[str]:
        """The same with the levels as the index has them."""
        hits = self.index.take("sim", "ABC", price)
        self.sync.fired(hit for hit in hits if hit.reason != MOVE)
        found = tasks_of(hits, price)
        with queueing.inline():
            for task, rows in found:
                queueing.send(task, rows, quote_fields(quote_of(price, at_ms)))
        return [task for task, _ in found]


def trail(trade: Trade) -> list[tuple[Decimal | None, Decimal | None, str]]:
    """The moves of the trade's levels: (stop, target, mover)."""
    changes = LevelChange.objects.filter(trade=trade).order_by("pk")
    return list(changes.values_list("stop_loss", "take_profit", "moved_by"))
