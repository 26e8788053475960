"""Downloads by the real ccxt from a local server that speaks Binance's protocol."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from signals.marketdata.ccxt_bars import bars_of
from signals.marketdata.download import Downloader, DownloadError, Progress, Series
from signals.marketdata.store import CandleStore
from tests.signals.marketdata.bars import START, random_candles
from tests.signals.marketdata.exchange import MOST_KLINES, Exchange, exchange_server

MINUTE = 60_000
NOW_MS = START + 180 * MINUTE + 30_000  # half a minute into a candle
KLINES = "/api/v3/klines"


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with exchange_server(NOW_MS) as made:
        yield made


class Fetch:
    """Downloads of one series, with the pauses they took and the progress they told."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self.exchange = exchange
        self.store = CandleStore(folder / "candles")
        self.pauses: list[float] = []
        self.told: list[Progress] = []

    async def run(self, start: int, end: int | None, *, symbol: str = "BTC/USDT", page: int = 1000) -> int:
        """Minutes after START."""
        until = None if end is None else START + end * MINUTE
        downloader = Downloader(
            Series("binance", symbol, "1m", START + start * MINUTE, until),
            self.store,
            page=page,
            tell=self.told.append,
            config=self.exchange.config(),
            clock=lambda: self.exchange.now / 1000,
            sleep=self.sleep,
            jitter=random.Random(1),
        )
        await downloader.run()
        return downloader.stored

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def minutes(self) -> list[int]:
        return ((self.store.read("binance", "BTC/USDT", "1m").time - START) // MINUTE).tolist()


@pytest.fixture
def fetch(exchange: Exchange, tmp_path: Path) -> Fetch:
    return Fetch(exchange, tmp_path)


def sound(*parts: range) -> list[int]:
    """The minutes, without those of which the exchange gives broken candles."""
    return [minute for part in parts for minute in part if minute % 60 != 7]


async def test_pages_are_put_together_and_the_open_candle_is_left_out(exchange: Exchange, fetch: Fetch) -> None:
    assert await fetch.run(10, None) == len(sound(range(10, 180)))
    assert fetch.minutes() == sound(range(10, 180))
    assert exchange.asked.count(KLINES) == 2  # of MOST_KLINES = 100
    assert fetch.told[0] == Progress(0, 170)
    assert fetch.told[-1] == Progress(170, 170)


async def test_only_what_the_store_lacks_is_asked_for(exchange: Exchange, fetch: Fetch) -> None:
    fetch.store.write("binance", "BTC/USDT", "1m", random_candles(60).slice(10, 60))
    held = fetch.store.read("binance", "BTC/USDT", "1m").rows()
    await fetch.run(0, 90, page=20)
    assert fetch.minutes() == sound(range(10)) + list(range(10, 60)) + sound(range(60, 90))
    assert fetch.store.read("binance", "BTC/USDT", "1m").rows()[9:59] == held
    assert exchange.asked.count(KLINES) == 3
    exchange.asked.clear()
    await fetch.run(0, 90, page=20)
    assert exchange.asked.count(KLINES) == 2  # for the broken ones: they may have been made good


async def test_what_has_come_is_kept_when_the_exchange_fails_for_good(exchange: Exchange, fetch: Fetch) -> None:
    plain = exchange._klines

    def break_down(query: Any) -> Any:
        exchange.faults = [503] * 8
        return plain(query)

    exchange._klines = break_down  # type: ignore[method-assign]
    with pytest.raises(DownloadError, match="binance does not answer: ExchangeNotAvailable"):
        await fetch.run(0, 150)
    assert fetch.minutes() == sound(range(MOST_KLINES))
    assert len(fetch.pauses) == 7
    exchange._klines, exchange.faults = plain, []  # type: ignore[method-assign]
    await fetch.run(0, 150)
    assert fetch.minutes() == sound(range(150))


async def test_a_network_that_fails_is_tried_again_ever_more_patiently(exchange: Exchange, fetch: Fetch) -> None:
    exchange.faults = [500, 429, 502]
    await fetch.run(0, 50)
    assert fetch.minutes() == sound(range(50))
    for number, pause in enumerate(fetch.pauses, start=1):
        assert 2.0**number / 2 <= pause <= 2.0**number
    assert len(fetch.pauses) == 3


async def test_time_before_the_first_candle_is_passed_over(exchange: Exchange, fetch: Fetch) -> None:
    plain = exchange._klines
    exchange._klines = lambda query: plain(query) if int(query["startTime"]) >= START else []  # type: ignore[method-assign]
    await fetch.run(-100, 30, page=40)
    assert fetch.minutes()[-1] == 29
    assert set(fetch.minutes()) >= set(sound(range(20, 30)))
    assert fetch.told[-1] == Progress(130, 130)


@pytest.mark.parametrize(
    ("symbol", "start", "message"),
    [
        ("NO/SUCH", 0, "symbol: binance does not list 'NO/SUCH'$"),
        ("BTCUSDT", 0, "symbol: binance does not list 'BTCUSDT'; it calls it 'BTC/USDT'"),
        ("BTC/USDT", 180, "from: no candle has closed since then"),
    ],
)
async def test_what_cannot_be_had_is_named(fetch: Fetch, symbol: str, start: int, message: str) -> None:
    with pytest.raises(DownloadError, match=message):
        await fetch.run(start, None, symbol=symbol)


async def test_a_refusal_is_told_and_not_tried_again(exchange: Exchange, fetch: Fetch) -> None:
    exchange._klines = lambda query: {"code": -1121, "msg": "Invalid symbol."}  # type: ignore[method-assign]
    with pytest.raises(DownloadError, match="binance: BadSymbol"):
        await fetch.run(0, 50)
    assert exchange.asked.count(KLINES) == 1
    with pytest.raises(DownloadError, match="ccxt has no 'nowhere'"):
        Downloader(Series("nowhere", "A", "1m", 0), fetch.store)


def test_rows_become_candles_in_order_without_the_broken_ones() -> None:
    rows: list[list[Any]] = [
        [120_000, 1.0, 2.0, 1.0, 2.0, None],
        [60_000, 1.0, 1.0, 1.0, 1.0, 5.0],
        [180_000, 1.0, 0.5, 1.0, 1.0, 5.0],
        [60_000, 3.0, 3.0, 3.0, 3.0],
        [None, 1.0, 1.0, 1.0, 1.0, 1.0],
        [240_000, None, 1.0, 1.0, 1.0, 1.0],
        [90_000, 1.0, 1.0, 1.0, 1.0, 1.0],
    ]
    assert bars_of(rows, 60_000).rows() == [(60_000, 3.0, 3.0, 3.0, 3.0, 0.0), (120_000, 1.0, 2.0, 1.0, 2.0, 0.0)]
