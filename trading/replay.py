"""Recorded market data through the whole pipeline, in market time, in this process.

The order of events inside a candle is the backtester's: signals of the candle before fill at this one's open, then the
candle's range is checked for exits (stop first), then it closes and the strategies see it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from brokers.interface import Quote
from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import Tick
from signals.marketdata.timeframes import TIMEFRAMES
from trading import queueing
from trading.exits import Exit, close_trades
from trading.market import LocalQuotes, use_quotes
from trading.models import Account, AutoTradingSession, ExitReason, Trade, TradeStatus
from trading.replay_feed import ReplayFeed
from trading.rules.exits import NO_EXIT, STOP_LOSS, exit_on_bar
from trading.strategy_runs import run_strategies
from trading.valuation import attach_valuation, record_equity

WINDOW = 500


@dataclass(frozen=True, slots=True)
class Bar:
    """One price range of market time: a candle, or a tick as a bar of one price. Times in epoch ms."""

    start: int
    end: int
    open: float
    high: float
    low: float
    close: float


class Replay:
    """Drives one symbol of a replay venue through an account's sessions."""

    def __init__(self, account: Account, venue: str, symbol: str, timeframe: str, feed: ReplayFeed) -> None:
        self._account = account
        self._venue = venue
        self._symbol = symbol
        self._timeframe = timeframe
        self._feed = feed
        self._quotes = LocalQuotes()
        self._sessions = list(
            AutoTradingSession.objects.running().filter(account=account, venue=venue).select_related("account")
        )
        self._open: list[Trade] = []
        self.signals = 0

    @contextmanager
    def inline(self) -> Iterator[None]:
        """Signals dispatched at once and quotes read from the recording."""
        with use_quotes(self._quotes), queueing.inline():
            yield

    def candles(self, candles: CandleArrays, *, progress: Callable[[], None], pace: Callable[[int], None]) -> None:
        """Replay candles; `pace(market ms)` waits until a candle is due, `progress()` counts it."""
        step = TIMEFRAMES[self._timeframe]
        with self.inline():
            for index in range(len(candles.time)):
                start = int(candles.time[index])
                pace(start)
                bar = Bar(
                    start,
                    start + step,
                    float(candles.open[index]),
                    float(candles.high[index]),
                    float(candles.low[index]),
                    float(candles.close[index]),
                )
                self._quote(bar.open, bar.start)
                if index:
                    self._strategies(candles.slice(max(0, index - WINDOW), index))
                self._exits(bar)
                self._quote(bar.close, bar.end)
                self._feed.candle(candles, index)
                progress()
            self._finish()

    def ticks(self, quotes: Sequence[Tick], *, progress: Callable[[], None], pace: Callable[[int], None]) -> None:
        """Replay ticks: each is a bar of one price; strategies run when the ticks have closed a candle."""
        aggregator = TickAggregator(self._timeframe)
        window = CandleArrays.empty()
        with self.inline():
            for tick in quotes:
                pace(tick.time)
                closed = aggregator.add(self._venue, self._symbol, tick.time, tick.last, tick.volume)
                self._quote(tick.last, tick.time, tick.bid, tick.ask)
                for candle in closed:
                    if candle.timeframe == self._timeframe:
                        window = window.append(candle).last(WINDOW)
                        self._feed.candle(window, len(window.time) - 1)
                        self._strategies(window)
                self._exits(Bar(tick.time, tick.time, tick.last, tick.last, tick.last, tick.last))
                progress()
            self._finish()

    def abandon(self) -> None:
        """Wind up a replay that was interrupted."""
        with self.inline():
            self._reload()
            self._finish()

    def _quote(self, price: float, at_ms: int, bid: float | None = None, ask: float | None = None) -> None:
        quote = Quote(
            venue=self._venue,
            symbol=self._symbol,
            bid=price if bid is None else bid,
            ask=price if ask is None else ask,
            last=price,
            time=at_ms / 1000,
            received=at_ms / 1000,
        )
        self._quotes.put(quote)
        self._feed.quote(quote)

    def _strategies(self, window: CandleArrays) -> None:
        fired = run_strategies(
            self._venue,
            self._symbol,
            self._timeframe,
            window,
            sessions=self._sessions,
            owner_id=self._account.owner_id,
        )
        if fired:
            self.signals += fired
            self._reload()

    def _reload(self) -> None:
        self._open = list(Trade.objects.filter(account=self._account, venue=self._venue, status=TradeStatus.OPEN))

    def _exits(self, bar: Bar) -> None:
        exits = [exit_ for trade in self._open if (exit_ := self._exit(trade, bar)) is not None]
        if not exits:
            return
        close_trades(exits)
        self._reload()
        self._sample(bar.end)

    def _exit(self, trade: Trade, bar: Bar) -> Exit | None:
        nan = float("nan")
        reason, price = exit_on_bar(
            trade.direction_sign,
            nan if trade.stop_loss is None else float(trade.stop_loss),
            nan if trade.take_profit is None else float(trade.take_profit),
            bar.open,
            bar.high,
            bar.low,
            bar.close,
        )
        if reason == NO_EXIT:
            return None
        quote = Quote(
            venue=self._venue,
            symbol=self._symbol,
            bid=price,
            ask=price,
            last=price,
            time=bar.end / 1000,
            received=bar.end / 1000,
        )
        kind = ExitReason.STOP_LOSS if reason == STOP_LOSS else ExitReason.TAKE_PROFIT
        return Exit(trade.pk, kind, quote, price)

    def _sample(self, at_ms: int) -> None:
        account = Account.objects.get(pk=self._account.pk)
        attach_valuation([account])
        record_equity(account, account.unrealized_pnl, datetime.fromtimestamp(at_ms / 1000, UTC))  # type: ignore[attr-defined]

    def _finish(self) -> None:
        """Close what is still open at the last price, so that the result is a balance."""
        quote = self._quotes.get(self._venue, self._symbol)
        if quote is not None and self._open:
            close_trades([Exit(trade.pk, ExitReason.END_OF_REPLAY, quote) for trade in self._open])
            self._reload()
            self._sample(int(quote.time * 1000))
        self._feed.flush()
