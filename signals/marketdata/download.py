"""Candles of any ccxt exchange into the candle store: what it lacks of a time, page by page, no keys."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from signals.marketdata.ccxt_bars import bars_of
from signals.marketdata.ccxt_markets import instrument_of
from signals.marketdata.spans import missing_spans
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import milliseconds

logger = logging.getLogger(__name__)

PAGE = 1000
_TRIES = 8
_LONGEST_PAUSE = 60.0
_KEPT_BACK = 20_000  # candles that are held before they are written: a month's file is written whole


class DownloadError(ValueError):
    """What keeps candles from being downloaded; the message names the argument, or tells of the exchange."""


@dataclass(frozen=True, slots=True)
class Series:
    """What is wanted: candles of the exchange's symbol that open in [start_ms, end_ms) (epoch ms UTC; no end: now)."""

    exchange: str
    symbol: str
    timeframe: str
    start_ms: int
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is: candles that were asked for, of those that the store lacked."""

    done: int
    total: int


class Downloader:
    """One download. ccxt's own throttle keeps the exchange's limits; what fails on the network is tried again, ever
    more patiently. `config` goes to ccxt as it is. Raises DownloadError for an exchange that ccxt does not have.
    """

    def __init__(
        self,
        series: Series,
        store: CandleStore,
        *,
        page: int = PAGE,
        tell: Callable[[Progress], None] = lambda progress: None,
        config: dict[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: random.Random | None = None,
    ) -> None:
        import ccxt.async_support as ccxt

        if series.exchange not in ccxt.exchanges:
            raise DownloadError(f"exchange: ccxt has no {series.exchange!r}")
        self._client = getattr(ccxt, series.exchange)({"enableRateLimit": True, "timeout": 20_000, **(config or {})})
        self._network_error = ccxt.NetworkError
        self._series = series
        self._store = store
        self._step = milliseconds(series.timeframe)
        self._page = page
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter or random.Random()
        self._widest = 0  # candles in the largest page so far
        self._waiting: list[CandleArrays] = []
        self.stored = 0

    async def run(self) -> Instrument:
        """Store what is missing; returns the market's instrument. What came before an error is kept.

        Raises DownloadError for a symbol or timeframe that the exchange does not have, or where it does not answer.
        """
        try:
            instrument = await self._check()
            await self._fetch_all()
        except self._network_error as error:
            raise DownloadError(f"{self._series.exchange} does not answer: {_brief(error)}") from None
        finally:
            self._flush()
            await self._client.close()
        return instrument

    async def _check(self) -> Instrument:
        wanted = self._series
        markets = await self._patiently(self._client.load_markets)
        if wanted.symbol not in markets:
            known = (self._client.markets_by_id or {}).get(wanted.symbol) or []
            hint = f"; it calls it {known[0]['symbol']!r}" if known else ""
            raise DownloadError(f"symbol: {wanted.exchange} does not list {wanted.symbol!r}{hint}")
        if not self._client.has.get("fetchOHLCV") or wanted.timeframe not in (self._client.timeframes or {}):
            raise DownloadError(f"timeframe: {wanted.exchange} has no {wanted.timeframe} candles")
        return instrument_of(wanted.exchange, markets[wanted.symbol], self._client.precisionMode)

    async def _fetch_all(self) -> None:
        """Every span that the store lacks, up to the last candle that is closed."""
        wanted = self._series
        now_ms = int(self._clock() * 1000)
        closed = now_ms - now_ms % self._step
        start = -(-wanted.start_ms // self._step) * self._step
        end = closed if wanted.end_ms is None else min(wanted.end_ms, closed)
        if start >= end:
            raise DownloadError("from: no candle has closed since then")
        held = self._store.read(wanted.exchange, wanted.symbol, wanted.timeframe, start_ms=start, end_ms=end)
        spans = missing_spans(held, start, end, self._step, together=self._page)
        total, before = sum(until - first for first, until in spans) // self._step, 0
        self._tell(Progress(0, total))
        for first, until in spans:
            cursor = first
            while cursor < until:
                cursor = min(until, await self._fetch(cursor, until))
                self._tell(Progress(before + (cursor - first) // self._step, total))
            before += (until - first) // self._step

    async def _fetch(self, cursor: int, until: int) -> int:
        """One page from `cursor` on; returns where the next one begins.

        A page may be empty before a market's first candle: it is passed over as far as a page reaches.
        """
        wanted, limit = self._series, max(1, min(self._page, (until - cursor) // self._step))
        rows = await self._patiently(lambda: self._client.fetch_ohlcv(wanted.symbol, wanted.timeframe, cursor, limit))
        candles = bars_of(rows, self._step)
        self._widest = max(self._widest, len(rows))
        self._keep(candles.take((candles.time >= cursor) & (candles.time < until)))
        reached = max((row[0] for row in rows if row[0] is not None), default=0) + self._step
        return int(reached) if reached > cursor else cursor + (self._widest or limit) * self._step

    def _keep(self, candles: CandleArrays) -> None:
        self._waiting.append(candles)
        if sum(map(len, self._waiting)) >= _KEPT_BACK:
            self._flush()

    def _flush(self) -> None:
        candles, self._waiting = CandleArrays.joined(self._waiting), []
        if len(candles):
            wanted = self._series
            self.stored += self._store.write(wanted.exchange, wanted.symbol, wanted.timeframe, candles)

    async def _patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """The answer, asked for up to _TRIES times while the network is what fails."""
        for failures in range(1, _TRIES + 1):
            try:
                return await ask()
            except self._network_error as error:
                if failures == _TRIES:
                    raise
                pause = min(_LONGEST_PAUSE, 2.0**failures) * self._jitter.uniform(0.5, 1.0)
                logger.warning("%s: %s; next try in %.1f s", self._series.exchange, type(error).__name__, pause)
                await self._sleep(pause)
            except Exception as error:  # ccxt's other errors, and whatever a broken answer makes of its parsers
                raise DownloadError(f"{self._series.exchange}: {_brief(error)}") from None
        return None


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
