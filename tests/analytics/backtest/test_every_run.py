"""What holds of every backtest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.backtest.kernel.loop import run
from analytics.backtest.kernel.records import Book
from analytics.backtest.preparing import make_book
from analytics.backtest.result import EXIT_REASONS, BacktestResult
from analytics.backtest.run import run_backtest
from analytics.backtest.signals import SignalColumns
from brokers.adapters.paper import FillModel
from tests.analytics.backtest.candles import FREE, MINUTE, START, bars, config, fire, market, wild_candles

PLAN = {
    "exit_plan": {
        "trailing": {"kind": "PERCENT", "value": 0.6},
        "break_even": {"trigger_percent": 0.3},
        "targets": [{"percent": 0.4, "portion": 0.5}, {"percent": 0.9, "portion": 0.5}],
        "time_exit_minutes": 40,
    },
    "risk": {"max_drawdown_percent": 20, "daily_loss_limit": 50, "max_consecutive_losses": 5, "cool_down_minutes": 20},
}
COSTLY = FillModel(slippage_bps=2.0, commission_rate=0.0005, funding_rate=0.0002, funding_interval_hours=0.5)


def reasons(result: BacktestResult) -> list[str]:
    return [EXIT_REASONS[code] for code in result.trades.exit_reason]


def random_signals(count: int, seed: int, markets: int = 1) -> SignalColumns:
    """Signals all over the candles, both ways, with levels near 100 and some beyond the price."""
    dice = np.random.default_rng(seed)
    direction = dice.choice([1, -1], count)
    return SignalColumns(
        market=dice.integers(0, markets, count),
        strategy=np.zeros(count, np.int64),
        time=START + dice.integers(1, 200, count) * MINUTE,
        direction=direction,
        entry=np.full(count, np.nan),
        stop=100.0 - direction * dice.uniform(0.2, 4.0, count),
        target=100.0 + direction * dice.uniform(0.2, 4.0, count),
        confidence=dice.uniform(0.5, 1.0, count),
    )


def test_a_strategy_that_never_fires_returns_the_initial_balance() -> None:
    result = run_backtest(config(COSTLY), [market(wild_candles(300, 1))], "1m", signals=[fire()])
    assert len(result.trades) == result.signals == 0
    assert set(result.equity) == set(result.balance) == {1000.0}
    assert len(result.time) == 301


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.permutations([0, 1, 2]))
def test_the_order_of_the_symbols_changes_nothing(seed: int, order: list[int]) -> None:
    markets = [market(wild_candles(220, seed + at), name) for at, name in enumerate(("AAA", "BBB", "CCC"))]
    fired = random_signals(60, seed, markets=3)
    told = config(COSTLY, {"max_open_trades": 3}, **PLAN)
    usual = run_backtest(told, markets, "1m", signals=[fired])
    place = np.argsort(order)
    shuffled = SignalColumns(place[fired.market], *fired.columns()[1:])  # type: ignore[arg-type]
    other = run_backtest(told, [markets[at] for at in order], "1m", signals=[shuffled])
    assert usual.symbols == other.symbols == ("AAA", "BBB", "CCC")
    assert np.array_equal(usual.equity, other.equity)
    assert np.array_equal(usual.trades.pnl, other.trades.pnl)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_equity_never_jumps_without_a_fill(seed: int) -> None:
    candles = wild_candles(220, seed)
    result = run_backtest(config(COSTLY, **PLAN), [market(candles)], "1m", signals=[random_signals(40, seed)])
    trades = result.trades
    assert result.final_balance == pytest.approx(1000.0 + trades.pnl.sum(), abs=1e-6)
    assert np.all(trades.mae <= 0) and np.all(trades.mfe >= 0)  # noqa: PT018
    moved = np.flatnonzero(np.diff(result.equity) != 0.0)
    for bar in moved:  # the bar whose close is point bar + 1
        start, end = candles.time[bar], candles.time[bar] + MINUTE
        lived = (trades.opened < end + 50) & (trades.closed >= start)
        assert lived.any(), "money moved, and no trade was there"
        held = (trades.quantity * (trades.entry_price + trades.exit_price))[lived].sum()
        reach = (candles.high[bar] - candles.low[bar]) / candles.low[bar] + 0.01
        gap = abs(candles.open[bar] - candles.close[bar - 1]) / candles.low[bar] if bar else 0.0
        assert abs(result.equity[bar + 1] - result.equity[bar]) <= held * (reach + gap)


def as_plain(book: Book) -> Book:
    """The same rows as numpy hands them to Python."""
    named = {name: getattr(book, name).view(np.recarray) for name in ("instruments", "signals", "trades")}
    return book._replace(**named, account=book.account.view(np.recarray), settings=book.settings.view(np.recarray))


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 2), st.booleans())
def test_the_compiled_loop_does_what_its_python_does(seed: int, count: int, is_plain: bool) -> None:
    markets = [market(wild_candles(160, seed + at), name) for at, name in enumerate(("AAA", "BBB")[:count])]
    told = config(FREE if is_plain else COSTLY, {"max_open_trades": 4}, **({} if is_plain else PLAN))
    fired = random_signals(50, seed, markets=count)
    result = run_backtest(told, markets, "1m", signals=[fired])
    book = as_plain(make_book(told, markets, "1m", fired, START))
    with np.errstate(all="ignore"):
        points = run(book)
    assert points == len(result.time)
    assert np.array_equal(book.equity[:points], result.equity)
    assert np.array_equal(book.trades["pnl"][: len(result.trades)], result.trades.pnl)
    assert result.decisions is not None
    assert np.array_equal(book.signals["verdict"], result.decisions.verdict)


class TestInsideABar:
    """Where stop and target lie in the same candle, the stop is hit first, unless finer candles tell otherwise."""

    coarse = bars((100, 100, 100, 100), (100, 103, 98, 101), (101, 101, 101, 101), step=5 * MINUTE)

    def exits(self, detail: tuple[tuple[float, float, float, float], ...] | None) -> list[str]:
        fine = None if detail is None else bars(*detail, start=START + 5 * MINUTE)
        told = market(self.coarse, detail=fine)
        fired = fire((0, 1, 99.0, 102.0), step=5 * MINUTE)
        return reasons(run_backtest(config(), [told], "5m", signals=[fired]))

    def test_the_stop_comes_first(self) -> None:
        assert self.exits(None) == ["STOP_LOSS"]

    def test_finer_candles_decide(self) -> None:
        up = ((100, 101, 100, 101), (101, 103, 101, 103), (103, 103, 98, 98), (98, 100, 98, 100), (100, 101, 100, 101))
        assert self.exits(up) == ["TAKE_PROFIT"]

    def test_where_they_do_not_cover_it_the_candle_decides(self) -> None:
        assert self.exits(((100, 101, 100, 101), (101, 103, 101, 103))) == ["STOP_LOSS"]


class TestSharedAccount:
    def two(self, second: int, **risk: float) -> BacktestResult:
        """A long in each of two symbols, whose candles are alike where `second` is 1."""
        markets = [market(wild_candles(100, 1), "AAA"), market(wild_candles(100, second), "BBB")]
        fired = [fire((60, 1, 50.0, 200.0), market=at) for at in (0, 1)]
        return run_backtest(config(risk=risk), markets, "1m", signals=fired)

    def test_limits_count_all_symbols(self) -> None:
        assert self.two(1).approved == 2
        assert self.two(1, max_open_trades=1).blocked == {"session_open_trades": 1}
        assert self.two(1, max_exposure_percent=15.0).trades.quantity[1] < self.two(1).trades.quantity[1]

    def test_what_moves_alike_shares_a_limit(self) -> None:
        alike, apart = self.two(1, max_correlated_percent=12.0), self.two(7, max_correlated_percent=12.0)
        assert alike.trades.quantity.sum() < apart.trades.quantity.sum()

    def test_entries_of_a_moment_come_before_its_exits(self) -> None:
        """What one symbol makes within a minute is not known at its open, when the other one enters."""
        one, other = bars(*[(100, 100, 100, 100)] * 3, (100, 150, 100, 150)), bars(*[(100, 100, 100, 100)] * 4)
        fired = [fire((0, 1, 90.0, 140.0)), fire((2, 1, 90.0, 200.0), market=1)]
        told = config(sizing={"method": "PERCENT", "percent": 50.0})
        result = run_backtest(told, [market(one, "AAA"), market(other, "BBB")], "1m", signals=fired)
        assert result.trades.quantity.tolist() == [5.0, 5.0]
        assert result.trades.pnl[0] == 200.0


def test_a_market_is_needed_and_each_once() -> None:
    with pytest.raises(ValueError, match="markets"):
        run_backtest(config(), [], "1m", signals=[fire()])
    with pytest.raises(ValueError, match="markets"):
        run_backtest(config(), [market(wild_candles(5, 1))] * 2, "1m", signals=[fire()])


def test_the_worst_case_can_be_assumed() -> None:
    """A bar that first may have reached the trailing stop's trigger and then fallen."""
    candles = bars((100, 100, 100, 100), (100, 101.9, 99.5, 101.5), (101.5, 101.6, 101.4, 101.5))
    told = config(exit_plan={"trailing": {"kind": "PERCENT", "value": 1.0, "step_percent": 0}})
    fired = [fire((0, 1, 95.0, 110.0))]
    usual = run_backtest(told, [market(candles)], "1m", signals=fired)
    import dataclasses

    worst = run_backtest(dataclasses.replace(told, worst_case=True), [market(candles)], "1m", signals=fired)
    assert worst.final_balance < usual.final_balance


def test_what_is_open_at_the_end_is_closed_at_the_last_price() -> None:
    candles = bars((100, 100, 100, 100), (100, 101, 99.5, 100.5), (100.5, 104, 100, 103))
    result = run_backtest(config(), [market(candles)], "1m", signals=[fire((0, 1, 90.0, 200.0))])
    assert reasons(result) == ["END_OF_REPLAY"]
    assert result.trades.exit_price.tolist() == [103.0]
    assert result.equity.tolist() == [1000.0, 1000.0, 1000.5, 1003.0]
