import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from brokers.interface import Quote
from brokers.simulator.market import MARKETS, SimMarket
from brokers.simulator.prices import CHARACTERS
from signals.marketdata import simulated

NOW = 1_800_000_030.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


def market(seed: int = 1) -> SimMarket:
    return SimMarket(MARKETS, seed, Clock())


def recording(path: Path, rows: str, head: str = "time,open,high,low,close,volume") -> Path:
    path.write_text(f"{head}\n{rows}", encoding="utf-8")
    return path


def replayed(path: Path, symbol: str = "BTC") -> SimMarket:
    return SimMarket.from_recording(path, symbol, characters=MARKETS, seed=1, clock=Clock())


def test_the_process_is_the_one_that_the_signals_floor_simulates_with() -> None:
    assert simulated.CHARACTERS is CHARACTERS


def test_the_seed_decides_the_path() -> None:
    first, again, other = market(), market(), market(2)
    for each in (first, again, other):
        each.advance(50)
    assert first.ticks("ETH", 51) == again.ticks("ETH", 51)
    assert first.quote("ETH").last != other.quote("ETH").last


def test_every_symbol_begins_at_its_anchor_and_moves() -> None:
    sim = market()
    assert sim.symbols()[:2] == ["BTC", "ETH"]
    assert [sim.quote(item.symbol).last for item in MARKETS] == [item.anchor for item in MARKETS]
    sim.advance(200)
    assert all(len({tick.last for tick in sim.ticks(symbol, 200)}) > 1 for symbol in sim.symbols())
    assert (sim.tick_number("BTC"), len(sim.ticks("BTC", 500)), sim.ticks("BTC", 0)) == (201, 201, [])


def test_listeners_hear_each_tick_until_they_leave() -> None:
    sim, heard = market(), list[Quote]()
    sim.add_listener(heard.append)
    sim.advance(2)
    sim.set_price("BTC", 65_000)
    sim.remove_listener(heard.append)
    sim.remove_listener(heard.append)
    sim.advance()
    assert len(heard) == 2 * len(MARKETS) + 1
    assert heard[-1].last == 65_000


@pytest.mark.parametrize("price", [0.0, -1.0, float("nan"), float("inf")])
def test_a_price_is_above_0(price: float) -> None:
    with pytest.raises(ValueError, match="price"):
        market().set_price("BTC", price)


@pytest.mark.parametrize("seconds", [60, 300, 3600, 14_400])
@pytest.mark.parametrize("symbol", ["BTC", "BOOM500", "frxEURUSD"])
def test_candles_lead_up_to_the_price(symbol: str, seconds: int) -> None:
    sim = market()
    sim.advance(40)
    candles = sim.candles(symbol, seconds, 200)
    assert len(candles) == 200
    assert all(b.time - a.time == seconds * 1000 for a, b in pairwise(candles))
    assert all(candle.time % (seconds * 1000) == 0 for candle in candles)
    assert candles[-1].time == NOW // seconds * seconds * 1000
    assert candles[-1].close == sim.quote(symbol).last
    lowest, highest = min(c.low for c in candles), max(c.high for c in candles)
    assert 0.5 < lowest / candles[-1].close <= 1 <= highest / candles[-1].close < 2


def test_candles_asked_for_late_are_those_asked_for_early() -> None:
    early, late = market(), market()
    before = early.candles("BTC", 60, 100)
    for sim in (early, late):
        sim.advance(30)
    assert early.candles("BTC", 60, 100) == late.candles("BTC", 60, 100)
    assert early.candles("BTC", 60, 100)[:-1] == before[:-1]


def test_coarse_candles_are_made_of_fine_ones() -> None:
    sim = market()
    fine, coarse = sim.candles("BTC", 60, 600), sim.candles("BTC", 300, 100)
    for candle in coarse:
        parts = [item for item in fine if candle.time <= item.time < candle.time + 300_000]
        assert (candle.open, candle.close) == (parts[0].open, parts[-1].close)
        assert (candle.high, candle.low) == (max(p.high for p in parts), min(p.low for p in parts))


def test_candles_of_seconds_are_made_of_ticks_and_end_where_asked() -> None:
    clock = Clock()
    sim = SimMarket(MARKETS, 1, clock)
    for _ in range(10):
        clock.now += 1
        sim.advance()
    assert len(sim.candles("BTC", 5, 100)) == 3
    assert [candle.time for candle in sim.candles("BTC", 60, 2, NOW - 60)] == [1_799_999_880_000, 1_799_999_940_000]
    with pytest.raises(ValueError, match="count"):
        sim.candles("BTC", 60, 0)


def test_a_stale_quote_is_an_old_one() -> None:
    sim = market()
    sim.advance(150)
    assert sim.stale_quote("BTC") == sim.ticks("BTC", 100)[0]


async def test_it_runs_by_itself_until_it_is_stopped() -> None:
    sim, heard = market(), asyncio.Event()
    sim.add_listener(lambda _: heard.set())
    task = asyncio.create_task(sim.run(0.001))
    await asyncio.wait_for(heard.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_recording_is_replayed_and_then_left(tmp_path: Path) -> None:
    path = recording(tmp_path / "btc.csv", "1700000000,100,110,90,105,1\n1700000060,105,106,80,85,1\n")
    sim = replayed(path)
    sim.advance(7)
    assert [tick.last for tick in sim.ticks("BTC", 8)] == [100, 90, 110, 105, 105, 106, 80, 85]
    sim.advance(20)
    assert 80 < sim.quote("BTC").last < 90
    assert sim.candles("BTC", 60, 10)[0].close < 200
    assert sim.quote("ETH").last > 2_000


def test_other_column_names_and_milliseconds(tmp_path: Path) -> None:
    path = recording(tmp_path / "x.csv", "1700000000000,1,2,1,2\n", "Timestamp,Open,High,Low,Close")
    assert replayed(path).quote("BTC").last == 1


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        ("time,open,high,low", "1,1,1,1", "close: the recording has no such column"),
        ("time,open,high,low,close", "", "no rows"),
        ("time,open,high,low,close", "1,1,1,1,x", "row 2"),
        ("time,open,high,low,close", "1,5,4,3,4", "row 2: high"),
        ("time,open,high,low,close", "2,1,1,1,1\n1,1,1,1,1", "row 3: its time"),
        ("time,open,high,low,close", "1,1,1,1", "row 2"),
    ],
)
def test_a_recording_that_is_none_is_refused(tmp_path: Path, head: str, rows: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replayed(recording(tmp_path / "bad.csv", rows, head))


def test_a_recording_is_of_a_symbol_that_there_is(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="symbol: 'DOGE'"):
        replayed(recording(tmp_path / "a.csv", "1,1,1,1,1"), "DOGE")
