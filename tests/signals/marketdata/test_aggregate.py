"""Aggregation against a reference that groups by bucket in plain Python."""

from collections import defaultdict
from typing import Any

import numpy as np
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.interface import Quote
from signals.marketdata.aggregate import LADDER, TickAggregator, aggregate, candles_of_ticks
from signals.marketdata.candles import Candle, CandleArrays
from signals.marketdata.files import Tick
from signals.marketdata.timeframes import TIMEFRAMES
from tests.signals.marketdata.bars import START, random_candles, rows_of, same

Ticks = list[tuple[int, float]]


def naive(ticks: Ticks, timeframe: str, until: int) -> list[tuple[Any, ...]]:
    step = TIMEFRAMES[timeframe]
    buckets: dict[int, list[float]] = defaultdict(list)
    newest = ticks[0][0] if ticks else 0
    for time, price in ticks:
        if time >= newest:
            newest = time
            buckets[time - time % step].append(price)
    return [
        (start, prices[0], max(prices), min(prices), prices[-1], float(len(prices)))
        for start, prices in sorted(buckets.items())
        if start + step <= max(until, newest)
    ]


def feed(aggregator: TickAggregator, ticks: Ticks, symbol: str = "A") -> list[Candle]:
    return [candle for time, price in ticks for candle in aggregator.add("sim", symbol, time, price, 1.0)]


def rows(candles: list[Candle], timeframe: str) -> list[tuple[Any, ...]]:
    return [(c.time, c.open, c.high, c.low, c.close, c.volume) for c in candles if c.timeframe == timeframe]


prices = st.floats(1.0, 100.0)
# Steps from a standstill to hours, so that whole periods stay empty; now and then back in time.
steps = st.one_of(st.integers(0, 4000), st.integers(0, 90_000), st.integers(0, 20_000_000), st.integers(-9000, -1))


@st.composite
def tick_lists(draw: st.DrawFn) -> Ticks:
    time, found = START + draw(st.integers(0, 100_000)), []
    for step in draw(st.lists(steps, min_size=1, max_size=60)):
        found.append((time, draw(prices)))
        time += step
    return found


@given(tick_lists(), st.integers(0, 10_000_000))
def test_candles_of_ticks_agree_with_the_reference(ticks: Ticks, later: int) -> None:
    aggregator = TickAggregator()
    until = max(time for time, _ in ticks) + later
    closed = feed(aggregator, ticks) + aggregator.advance("sim", "A", until)
    for timeframe in LADDER:
        assert rows(closed, timeframe) == naive(ticks, timeframe, until)


@given(tick_lists())
def test_nothing_closes_early_or_twice(ticks: Ticks) -> None:
    aggregator, seen = TickAggregator(), set()
    clock = ticks[0][0]
    for time, price in ticks:
        clock = max(clock, time)
        for candle in aggregator.add("sim", "A", time, price, 1.0):
            assert candle.time + TIMEFRAMES[candle.timeframe] <= clock
            assert (candle.timeframe, candle.time) not in seen
            seen.add((candle.timeframe, candle.time))


@given(st.lists(st.integers(0, 300), unique=True, min_size=1), st.sampled_from(LADDER[3:]), st.integers(0, 500))
def test_candles_of_candles_agree_with_polars(minutes: list[int], target: str, later: int) -> None:
    candles = random_candles(301).take(np.isin(np.arange(301), minutes))
    until = int(candles.time[-1]) + (1 + later) * 60_000
    expected = (
        polars.DataFrame(dict(zip(("time", "open", "high", "low", "close", "volume"), candles.columns(), strict=True)))
        .with_columns(bucket=polars.col("time") // TIMEFRAMES[target] * TIMEFRAMES[target])
        .group_by("bucket", maintain_order=True)
        .agg(polars.first("open"), polars.max("high"), polars.min("low"), polars.last("close"), polars.sum("volume"))
        .filter(polars.col("bucket") + TIMEFRAMES[target] <= until)
    )
    found = aggregate(candles, "1m", target, until_ms=until)
    assert found.time.tolist() == expected["bucket"].to_list()
    for name in ("open", "high", "low", "close"):
        assert getattr(found, name).tolist() == expected[name].to_list()
    assert found.volume.tolist() == pytest.approx(expected["volume"].to_list())


def test_ticks_and_their_minutes_make_the_same_hours() -> None:
    ticks = [(START + 1700 * index, 100.0 + index % 37) for index in range(9000)]
    closed = feed(TickAggregator(), ticks)
    minutes = CandleArrays.from_rows(rows(closed, "1m"))
    assert aggregate(minutes, "1m", "1h").rows() == rows(closed, "1h")


def test_a_missing_minute_shifts_nothing() -> None:
    candles = random_candles(15)
    gap = candles.take(np.arange(15) != 5)
    assert aggregate(gap, "1m", "5m").time.tolist() == [START, START + 300_000, START + 600_000]
    assert aggregate(gap, "1m", "5m").open[1] == candles.open[6]


def test_the_last_candle_waits_until_its_period_is_over() -> None:
    candles = random_candles(9)
    assert len(aggregate(candles, "1m", "5m")) == 1
    assert len(aggregate(candles, "1m", "5m", until_ms=START + 599_999)) == 1
    assert len(aggregate(candles, "1m", "5m", until_ms=START + 600_000)) == 2
    assert len(aggregate(CandleArrays.empty(), "1m", "5m")) == 0


def test_a_candle_given_twice_counts_once() -> None:
    candles = random_candles(10)
    twice = CandleArrays.joined([candles, candles.slice(3, 7)])
    assert same(aggregate(twice, "1m", "5m"), aggregate(candles, "1m", "5m"))


def test_only_whole_multiples_can_be_made() -> None:
    with pytest.raises(ValueError, match="1m is not made of whole 5m candles"):
        aggregate(random_candles(5), "5m", "1m")


def test_a_quiet_market_closes_by_the_clock() -> None:
    aggregator = TickAggregator()
    feed(aggregator, [(START, 1.0)], "A")
    feed(aggregator, [(START + 1, 2.0)], "B")
    assert aggregator.advance_all(START + 4999) == []
    closed = aggregator.advance_all(START + 5000)
    assert [(candle.symbol, candle.timeframe) for candle in closed] == [("A", "5s"), ("B", "5s")]
    assert aggregator.advance_all(START + 5000) == []


def test_late_ticks_are_dropped_and_counted() -> None:
    aggregator = TickAggregator()
    feed(aggregator, [(START + 100, 1.0), (START + 99, 9.0)])
    assert aggregator.late == 1
    aggregator.advance("sim", "A", START + 5000)
    assert feed(aggregator, [(START + 4999, 9.0)]) == []
    assert aggregator.late == 2
    assert rows(feed(aggregator, [(START + 60_000, 2.0)]), "1m") == [(START, 1.0, 1.0, 1.0, 1.0, 1.0)]


def test_a_clock_that_runs_ahead_inside_the_period_drops_no_tick() -> None:
    aggregator = TickAggregator()
    feed(aggregator, [(START + 100, 1.0)])
    aggregator.advance("sim", "A", START + 900)
    feed(aggregator, [(START + 800, 3.0)])
    assert aggregator.late == 0
    assert rows(aggregator.advance("sim", "A", START + 5000), "5s") == [(START, 1.0, 3.0, 1.0, 3.0, 2.0)]


def test_quotes_make_candles_of_their_last_price() -> None:
    aggregator = TickAggregator("1m")
    aggregator.add_quote(Quote("sim", "A", 9.0, 11.0, 10.0, START / 1000, 0.0))
    closed = aggregator.add_quote(Quote("sim", "A", 9.0, 11.0, 10.5, START / 1000 + 60.0, 0.0))
    assert closed == [Candle("sim", "A", "1m", START, 10.0, 10.0, 10.0, 10.0, 0.0)]


def test_what_was_watched_from_the_middle_is_not_given_out_as_whole() -> None:
    ticks = [(START + 30_000 + 1000 * index, 1.0 + index) for index in range(3700)]
    closed = feed(TickAggregator(whole_only=True), ticks)
    assert rows(closed, "5s")[0][0] == START + 30_000
    assert rows(closed, "1m")[0][0] == START + 60_000
    assert rows(closed, "1h") == []
    assert rows(feed(TickAggregator(), ticks), "1h")[0][0] == START


def _ticks_of(minutes: CandleArrays) -> Ticks:
    """Four ticks a minute that make those candles' prices."""
    return [
        (time + offset, price)
        for time, *bar in minutes.rows()
        for offset, price in zip((0, 1, 2, 59_999), bar[:4], strict=True)
    ]


@settings(max_examples=25)
@given(st.integers(1, 290))
def test_a_restored_aggregator_goes_on_as_if_it_had_never_stopped(cut: int) -> None:
    ticks = _ticks_of(random_candles(300, start=START + 17 * 60_000))
    whole, restored = TickAggregator(whole_only=True), TickAggregator(whole_only=True)
    before = feed(whole, ticks[: 4 * cut]) + whole.advance("sim", "A", ticks[4 * cut][0])
    restored.restore("sim", "A", "1m", CandleArrays.from_rows(rows(before, "1m")))
    expected = feed(whole, ticks[4 * cut :])
    found = feed(restored, ticks[4 * cut :])
    for timeframe in ("5m", "15m", "30m", "1h"):
        assert rows(found, timeframe) == rows(expected, timeframe)


def test_hours_and_then_minutes_restore_four_hours() -> None:
    ticks = _ticks_of(random_candles(250))
    closed = feed(TickAggregator(), ticks)
    restored = TickAggregator(whole_only=True)
    for timeframe in ("1h", "1m"):
        held = CandleArrays.from_rows(rows(closed, timeframe))
        restored.restore("sim", "A", timeframe, held.take(held.time + TIMEFRAMES[timeframe] <= START + 200 * 60_000))
    later = feed(restored, ticks[800:])
    assert rows(later, "4h") == [pytest.approx(row) for row in rows(closed, "4h")]
    assert rows(later, "1h") == rows(closed, "1h")[-1:]


def test_restoring_with_nothing_changes_nothing() -> None:
    aggregator = TickAggregator(whole_only=True)
    aggregator.restore("sim", "A", "1m", CandleArrays.empty())
    closed = feed(aggregator, [(START, 1.0), (START + 5000, 2.0)])
    assert rows(closed, "5s") == [(START, 1.0, 1.0, 1.0, 1.0, 1.0)]


def test_recorded_ticks_become_their_complete_candles() -> None:
    ticks = [Tick(START + 20_000 * index, 1.0, 1.0, 1.0 + index, 2.0) for index in range(8)]
    candles = candles_of_ticks(ticks, "1m")
    assert candles.rows() == [(START, 1.0, 3.0, 1.0, 3.0, 6.0), (START + 60_000, 4.0, 6.0, 4.0, 6.0, 6.0)]


def test_candles_that_were_seen_before_are_not_restored_again() -> None:
    aggregator = TickAggregator(whole_only=True)
    candles = rows_of(START, START + 60_000)
    aggregator.restore("sim", "A", "1m", candles)
    aggregator.restore("sim", "A", "1m", candles)
    closed = feed(aggregator, [(START + 120_000, 5.0), (START + 300_000, 6.0)])
    assert rows(closed, "5m") == [(START, 1.0, 5.0, 1.0, 5.0, 3.0)]
