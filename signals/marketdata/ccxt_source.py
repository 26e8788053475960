"""Public market data of any ccxt exchange: tickers by polling, candles by REST, no keys."""

import asyncio
import logging
import math
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from brokers.interface import Instrument, Quote
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 60.0


class CcxtSource:
    """Polls the exchange's tickers every `every` seconds. A failing exchange is tried again, ever more patiently
    (doubling to a minute, with jitter); the stream itself does not end.

    Raises ValueError for an exchange that ccxt does not have.
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

    async def instruments(self) -> list[Instrument]:
        """The subscribed symbols' instruments. Raises ValueError for a symbol that the exchange does not list."""
        markets = await self._client.load_markets()
        unknown = [symbol for symbol in self._symbols if symbol not in markets]
        if unknown:
            raise ValueError(f"symbol: {self.venue} does not list {unknown[0]!r}")
        return [self._instrument(markets[symbol]) for symbol in self._symbols]

    def _instrument(self, market: dict[str, Any]) -> Instrument:
        limits = market.get("limits") or {}
        tick, lot = (self._step(market["precision"].get(name)) for name in ("price", "amount"))
        return Instrument(
            venue=self.venue,
            symbol=market["symbol"],
            market_type="SPOT" if market.get("spot") else "OPTION" if market.get("option") else "FUTURES",
            tick_size=tick,
            lot_size=lot,
            min_quantity=float((limits.get("amount") or {}).get("min") or lot),
            min_notional=float((limits.get("cost") or {}).get("min") or 0.0),
            contract_size=float(market.get("contractSize") or 1.0),
            max_leverage=float((limits.get("leverage") or {}).get("max") or 1.0),
        )

    def _step(self, precision: Any) -> float:
        """A market's precision as a step: ccxt gives it as one, or as a number of decimals."""
        import ccxt

        if precision is None:
            return 1e-8
        decimals = self._client.precisionMode == ccxt.DECIMAL_PLACES
        return float(10 ** -int(precision)) if decimals else float(precision)

    async def history(self, symbol: str, timeframe: str, count: int) -> CandleArrays:
        """Closed candles by REST; empty for a timeframe that the exchange does not have."""
        if timeframe not in (self._client.timeframes or {}):
            return CandleArrays.empty()
        rows = await self._client.fetch_ohlcv(symbol, timeframe, limit=count + 1)
        over = self._clock() * 1000 - TIMEFRAMES[timeframe]
        return CandleArrays.from_rows(tuple(row[:6]) for row in rows if row[0] <= over and None not in row[:5])

    async def ticks(self) -> AsyncIterator[list[Quote]]:
        failures = 0
        while True:
            try:
                tickers = await self._client.fetch_tickers(self._symbols)
            except Exception as error:  # ccxt's own errors, and whatever a broken answer makes of its parsers
                failures += 1
                pause = min(_LONGEST_PAUSE, self._every * 2**failures) * self._jitter.uniform(0.5, 1.0)
                logger.warning("%s: %s; next look in %.1f s", self.venue, type(error).__name__, pause)
                await self._sleep(pause)
                continue
            failures = 0
            quotes = [quote for ticker in tickers.values() if (quote := self._quote(ticker)) is not None]
            if quotes:
                yield quotes
            await self._sleep(self._every)

    def _quote(self, ticker: dict[str, Any]) -> Quote | None:
        """The ticker as a quote; None for one without a usable price."""
        last: Any = ticker.get("last") or ticker.get("close")
        bid, ask = ticker.get("bid") or last, ticker.get("ask") or last
        now = self._clock()
        moment = (ticker.get("timestamp") or now * 1000) / 1000
        try:
            last = (bid + ask) / 2 if last is None else last
            volatility = self._returns.setdefault(ticker["symbol"], _Volatility()).update(float(last), moment)
            return Quote(self.venue, ticker["symbol"], float(bid), float(ask), float(last), moment, now, volatility)
        except (TypeError, ValueError):
            return None

    async def close(self) -> None:
        await self._client.close()


class _Volatility:
    """Standard deviation of 1-minute log returns (fraction), from ticks at any distance, remembered for ten minutes."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None
        self._variance = 0.0

    def update(self, price: float, moment: float) -> float:
        if self._last is not None and price > 0 and moment > self._last[1]:
            seconds = moment - self._last[1]
            squared = math.log(price / self._last[0]) ** 2 * 60.0 / seconds
            keep = math.exp(-seconds / 600.0)
            self._variance = keep * self._variance + (1 - keep) * squared
        if self._last is None or moment > self._last[1]:
            self._last = (price, moment)
        return math.sqrt(self._variance)
