import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.marketdata.aggregate import TickAggregator
from signals.marketdata.candles import CandleArrays
from signals.marketdata.simulated import (
    CHARACTERS,
    STEP_SECONDS,
    SimulatedMarket,
    advance,
    initial_state,
    quote_of,
)

SYMBOLS = [character.symbol for character in CHARACTERS]


def path(symbol: str, steps: int, seed: int = 7) -> np.ndarray:
    """Log prices of the symbol, one a step."""
    character = next(item for item in CHARACTERS if item.symbol == symbol)
    state, found = initial_state(character), []
    for _ in range(steps):
        state = advance(character, state, seed)
        found.append(state.log_price)
    return np.array(found)


def test_there_are_five_characters_of_two_market_types() -> None:
    assert sorted(SYMBOLS) == ["SIM-BOOM", "SIM-CRASH", "SIM-JUMP", "SIM-RANGE", "SIM-TREND"]
    assert {item.market_type for item in CHARACTERS} == {"SPOT", "FUTURES"}
    for character in CHARACTERS:
        assert character.instrument().symbol == character.symbol


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 80))
def test_a_market_resumed_from_its_state_goes_on_exactly(seed: int, cut: int) -> None:
    whole, first = SimulatedMarket(seed), SimulatedMarket(seed)
    expected = [whole.step(float(index)) for index in range(100)]
    found = [first.step(float(index)) for index in range(cut)]
    resumed = SimulatedMarket.load(first.dump(), seed)
    assert resumed is not None
    found += [resumed.step(float(index)) for index in range(cut, 100)]
    assert found == expected
    assert resumed.dump() == whole.dump()


def test_another_seed_is_another_market() -> None:
    assert SimulatedMarket(1).step(0.0) != SimulatedMarket(2).step(0.0)


def test_a_state_that_cannot_be_is_not_loaded() -> None:
    market = SimulatedMarket(7)
    good = json.loads(market.dump())
    assert SimulatedMarket.load(market.dump(), 8) is None
    broken: list[str] = ["", "{}", "[]", "null", '{"seed": 7, "states": [{}]}', '{"seed": 7, "states": 3}']
    for change in ({"log_price": float("nan")}, {"log_price": 1e9}, {"variance": -1.0}, {"regime": 0}, {"more": 1}):
        states = [good["states"][0] | change, *good["states"][1:]]
        broken.append(json.dumps({"seed": 7, "states": states}))
    for text in broken:
        assert SimulatedMarket.load(text, 7) is None


def test_a_symbol_without_a_state_begins_at_its_last_price() -> None:
    market = SimulatedMarket(7, prices={"SIM-RANGE": 120.0})
    assert math.exp(market.states["SIM-RANGE"].log_price) == pytest.approx(120.0)
    assert math.exp(market.states["SIM-JUMP"].log_price) == pytest.approx(2000.0)
    first = {quote.symbol: quote for quote in market.step(0.0)}["SIM-RANGE"]
    assert first.last == pytest.approx(120.0, rel=0.003)


@pytest.mark.parametrize("character", CHARACTERS, ids=lambda item: item.symbol)
def test_quotes_lie_on_the_tick_with_last_between_bid_and_ask(character: object) -> None:
    chosen = next(item for item in CHARACTERS if item is character)
    state = initial_state(chosen)
    for index in range(300):
        state = advance(chosen, state, 7)
        quote = quote_of(chosen, state, float(index))
        assert quote.bid < quote.ask
        assert quote.bid <= quote.last <= quote.ask
        for price in (quote.bid, quote.ask, quote.last):
            assert price == pytest.approx(round(price / chosen.tick_size) * chosen.tick_size, abs=1e-9)
        assert 0.0002 < quote.volatility < 0.2


def test_the_range_reverts_and_the_trend_persists() -> None:
    ranging, trending = path("SIM-RANGE", 20_000), path("SIM-TREND", 20_000)
    assert np.abs(ranging - math.log(150.0)).max() < 0.06

    def persistence(prices: np.ndarray) -> float:
        moves = np.diff(prices[::60])
        return float(np.corrcoef(moves[:-1], moves[1:])[0, 1])

    assert persistence(trending) > 0.2
    assert persistence(trending) > persistence(ranging) + 0.2


def test_boom_spikes_up_and_crash_down() -> None:
    for symbol, sign in (("SIM-BOOM", 1), ("SIM-CRASH", -1)):
        moves = np.diff(path(symbol, 10_000)) * sign
        assert (moves > 0.004).sum() > 5
        assert (moves < -0.004).sum() == 0
        assert np.median(moves) < 0


def test_jumps_go_both_ways() -> None:
    moves = np.diff(path("SIM-JUMP", 20_000))
    assert (moves > 0.003).sum() > 3
    assert (moves < -0.003).sum() > 3


def test_volatility_is_that_of_minute_returns() -> None:
    quiet = next(item for item in CHARACTERS if item.symbol == "SIM-RANGE")
    state, estimates, prices = initial_state(quiet), [], []
    for _ in range(48_000):
        state = advance(quiet, state, 7)
        estimates.append(state.volatility)
        prices.append(state.log_price)
    # Mean reversion makes minutes a little calmer than independent steps would be.
    assert np.mean(estimates) == pytest.approx(float(np.std(np.diff(prices[::240]))), rel=0.25)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_a_stride_has_the_spread_of_its_steps(symbol: str) -> None:
    character = replace(next(item for item in CHARACTERS if item.symbol == symbol), jump_chance=0.0, lean=0.0)

    def ends(span: int) -> float:
        moves = []
        for seed in range(300):
            state = initial_state(character)
            for _ in range(20 // span):
                state = advance(character, state, seed, span)
            moves.append(state.log_price - math.log(character.anchor))
        return float(np.std(moves))

    assert ends(20) == pytest.approx(ends(1), rel=0.25)


def test_half_and_one_percent_are_reached_within_minutes() -> None:
    """What the demo lives on: a trade opened at any moment ends after a minute or three."""
    market, aggregator = SimulatedMarket(7), TickAggregator()
    rows: dict[str, list[tuple[float, ...]]] = {symbol: [] for symbol in SYMBOLS}
    for index in range(7200):
        for quote in market.step(index * STEP_SECONDS):
            for candle in aggregator.add_quote(quote):
                if candle.timeframe == "5s":
                    rows[candle.symbol].append(
                        (candle.time, candle.open, candle.high, candle.low, candle.close, candle.volume)
                    )
    for symbol in SYMBOLS:
        candles = CandleArrays.from_rows(rows[symbol])
        waits = [_seconds_until_exit(candles, start) for start in range(0, 250, 10)]
        assert 10 <= float(np.median(waits)) <= 200, symbol


def _seconds_until_exit(candles: CandleArrays, start: int) -> float:
    entry = candles.close[start]
    out = (candles.low[start + 1 :] <= entry * 0.995) | (candles.high[start + 1 :] >= entry * 1.01)
    return 5.0 * (1 + int(np.argmax(out))) if out.any() else math.inf
