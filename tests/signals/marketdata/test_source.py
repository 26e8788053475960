import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import redis.asyncio

from brokers.interface import Quote
from signals.marketdata import redis_keys, sim_state
from signals.marketdata.sim_state import SimStateStore
from signals.marketdata.simulated import CHARACTERS
from signals.marketdata.source import SimulatedSource
from signals.marketdata.timeframes import TIMEFRAMES

NOW = 1_640_995_203.1


class Memory:
    """A state store that forgets with the test."""

    def __init__(self, text: str | None = None) -> None:
        self.text = text

    async def load(self) -> str | None:
        return self.text

    async def save(self, text: str) -> None:
        self.text = text


class Clock:
    """Time that passes by sleeping, and by `work` with every look."""

    def __init__(self) -> None:
        self.now = NOW
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


def source(store: Memory, clock: Clock, **more: object) -> SimulatedSource:
    options = {"seed": 7, "near": 120.0, "far": 600.0} | more
    return SimulatedSource(store=store, clock=clock, sleep=clock.sleep, **options)  # type: ignore[arg-type]


async def take(feed: SimulatedSource, count: int) -> list[list[Quote]]:
    stream = feed.ticks()
    found = [await anext(stream) for _ in range(count)]
    await stream.aclose()  # type: ignore[attr-defined]
    return found


async def test_every_symbol_has_a_quote_four_times_a_second() -> None:
    clock = Clock()
    found = await take(source(Memory(), clock), 9)
    assert [len(quotes) for quotes in found] == [len(CHARACTERS)] * 9
    assert [quotes[0].time for quotes in found] == pytest.approx([NOW + 0.25 * index for index in range(9)])


async def test_the_pace_can_be_set() -> None:
    clock = Clock()
    found = await take(source(Memory(), clock, every=1.0), 4)
    assert [quotes[0].time for quotes in found] == pytest.approx([NOW, NOW + 1, NOW + 2, NOW + 3])
    for every in (0.0, 0.3, -1.0):
        with pytest.raises(ValueError, match="every"):
            source(Memory(), clock, every=every)


async def test_a_restart_makes_no_price_jump() -> None:
    whole, store = await take(source(Memory(), Clock()), 12), Memory()
    parts = await take(source(store, Clock()), 6)
    clock = Clock()
    clock.now += 3600
    again = source(store, clock)
    # The sixth step was given out, but not yet saved, when the stream was cut: it comes once more.
    parts += (await take(again, 7))[1:]
    assert [[quote.last for quote in quotes] for quotes in parts] == [
        [quote.last for quote in quotes] for quotes in whole
    ]
    assert len(await again.history("SIM-RANGE", "5s", 100)) == 0


async def test_a_lost_state_goes_on_from_the_last_prices_and_invents_no_past() -> None:
    prices = {"SIM-RANGE": 140.0, "SIM-TREND": 25_000.0}
    for store in (Memory(), Memory("not a state")):
        feed = source(store, Clock(), last_prices=prices)
        quotes = {quote.symbol: quote.last for quote in (await take(feed, 1))[0]}
        for symbol, price in prices.items():
            assert quotes[symbol] == pytest.approx(price, rel=0.005)
        assert len(await feed.history("SIM-RANGE", "5s", 100)) == 0


async def test_the_first_life_has_a_past_that_ends_where_the_market_goes_on() -> None:
    clock = Clock()
    feed = source(Memory(), clock)
    assert not feed.status.connected
    first = {quote.symbol: quote for quote in (await take(feed, 1))[0]}
    assert feed.status.connected
    for symbol in first:
        for timeframe, expected in (("5s", 22), ("15s", 6), ("1m", 10), ("5m", 1)):
            candles = await feed.history(symbol, timeframe, 600)
            candles.validate()
            assert len(candles) >= expected
            step = TIMEFRAMES[timeframe]
            assert all(pair[1] - pair[0] == step for pair in itertools.pairwise(candles.time.tolist()))
            assert NOW * 1000 - 2 * step < int(candles.time[-1]) + step <= NOW * 1000
            assert candles.time[0] % step == 0
        recent = await feed.history(symbol, "5s", 3)
        assert len(recent) == 3
        # The last candle closed three seconds ago; a spike apart, price has not gone far since.
        assert first[symbol].last == pytest.approx(float(recent.close[-1]), rel=0.06)
    instruments = await feed.instruments()
    assert [item.symbol for item in instruments] == [item.symbol for item in CHARACTERS]
    await feed.close()
    assert not feed.status.connected


async def test_a_pause_is_not_made_up_for() -> None:
    clock = Clock()
    stream = source(Memory(), clock).ticks()
    await anext(stream)
    clock.now += 30
    for _ in range(8):
        await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]
    assert sum(seconds > 0.2 for seconds in clock.slept) >= 6


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[redis.asyncio.Redis]:
    async with redis.asyncio.Redis.from_url(redis_url) as made:
        yield made


async def test_the_state_outlives_redis(
    client: redis.asyncio.Redis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sim_state, "FILE_EVERY_SECONDS", 0.0)
    store = SimStateStore(client, 7, tmp_path / "deep/sim.json")
    assert await store.load() is None
    await store.save("first")
    await store.save("second")
    assert await store.load() == "second"
    await client.delete(redis_keys.sim_state(7))
    assert await store.load() == "second"
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["sim.json"]


async def test_the_file_is_written_now_and_then_only(client: redis.asyncio.Redis, tmp_path: Path) -> None:
    store = SimStateStore(client, 7, tmp_path / "sim.json")
    await store.save("first")
    await store.save("second")
    assert (tmp_path / "sim.json").read_text() == "first"
    assert await store.load() == "second"
