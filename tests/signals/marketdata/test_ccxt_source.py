"""The real ccxt against a local server that speaks Binance's protocol."""

import random
from collections.abc import AsyncIterator
from typing import Any

import ccxt
import pytest

from brokers.interface import Quote
from signals.marketdata.ccxt_markets import instrument_of, step_of
from signals.marketdata.ccxt_source import CcxtSource, _Volatility
from tests.signals.marketdata.exchange import Exchange, exchange_server

NOW_MS = 1_640_995_200_000 + 3 * 3_600_000 + 30_000  # half a minute into a candle
SYMBOLS = ["BTC/USDT", "ETH/USDT"]


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with exchange_server(NOW_MS) as made:
        yield made


class Feed:
    """A source on the exchange, with the pauses it took."""

    def __init__(self, exchange: Exchange, symbols: list[str]) -> None:
        self.pauses: list[float] = []
        self.source = CcxtSource(
            "binance",
            symbols,
            config=exchange.config(),
            clock=lambda: exchange.now / 1000,
            sleep=self.sleep,
            jitter=random.Random(1),
        )

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)


@pytest.fixture
async def feed(exchange: Exchange) -> AsyncIterator[Feed]:
    made = Feed(exchange, SYMBOLS)
    yield made
    await made.source.close()


async def first(source: CcxtSource) -> list[Quote]:
    stream = source.ticks()
    quotes = await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    return sorted(quotes, key=lambda quote: quote.symbol)


async def test_instruments_come_from_the_exchange(feed: Feed) -> None:
    bitcoin, ether = await feed.source.instruments()
    assert (bitcoin.venue, bitcoin.symbol, bitcoin.market_type) == ("binance", "BTC/USDT", "SPOT")
    assert (bitcoin.tick_size, bitcoin.lot_size, bitcoin.min_quantity) == (0.01, 0.00001, 0.00001)
    assert (ether.tick_size, ether.min_notional, ether.contract_size) == (0.001, 5.0, 1.0)


async def test_a_symbol_that_is_not_listed_is_named(exchange: Exchange) -> None:
    other = Feed(exchange, ["BTC/USDT", "NO/SUCH"])
    with pytest.raises(ValueError, match="binance does not list 'NO/SUCH'"):
        await other.source.instruments()
    await other.source.close()


def test_an_exchange_that_ccxt_does_not_have_is_named() -> None:
    with pytest.raises(ValueError, match="no exchange 'nowhere'"):
        CcxtSource("nowhere", [])


async def test_quotes_carry_the_exchange_s_time(exchange: Exchange, feed: Feed) -> None:
    exchange.now += 250
    bitcoin, ether = await first(feed.source)
    assert (bitcoin.bid, bitcoin.ask, bitcoin.last) == (99.5, 100.5, 100.0)
    assert bitcoin.time == pytest.approx((NOW_MS + 250) / 1000)
    assert ether.symbol == "ETH/USDT"
    assert feed.source.status.connected


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"bidPrice": None, "askPrice": None, "lastPrice": "100"}, (100.0, 100.0, 100.0)),
        ({"bidPrice": "99", "askPrice": "101", "lastPrice": None}, (99.0, 101.0, 100.0)),
        ({"bidPrice": "0", "askPrice": "0", "lastPrice": "0"}, None),
        ({"bidPrice": "102", "askPrice": "101", "lastPrice": "100"}, None),
        ({}, None),
    ],
)
async def test_a_ticker_without_usable_prices_gives_no_quote(
    exchange: Exchange, feed: Feed, figures: dict[str, Any], expected: tuple[float, ...] | None
) -> None:
    exchange.tickers["BTCUSDT"] = figures
    found = {quote.symbol: (quote.bid, quote.ask, quote.last) for quote in await first(feed.source)}
    assert found.get("BTC/USDT") == expected
    assert "ETH/USDT" in found


async def test_a_failing_exchange_is_tried_again_ever_more_patiently(exchange: Exchange, feed: Feed) -> None:
    await feed.source.instruments()
    exchange.faults = [500, 429, "not json", '{"code": -1000, "msg": "no"}', "[3]", 502, 502, 502]
    stream = feed.source.ticks()
    assert len(await anext(stream)) == 2
    assert not exchange.faults
    assert len(feed.pauses) == 8
    for number, pause in enumerate(feed.pauses, start=1):
        longest = min(60.0, 2.0**number)
        assert longest / 2 <= pause <= longest
    assert (feed.source.status.connected, feed.source.status.failures) == (True, 0)
    exchange.faults = [500]
    assert len(await anext(stream)) == 2
    assert 1.0 <= feed.pauses[-1] <= 2.0  # patience starts over
    await stream.aclose()  # type: ignore[attr-defined]


async def test_the_status_tells_of_an_outage(exchange: Exchange, feed: Feed) -> None:
    seen = []

    async def watch(seconds: float) -> None:
        seen.append(feed.source.status)
        exchange.now += 1000

    feed.source._sleep = watch  # type: ignore[method-assign]
    exchange.faults = [503, 503, 503]
    await feed.source.instruments()
    assert [(status.connected, status.failures) for status in seen] == [(False, 1), (False, 2), (False, 3)]
    assert len({status.since for status in seen}) == 1
    assert seen[0].message == "ExchangeNotAvailable"
    assert feed.source.status.connected


async def test_history_pages_through_and_leaves_out_what_is_open_or_broken(exchange: Exchange, feed: Feed) -> None:
    await feed.source.instruments()
    candles = await feed.source.history("BTC/USDT", "1m", 150)
    opened = candles.time.tolist()
    assert opened[-1] == NOW_MS - 30_000 - 60_000
    assert opened[0] == opened[-1] - 149 * 60_000
    assert len(candles) == 150 - len([start for start in range(opened[0], opened[-1], 60_000) if _broken(start)])
    candles.validate()
    assert exchange.asked.count("/api/v3/klines") == 2
    assert candles.volume[0] == 2.5


def _broken(start: int) -> bool:
    return start % 3_600_000 == 7 * 60_000


async def test_history_that_does_not_come_is_left_out(exchange: Exchange, feed: Feed) -> None:
    await feed.source.instruments()
    assert len(await feed.source.history("BTC/USDT", "5s", 10)) == 0
    exchange.faults = [500] * 4
    assert len(await feed.source.history("BTC/USDT", "1m", 10)) == 0
    assert len(feed.pauses) == 3
    assert len(await feed.source.history("BTC/USDT", "1m", 10)) == 10


def test_steps_from_each_kind_of_precision() -> None:
    assert step_of(0.25, ccxt.TICK_SIZE) == 0.25
    assert step_of(3, ccxt.DECIMAL_PLACES) == pytest.approx(0.001)
    assert step_of(-2, ccxt.DECIMAL_PLACES) == 100.0
    for precision, mode in ((None, ccxt.TICK_SIZE), (5, ccxt.SIGNIFICANT_DIGITS), (0, ccxt.TICK_SIZE)):
        assert step_of(precision, mode) == 1e-8


def test_a_market_of_which_little_is_told() -> None:
    instrument = instrument_of("x", {"symbol": "A/B:B", "swap": True, "contractSize": 10.0}, ccxt.TICK_SIZE)
    assert (instrument.market_type, instrument.contract_size, instrument.max_leverage) == ("FUTURES", 10.0, 1.0)
    assert instrument.min_quantity == instrument.lot_size == 1e-8
    assert instrument_of("x", {"symbol": "A", "option": True}, ccxt.TICK_SIZE).market_type == "OPTION"


@pytest.mark.parametrize("seconds", [0.25, 1.0, 5.0])
def test_volatility_is_that_of_minutes_at_any_pace(seconds: float) -> None:
    draws, estimate, price, found = random.Random(3), _Volatility(), 100.0, []
    for index in range(int(6000 / seconds)):
        price *= 1.0 + draws.gauss(0.0, 0.001 * (seconds / 60.0) ** 0.5)
        found.append(estimate.update(price, index * seconds))
    settled = found[len(found) // 2 :]
    assert sum(settled) / len(settled) == pytest.approx(0.001, rel=0.15)
    assert estimate.update(price * 2, 0.0) == found[-1]  # from the past: nothing learned
