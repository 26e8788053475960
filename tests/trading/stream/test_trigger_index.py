import math
import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from trading.rules.exits import NO_EXIT, STOP_LOSS, TAKE_PROFIT, exit_on_bar
from trading.stream.trigger_index import MOVE, Hit, TriggerIndex, Triggers

PRICES = st.integers(95, 105).map(float)
LEVELS = PRICES | st.none() | st.just(math.nan)
VENUES = st.sampled_from(["sim", "binance"])
SYMBOLS = st.sampled_from(["BTC", "ETH"])
TRADES = st.builds(
    Triggers,
    trade_id=st.integers(1, 12),
    venue=VENUES,
    symbol=SYMBOLS,
    direction=st.sampled_from([1, -1]),
    stop=LEVELS,
    target=LEVELS,
    move=LEVELS,
)


def brute_force(trades: dict[int, Triggers], venue: str, symbol: str, price: float) -> set[Hit]:
    """The rule book asked about each trade: what the index must find faster."""
    hits = set()
    for held in trades.values():
        if (held.venue, held.symbol) != (venue, symbol):
            continue
        stop, target = (math.nan if level is None else level for level in (held.stop, held.target))
        reason, _ = exit_on_bar(held.direction, stop, target, price, price, price, price)
        if reason != NO_EXIT:
            hits.add(Hit(held.trade_id, reason, stop if reason == STOP_LOSS else target))
        elif held.move is not None and held.direction * (price - held.move) >= 0:
            hits.add(Hit(held.trade_id, MOVE, held.move))
    return hits


class IndexAgainstModel(RuleBasedStateMachine):
    """Any order of changes and looks leaves the index finding what asking each trade would find."""

    @initialize(rows=st.lists(TRADES, max_size=8))
    def load(self, rows: list[Triggers]) -> None:
        self.index = TriggerIndex()
        self.reload(rows)

    @rule(rows=st.lists(TRADES, max_size=8))
    def reload(self, rows: list[Triggers]) -> None:
        self.index.load(rows)
        self.model = {row.trade_id: row for row in rows}

    @rule(row=TRADES)
    def put(self, row: Triggers) -> None:
        self.index.put(row)
        self.model[row.trade_id] = row

    @rule(trade_id=st.integers(1, 12))
    def remove(self, trade_id: int) -> None:
        self.index.remove(trade_id)
        self.model.pop(trade_id, None)

    @rule(venue=VENUES, symbol=SYMBOLS, price=PRICES)
    def look(self, venue: str, symbol: str, price: float) -> None:
        found = self.index.crossed(venue, symbol, price)
        assert set(found) == brute_force(self.model, venue, symbol, price)
        assert len({hit.trade_id for hit in found}) == len(found)

    @rule(venue=VENUES, symbol=SYMBOLS, price=PRICES)
    def take(self, venue: str, symbol: str, price: float) -> None:
        expected = brute_force(self.model, venue, symbol, price)
        assert set(self.index.take(venue, symbol, price)) == expected
        for hit in expected:
            held = self.model.pop(hit.trade_id)
            if hit.reason == MOVE:  # it stays, and is found again at a better price only
                self.model[hit.trade_id] = replace(held, move=math.nextafter(price, held.direction * math.inf))

    @invariant()
    def holds_the_same_trades(self) -> None:
        if hasattr(self, "index"):
            assert len(self.index) == len(self.model)
            assert all(trade_id in self.index for trade_id in self.model)
            assert self.index.symbols() == {(row.venue, row.symbol) for row in self.model.values()}


TestIndexAgainstModel = IndexAgainstModel.TestCase
TestIndexAgainstModel.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def index_of(*rows: Triggers) -> TriggerIndex:
    index = TriggerIndex()
    index.load(rows)
    return index


def test_a_taken_trade_fires_once_until_it_is_put_back() -> None:
    row = Triggers(1, "sim", "BTC", 1, 98.0, 104.0)
    index = index_of(row)
    assert index.take("sim", "BTC", 97.0) == [Hit(1, STOP_LOSS, 98.0)]
    assert index.take("sim", "BTC", 97.0) == []
    index.put(row)
    assert index.crossed("sim", "BTC", 97.0) == index.crossed("sim", "BTC", 97.0) == [Hit(1, STOP_LOSS, 98.0)]


def test_the_stop_comes_first_when_both_are_crossed() -> None:
    index = index_of(Triggers(1, "sim", "BTC", 1, 101.0, 99.0), Triggers(2, "sim", "BTC", -1, 99.0, 101.0))
    assert sorted(hit.reason for hit in index.crossed("sim", "BTC", 100.0)) == [STOP_LOSS, STOP_LOSS]


def test_while_its_stop_is_about_to_move_a_trade_is_never_unprotected() -> None:
    index = index_of(Triggers(1, "sim", "BTC", 1, 98.0, 104.0, 101.0))
    assert index.take("sim", "BTC", 101.5) == [Hit(1, MOVE, 101.0)]
    assert index.take("sim", "BTC", 101.5) == [], "asked for already"
    assert [hit.reason for hit in index.take("sim", "BTC", 101.6)] == [MOVE], "a better price moves it further"
    assert index.crossed("sim", "BTC", 97.0) == [Hit(1, STOP_LOSS, 98.0)]
    assert index.take("sim", "BTC", 104.5) == [Hit(1, TAKE_PROFIT, 104.0)], "an exit goes before a move"
    assert 1 not in index


def test_a_hit_brings_all_the_trades_levels() -> None:
    row = Triggers(1, "sim", "BTC", -1, 102.0, 98.0, 99.0)
    assert [hit.triggers for hit in index_of(row).take("sim", "BTC", 97.0)] == [row]


def test_moved_levels_replace_the_old_ones() -> None:
    index = index_of(Triggers(1, "sim", "BTC", 1, 98.0, 104.0))
    index.put(Triggers(1, "sim", "BTC", 1, 99.0, None))
    assert index.crossed("sim", "BTC", 98.5) == [Hit(1, STOP_LOSS, 99.0)]
    assert index.crossed("sim", "BTC", 200.0) == []


@given(LEVELS, LEVELS)
def test_a_price_that_is_none_sets_nothing_off(stop: float | None, target: float | None) -> None:
    index = index_of(Triggers(1, "sim", "BTC", 1, stop, target), Triggers(2, "sim", "BTC", -1, stop, target))
    assert index.crossed("sim", "BTC", math.nan) == []


def test_100_000_trades_load_and_are_found_quickly() -> None:
    """About 0.25 s and 10 microseconds a look on two slow cores; the bounds are loose."""
    rows = []
    for n in range(100_000):
        direction = 1 if n % 2 else -1
        move = 100 + direction * (1 + n / 1e5) if n % 10 == 0 else None
        rows.append(Triggers(n, "sim", "BTC", direction, 100 - direction * (1 + n / 1e5), 100 + direction * 3.0, move))
    index = TriggerIndex()
    started = time.perf_counter()
    index.load(rows)
    assert time.perf_counter() - started < 5.0
    started = time.perf_counter()
    for _ in range(100):
        assert index.crossed("sim", "BTC", 100.5) == []
    assert (time.perf_counter() - started) / 100 < 0.001
    assert {hit.reason for hit in index.take("sim", "BTC", 103.5)} == {STOP_LOSS, TAKE_PROFIT}
    assert len(index) == 0
