"""Public market data of any ccxt exchange: tickers by polling, candles by REST, no keys."""

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

from brokers.interface import Instrument, Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.ccxt_bars import bar_of, is_bar
from signals.marketdata.ccxt_markets import instrument_of
from signals.marketdata.source import SourceStatus
from signals.marketdata.timeframes import milliseconds

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 60.0
_MOST_PAGES = 20
_TRIES = 4


class CcxtSource:
    """Polls the exchange's tickers every `every` seconds. A failing exchange is tried again, ever more patiently
    (doubling to a minute, with jitter); the stream itself does not end, and `status` tells how it stands.

    `config` goes to ccxt as it is: other addresses, options. Raises ValueError for an exchange that ccxt does not have.
    """

    def __init__(
        self,
        exchange: str,
        symbols: list[str],
        *,
        every: float = 1.0,
        config: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: random.Random | None = None,
    ) -> None:
        import ccxt.async_support as ccxt

        if exchange not in ccxt.exchanges:
            raise ValueError(f"venue: ccxt has no exchange {exchange!r}")
        self.venue = exchange
        self._client = getattr(ccxt, exchange)({"enableRateLimit": True, "timeout": 10_000, **(config or {})})
        self._symbols = symbols
        self._every = every
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter or random.Random()
        self._returns: dict[str, _Volatility] = {}
        self.status = SourceStatus(connected=False, since=clock(), failures=0, message="not asked yet")

    async def instruments(self) -> list[Instrument]:
        """The subscribed symbols' instruments. Raises ValueError for a symbol that the exchange does not list."""
        markets = await self._patiently(self._client.load_markets)
        unknown = [symbol for symbol in self._symbols if symbol not in markets]
        if unknown:
            raise ValueError(f"symbol: {self.venue} does not list {unknown[0]!r}")
        return [instrument_of(self.venue, markets[symbol], self._client.precisionMode) for symbol in self._symbols]

    async def history(self, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """Closed candles by REST, page by page; empty for a timeframe that the exchange does not have.

        An exchange that keeps failing gives what it had given by then.
        """
        step = milliseconds(timeframe)
        if timeframe not in (self._client.timeframes or {}) or not self._client.has.get("fetchOHLCV"):
            return CandleArrays.empty()
        over = int(self._clock() * 1000) - step  # the latest open time of a closed candle
        cursor = (over - over % step) - (count - 1) * step
        rows: dict[int, tuple[Any, ...]] = {}
        for _ in range(_MOST_PAGES):
            asked = cursor
            try:
                page = await self._patiently(partial(self._candles, symbol, timeframe, asked, count + 1), tries=_TRIES)
            except Exception:
                logger.warning("%s: no candles of %s %s from %d on", self.venue, symbol, timeframe, asked)
                break
            rows |= {row[0]: bar_of(row) for row in page if is_bar(row, step) and row[0] <= over}
            cursor = max((row[0] + step for row in page), default=cursor)
            if cursor == asked or cursor > over:
                break
        return CandleArrays.from_rows(rows[start] for start in sorted(rows)).last(count)

    async def _candles(self, symbol: str, timeframe: str, since: int, limit: int) -> list[list[Any]]:
        return list(await self._client.fetch_ohlcv(symbol, timeframe, since, limit))

    async def ticks(self) -> AsyncIterator[list[Quote]]:
        while True:
            tickers = await self._patiently(self._tickers)
            quotes = [quote for ticker in tickers.values() if (quote := self._quote(ticker)) is not None]
            if quotes:
                yield quotes
            await self._sleep(self._every)

    async def _tickers(self) -> dict[str, Any]:
        if self._client.has.get("fetchTickers"):
            return dict(await self._client.fetch_tickers(self._symbols))
        return {symbol: await self._client.fetch_ticker(symbol) for symbol in self._symbols}

    async def _patiently(self, ask: Callable[[], Awaitable[Any]], *, tries: int | None = None) -> Any:
        """The exchange's answer, asked for until it comes; with `tries`, its error after so many."""
        failures = 0
        while True:
            try:
                answer = await ask()
            except Exception as error:  # ccxt's own errors, and whatever a broken answer makes of its parsers
                failures += 1
                self._report(error, failures)
                if failures == tries:
                    raise
                pause = min(_LONGEST_PAUSE, self._every * 2 ** min(failures, 16)) * self._jitter.uniform(0.5, 1.0)
                logger.warning("%s: %s; next try in %.1f s", self.venue, type(error).__name__, pause)
                await self._sleep(pause)
                continue
            self._report(None, 0)
            return answer

    def _report(self, error: Exception | None, failures: int) -> None:
        """Note how the exchange stands; `since` moves only when that changes."""
        connected = error is None
        since = self.status.since if connected == self.status.connected else self._clock()
        message = "" if error is None else type(error).__name__
        self.status = SourceStatus(connected=connected, since=since, failures=failures, message=message)

    def _quote(self, ticker: dict[str, Any]) -> Quote | None:
        """The ticker as a quote; None for one without a usable price."""
        now, symbol = self._clock(), ticker.get("symbol")
        if symbol not in self._symbols:
            return None
        try:
            moment = float(ticker.get("timestamp") or now * 1000) / 1000
            last: Any = ticker.get("last") or ticker.get("close")
            last = (ticker["bid"] + ticker["ask"]) / 2 if last is None else last
            bid, ask = ticker.get("bid") or last, ticker.get("ask") or last
            quote = Quote(self.venue, str(symbol), float(bid), float(ask), float(last), moment, now)
        except (TypeError, ValueError, KeyError):
            return None
        volatility = self._returns.setdefault(quote.symbol, _Volatility()).update(quote.last, moment)
        return Quote(self.venue, quote.symbol, quote.bid, quote.ask, quote.last, moment, now, volatility)

    async def close(self) -> None:
        await self._client.close()


class _Volatility:
    """Standard deviation of 1-minute log returns (fraction), from ticks at any distance, remembered for ten minutes."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._variance = 0.0

    def update(self, price: float, moment: float) -> float:
        """Take in a price above 0 at `moment` (epoch seconds); returns the estimate."""
        if self._last is not None and moment > self._last[1]:
            seconds = moment - self._last[1]
            squared = math.log(price / self._last[0]) ** 2 * 60.0 / seconds
            keep = math.exp(-seconds / 600.0)
            self._variance = keep * self._variance + (1 - keep) * squared
        if self._last is None or moment > self._last[1]:
            self._last = (price, moment)
        return math.sqrt(self._variance)
