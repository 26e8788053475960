"""From the plan's percents to the trade's prices."""

import math
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.marketdata.candles import CandleArrays
from tests.trading.planned import EVEN, SPLIT, TRAIL, open_planned
from trading.candles import LocalCandles, use_candles
from trading.exits import exit_plans
from trading.models import ExitReason, StopMover, Trade
from trading.rules.exit_plan import NO_PLAN, plan_levels
from trading.sessions.session_settings import ExitPlan, Target

UNSAVED: dict[str, Any] = {
    "venue": "sim",
    "symbol": "ABC",
    "market_type": "SPOT",
    "quantity": Decimal("0.8"),
    "entry_price": Decimal(100),
    "stop_loss": Decimal(99),
}


def planned(plan: dict[str, Any], direction: str = "LONG", **values: Any) -> Trade:
    """An unsaved trade at 100 with the plan in force; ticks of 0.01, lots of 0.001."""
    trade = Trade(**{**UNSAVED, "direction": direction, "take_profit": Decimal(105), **values})
    exit_plans.attach(trade, ExitPlan.read(plan), atr=0.5)
    return trade


@pytest.mark.django_db
class TestAttaching:
    @pytest.fixture(autouse=True)
    def _market(self, floor: SimpleNamespace) -> None:
        """ABC in ticks of 0.01."""

    def test_without_a_plan_only_the_first_stop_is_remembered(self) -> None:
        trade = planned({})
        assert (trade.initial_stop, trade.exit_plan, trade.best_price) == (Decimal(99), {}, None)
        assert trade.take_profit == Decimal(105)
        assert exit_plans.levels(trade) == NO_PLAN
        assert exit_plans.move_price(trade) is None

    def test_all_parts(self) -> None:
        trade = planned(TRAIL | EVEN | SPLIT)
        assert trade.take_profit == Decimal(101)
        assert [target["price"] for target in exit_plans.targets_left(trade)] == [101.0, 102.0]
        assert exit_plans.levels(trade) == pytest.approx(
            plan_levels(1, 100.0, 1.0, math.nan, 0.0, 10.0, 1.0, 0.1), nan_ok=True
        )
        # A stop 1 % behind the best price is at 99.1, the first step of 0.1 beyond 99, from 100.1 on.
        assert exit_plans.move_price(trade) == pytest.approx(100.101, abs=0.002)

    def test_short(self) -> None:
        trade = planned(EVEN | SPLIT, "SHORT", stop_loss=Decimal(101), take_profit=Decimal(95))
        assert trade.take_profit == Decimal(99)
        assert exit_plans.levels(trade).break_even_stop == pytest.approx(99.9)
        assert exit_plans.move_price(trade) == pytest.approx(99.0)

    @pytest.mark.parametrize(("kind", "value", "distance"), [("DISTANCE", 2.0, 2.0), ("ATR", 3.0, 1.5)])
    def test_trailing_by_price(self, kind: str, value: float, distance: float) -> None:
        trade = planned({"trailing": {"kind": kind, "value": value}})
        found = exit_plans.levels(trade)
        assert (found.trail_distance, math.isnan(found.trail_percent)) == (distance, True)

    def test_an_atr_that_is_not_known_moves_nothing(self) -> None:
        trade = Trade(**UNSAVED, direction="LONG")
        exit_plans.attach(trade, ExitPlan.read({"trailing": {"kind": "ATR", "value": 3.0}}), atr=None)
        assert exit_plans.move_price(trade) is None

    def test_targets_are_rounded_away_from_the_entry(self) -> None:
        trade = planned({"targets": [{"percent": 0.333, "portion": 1.0}]}, entry_price=Decimal("100.07"))
        assert trade.take_profit == Decimal("100.41")  # 100.4032… and up
        assert trade.best_price is None, "one target for all of it needs no watching"

    def test_a_contract_is_sold_whole(self) -> None:
        trade = planned(SPLIT, market_type="CONTRACT")
        assert [(item["percent"], item["portion"]) for item in exit_plans.targets_left(trade)] == [(1.0, 1.0)]

    def test_the_plan_is_stored_with_the_trade_that_the_session_enters(self, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, SPLIT | {"time_exit_minutes": 30})
        assert (trade.take_profit, trade.best_price) == (Decimal(101), Decimal(100))
        assert trade.opened_at is not None
        assert trade.time_exit_at == trade.opened_at + timedelta(minutes=30)
        assert trade.stop_moved_by == StopMover.ENTRY

    def test_the_signals_own_target_stays_without_targets_in_the_plan(self, floor: SimpleNamespace) -> None:
        assert open_planned(floor.session, TRAIL, take_profits=["104"]).take_profit == Decimal(104)

    def test_the_atr_is_that_of_the_sessions_candles(self, floor: SimpleNamespace) -> None:
        rows = [(n * 60_000, 100, 101, 99, 100, 1) for n in range(60)]
        candles = LocalCandles()
        candles.put("sim", "ABC", floor.session.timeframe, CandleArrays.from_rows(rows))
        with use_candles(candles):
            trade = open_planned(floor.session, {"trailing": {"kind": "ATR", "value": 1.5, "atr_period": 14}})
        assert exit_plans.levels(trade).trail_distance == pytest.approx(3.0)
        with use_candles(LocalCandles()):
            assert exit_plans.atr_for(trade, ExitPlan.read(trade.exit_plan).trailing) is None


def with_targets(portions: list[float], quantity: str, lot: float = 0.001, closed: str = "0") -> Trade:
    trade = Trade(**{**UNSAVED, "direction": "LONG", "quantity": Decimal(quantity)}, closed_quantity=Decimal(closed))
    targets = [{"percent": n, "portion": portion, "price": 100.0 + n} for n, portion in enumerate(portions, 1)]
    trade.exit_plan = {"targets": targets, "lot_size": lot, "min_quantity": lot, "tick_size": 0.01}
    return trade


class TestPortions:
    @pytest.mark.parametrize(
        ("portions", "quantity", "hit", "count", "expected"),
        [
            ([0.5, 0.5], "0.8", 0, 1, "0.4"),
            ([0.5, 0.5], "0.8", 0, 2, "0.8"),
            ([0.5, 0.5], "0.801", 0, 1, "0.400"),  # down to the lot
            ([0.5, 0.5], "0.801", 1, 1, "0.401"),  # the last one takes the rest
            ([0.5, 0.3], "0.8", 1, 1, "0.24"),  # 0.2 of it are left to the stop
            ([0.3, 0.3, 0.4], "0.01", 0, 1, "0.003"),
            ([0.0001, 0.5], "0.8", 0, 1, "0"),  # less than a lot
            ([0.5, 0.5], "0.001", 0, 1, "0"),
            ([0.5, 0.5], "0.001", 1, 1, "0.001"),
        ],
    )
    def test_in_lots(self, portions: list[float], quantity: str, hit: int, count: int, expected: str) -> None:
        closed = Decimal("0.4") if hit and quantity.startswith("0.8") else Decimal(0)
        trade = with_targets(portions, quantity, closed=str(closed))
        trade.targets_hit = hit
        assert exit_plans.portion(trade, count) == Decimal(expected)

    def test_what_is_too_little_to_sell_goes_along(self) -> None:
        trade = with_targets([0.9, 0.05], "1.0", lot=0.001)
        trade.exit_plan["min_quantity"] = 0.2
        assert exit_plans.portion(trade, 1) == Decimal(1)

    @given(
        st.lists(st.floats(0.01, 1.0), min_size=1, max_size=5),
        st.integers(1, 10_000),
        st.lists(st.integers(1, 2), max_size=5),
    )
    def test_never_more_than_is_open_and_whole_portions_leave_nothing(
        self, weights: list[float], lots: int, steps: list[int]
    ) -> None:
        portions = [weight / sum(weights) for weight in weights]
        trade = with_targets(portions, str(Decimal(lots) / 1000))
        for step in [*steps, *[1] * len(portions)]:
            count = min(step, len(portions) - trade.targets_hit)
            part = exit_plans.portion(trade, count) if count else Decimal(0)
            assert 0 <= part <= trade.open_quantity
            assert part * 1000 % 1 == 0
            trade.closed_quantity += part
            trade.targets_hit += count
        assert trade.open_quantity == 0

    @pytest.mark.parametrize(("price", "count"), [(100.9, 0), (101.0, 1), (102.5, 2), (999.0, 3)])
    def test_targets_reached(self, price: float, count: int) -> None:
        assert exit_plans.targets_reached(with_targets([0.2, 0.2, 0.2], "1"), price) == count


class TestAtTheBroker:
    """Which target may rest there: one that closes all."""

    @pytest.mark.parametrize(
        ("portions", "hit", "rests"),
        [([1.0], 0, True), ([0.5], 0, False), ([0.5, 0.5], 0, False), ([0.5, 0.5], 1, True), ([0.5, 0.3], 1, False)],
    )
    def test_of_a_plan(self, portions: list[float], hit: int, rests: bool) -> None:
        trade = with_targets(portions, "1")
        trade.targets_hit, trade.take_profit = hit, Decimal(101)
        assert exit_plans.resting_target(trade) == (Decimal(101) if rests else None)

    @pytest.mark.django_db
    def test_before_the_entry_the_sessions_plan_says(self, floor: SimpleNamespace) -> None:
        floor.session.exit_plan = SPLIT
        trade = Trade(**UNSAVED, direction="LONG", session=floor.session, take_profit=Decimal(101))
        assert exit_plans.resting_target(trade) is None
        floor.session.exit_plan = TRAIL
        assert exit_plans.resting_target(trade) == Decimal(101)


@pytest.mark.parametrize(
    ("mover", "reason"),
    [
        ("ENTRY", ExitReason.STOP_LOSS),
        ("MANUAL", ExitReason.STOP_LOSS),
        ("TRAIL", ExitReason.TRAILING_STOP),
        ("BREAK_EVEN", ExitReason.BREAK_EVEN),
    ],
)
def test_an_exit_at_the_stop_is_called_by_what_moved_it(mover: str, reason: ExitReason) -> None:
    assert exit_plans.stop_reason(Trade(stop_moved_by=mover)) == reason


def test_a_trade_without_an_entry_has_no_prices_to_work_out() -> None:
    with pytest.raises(ValueError, match="no entry price"):
        exit_plans.work_out(Trade(), {"targets": (Target(),)}, atr=None, instrument=SimpleNamespace())  # type: ignore[arg-type]


def test_no_session_no_plan() -> None:
    assert exit_plans.plan_of(None) == ExitPlan()
