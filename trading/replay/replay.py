"""Recorded market data through the whole pipeline, in market time, in this process.

The order of events inside a candle is the backtester's: signals of the candle before fill at this one's open, then the
candle's range is checked for exits (stop first), then it closes and the strategies see it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db.models import Min

from brokers.interface import Quote
from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import Tick
from signals.marketdata.timeframes import TIMEFRAMES
from trading import queueing
from trading.accounts.paper_model import fill_model
from trading.accounts.valuation import attach_valuation, record_equity
from trading.candles import LocalCandles, use_candles
from trading.exits.advance import advance
from trading.exits.bars import Bar, quote_at
from trading.exits.excursions import measure
from trading.exits.exits import Exit, close_trades
from trading.exits.funding import Span, charge_account
from trading.exits.walk import Walk
from trading.market import LocalQuotes, use_quotes
from trading.models import Account, AutoTradingSession, ExitReason, Trade, TradeStatus
from trading.replay.replay_feed import ReplayFeed
from trading.rules.exits import NO_EXIT, STOP_LOSS, exit_on_bar
from trading.rules.funding import funding_times
from trading.sessions.limits import check_limits, resume_due
from trading.stream.strategy_runs import run_strategies

WINDOW = 500


class Replay:
    """Drives one symbol of a replay venue through an account's sessions."""

    def __init__(self, account: Account, venue: str, symbol: str, timeframe: str, feed: ReplayFeed) -> None:
        self._account = account
        self._venue = venue
        self._symbol = symbol
        self._timeframe = timeframe
        self._feed = feed
        self._quotes = LocalQuotes()
        self._candles = LocalCandles()
        self._sessions = list(
            AutoTradingSession.objects.running().filter(account=account, venue=venue).select_related("account")
        )
        self._plain: list[Trade] = []
        self._walks: list[Walk] = []
        self._lived: list[Bar] = []  # since the oldest of the open trades was opened, or before
        self._model = fill_model(account)
        self._funded_ms: int | None = None  # up to when funding was looked at: the start of the last bar
        self._wakes_at: datetime | None = None
        self.signals = 0

    @contextmanager
    def inline(self) -> Iterator[None]:
        """Signals dispatched at once, quotes and candles read from the recording."""
        with use_quotes(self._quotes), use_candles(self._candles), queueing.inline():
            yield

    def candles(self, candles: CandleArrays, *, progress: Callable[[], None], pace: Callable[[int], None]) -> None:
        """Replay candles; `pace(market ms)` waits until a candle is due, `progress()` counts it."""
        step = TIMEFRAMES[self._timeframe]
        with self.inline():
            for index in range(len(candles.time)):
                start = int(candles.time[index])
                pace(start)
                bar = Bar(start, start + step, *(float(column[index]) for column in candles.columns()[1:5]))
                self._quote(bar.open, bar.start)
                self._fund(bar)
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
                self._fund(Bar.of_tick(tick.last, tick.time))
                for candle in closed:
                    if candle.timeframe == self._timeframe:
                        window = window.append(candle).last(WINDOW)
                        self._feed.candle(window, len(window.time) - 1)
                        self._strategies(window)
                self._exits(Bar.of_tick(tick.last, tick.time))
                progress()
            self._finish()

    def abandon(self) -> None:
        """Wind up a replay that was interrupted."""
        with self.inline():
            self.take_up()
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
        self._candles.put(self._venue, self._symbol, self._timeframe, window)
        self._wake(int(window.time[-1]) + TIMEFRAMES[self._timeframe])
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
            self.take_up()

    def take_up(self) -> None:
        """Watch the trades that are open now."""
        found = Trade.objects.filter(account=self._account, venue=self._venue, status=TradeStatus.OPEN)
        trades = list(found)
        self._plain = [trade for trade in trades if trade.best_price is None]
        # A replay shows each bar once, and fills at its open: the bar of the entry counts as a whole.
        self._walks = [Walk(trade, since=0) for trade in trades if trade.best_price is not None]

    def _held(self) -> list[Trade]:
        return [*self._plain, *(walk.trade for walk in self._walks)]

    def _exits(self, bar: Bar) -> None:
        if not self._plain and not self._walks:
            self._lived.clear()
            return
        self._lived.append(bar)
        closed = self._time_exits(bar)
        exits = [exit_ for trade in self._plain if (exit_ := self._exit(trade, bar)) is not None]
        closed += len(close_trades(exits)) if exits else 0
        eventful = [walk.trade.pk for walk in self._walks if self._on(walk, bar)]
        closed += advance(eventful, [bar], since=0)
        if closed or eventful:
            self.take_up()
        if closed:
            self._measure()
            self._sample(bar.end)
            self._check_limits(bar.end)

    def _fund(self, bar: Bar) -> None:
        """Charge the trades that were open before the bar for the funding times since the last one, at its open."""
        after, self._funded_ms = self._funded_ms, bar.start
        held = self._held()
        if after is None or not held or not self._model.funding_rate:
            return
        if funding_times(after, bar.start, self._model.funding_interval_hours):
            price = {(self._venue, self._symbol): bar.open}
            charge_account(self._account.pk, price, Span(bar.start, after), [trade.pk for trade in held])
            self.take_up()

    def _measure(self) -> None:
        """The excursions of the trades that have just ended, over the bars that they lived through."""
        ended = Trade.objects.filter(
            account=self._account, venue=self._venue, status=TradeStatus.CLOSED, mae=None
        ).select_related("account")
        measure(ended, self._lived)

    def _time_exits(self, bar: Bar) -> int:
        """Close at the bar's open what has come to its time by then: an order sent there fills a latency later."""
        fills = datetime.fromtimestamp((bar.start + self._model.latency_ms) / 1000, UTC)
        due = [item for item in self._held() if item.time_exit_at is not None and item.time_exit_at <= fills]
        quote = self._quotes.get(self._venue, self._symbol)
        if not due or quote is None:
            return 0
        count = len(close_trades([Exit(trade.pk, ExitReason.TIME, quote) for trade in due]))
        self.take_up()
        return count

    @staticmethod
    def _on(walk: Walk, bar: Bar) -> bool:
        """Whether the bar closes anything of the trade or moves its stop."""
        walk.start_over()
        return walk.over([bar]) is not None or bool(walk.moves)

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
        kind = ExitReason.STOP_LOSS if reason == STOP_LOSS else ExitReason.TAKE_PROFIT
        return Exit(trade.pk, kind, quote_at(self._venue, self._symbol, price, bar.end), price)

    def _sample(self, at_ms: int) -> None:
        account = Account.objects.get(pk=self._account.pk)
        attach_valuation([account])
        record_equity(account, account.unrealized_pnl, datetime.fromtimestamp(at_ms / 1000, UTC))  # type: ignore[attr-defined]

    def _check_limits(self, at_ms: int) -> None:
        """Halt sessions that have reached a limit, and note when the first of them goes on by itself."""
        if not any(session.risk for session in self._sessions):
            return
        now = datetime.fromtimestamp(at_ms / 1000, UTC)
        if check_limits(account_id=self._account.pk, now=now, venue=self._venue):
            self._wakes_at = self._next_wake()

    def _wake(self, at_ms: int) -> None:
        """Cool-downs are over in market time."""
        now = datetime.fromtimestamp(at_ms / 1000, UTC)
        if self._wakes_at is not None and self._wakes_at <= now:
            resume_due(now=now, venue=self._venue)
            self._wakes_at = self._next_wake()

    def _next_wake(self) -> datetime | None:
        sessions = AutoTradingSession.objects.filter(account=self._account, venue=self._venue)
        first: datetime | None = sessions.aggregate(first=Min("halted_until"))["first"]
        return first

    def _finish(self) -> None:
        """Close what is still open at the last price, so that the result is a balance."""
        quote = self._quotes.get(self._venue, self._symbol)
        if quote is not None and (held := self._held()):
            close_trades([Exit(trade.pk, ExitReason.END_OF_REPLAY, quote) for trade in held])
            self.take_up()
            self._measure()
            self._sample(int(quote.time * 1000))
        self._feed.flush()
