"""The trade that a signal would become: its levels, its size by each method, and what is kept of the plan."""

import math
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from signals.marketdata.candles import CandleArrays
from signals.marketdata.window import CandleWindow
from signals.models import Signal
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading.candles import LocalCandles, use_candles
from trading.decisions import dispatch
from trading.decisions.decide import decide
from trading.market import redis_client, wall_now
from trading.models import AutoTradingSession, Decision, Trade, TradeStatus, Verdict

pytestmark = pytest.mark.django_db

Floor = SimpleNamespace


def planned(floor: Floor, sizing: dict[str, Any], risk: dict[str, Any] | None = None, **signal: Any) -> Decision:
    AutoTradingSession.objects.filter(pk=floor.session.pk).update(sizing=sizing, risk=risk or {})
    return decide(make_signal(floor.owner, **signal), floor.session.pk)


def gate(decision: Decision, name: str) -> dict[str, Any]:
    return next(item for item in decision.gates if item["name"] == name)


@pytest.fixture
def roomy(floor: Floor) -> Floor:
    """The same, where a trade may be as large as the account."""
    type(floor.account).objects.update(max_position_size=1, fill_model={"commission_rate": 0.0})
    return floor


def candles(width: float, count: int = 200, timeframe: int = 60_000) -> CandleArrays:
    """Candles that all range over `width`, so that their ATR is that."""
    start = int(wall_now().timestamp() * 1000) // timeframe * timeframe - count * timeframe
    times = start + timeframe * np.arange(count)
    middle = np.full(count, 100.0)
    return CandleArrays(times, middle, middle + width / 2, middle - width / 2, middle, np.ones(count))


class TestMethods:
    """A $1,000 account, the market at 100, the stop at 99."""

    @pytest.mark.parametrize(
        ("sizing", "quantity"),
        [
            ({}, "8"),  # the whole allowance, at a confidence of 0.8
            ({"method": "FIXED", "amount": 250}, "2.5"),
            ({"method": "PERCENT", "percent": 30}, "3"),
            ({"method": "RISK", "percent": 0.5}, "5"),  # $5, at $1 a unit
        ],
    )
    def test_sizes(self, roomy: Floor, sizing: dict[str, Any], quantity: str) -> None:
        decision = planned(roomy, sizing)
        assert decision.verdict == Verdict.APPROVED, decision.reason
        assert decision.quantity == Trade.objects.get().quantity == Decimal(quantity)
        assert decision.plan["method"] == sizing.get("method", "CONFIDENCE")

    def test_risk_pays_the_commission_of_both_sides(self, roomy: Floor) -> None:
        type(roomy.account).objects.update(fill_model={"commission_rate": 0.001})
        decision = planned(roomy, {"method": "RISK", "percent": 0.5})
        assert decision.plan["risk"] == pytest.approx(5.0, abs=0.002)
        assert float(decision.quantity) == pytest.approx(5.0 / (1.0 + 0.1 + 0.099), abs=0.001)

    def test_risk_of_an_inverse_contract_is_in_its_coin(self, roomy: Floor) -> None:
        make_instrument("INV", market_type="FUTURES", inverse=True, contract_size=10.0, lot_size=1.0, min_quantity=1.0,
                        min_notional=0.0)  # fmt: skip
        publish_quote(100.0, "INV")
        decision = planned(
            roomy, {"method": "RISK", "percent": 0.5}, symbol="INV", market_type="FUTURES", stop_loss=Decimal(50),
        )  # fmt: skip
        each = 10.0 * (1 / 50.0 - 1 / 100.0)
        assert float(decision.quantity) == math.floor(5.0 / each)
        assert decision.plan["notional"] == pytest.approx(float(decision.quantity) * 10.0 / 100.0)
        assert decision.plan["risk"] == pytest.approx(float(decision.quantity) * each)

    def test_volatility_takes_the_signals_timeframe(self, roomy: Floor) -> None:
        window = CandleWindow(redis_client())
        window.append_arrays("sim", "ABC", "1m", candles(2.0))
        window.append_arrays("sim", "ABC", "5m", candles(4.0, timeframe=300_000))
        sizing = {"method": "VOLATILITY", "percent": 1}
        assert planned(roomy, sizing, timeframe="1m").quantity == Decimal(5)  # $10, at $2 a unit
        Trade.objects.update(status=TradeStatus.CANCELLED)
        decision = planned(roomy, sizing, timeframe="5m")
        assert (decision.quantity, decision.plan["atr"]) == (Decimal("2.5"), pytest.approx(4.0))

    def test_volatility_without_candles_gives_no_size_and_says_so(self, roomy: Floor) -> None:
        decision = planned(roomy, {"method": "VOLATILITY"}, timeframe="1m")
        assert gate(decision, "position_size")["message"] == "There is no size: the market's ATR is not known yet."
        assert (decision.verdict, decision.plan["atr"]) == (Verdict.REJECTED, None)

    def test_volatility_in_a_replay_takes_the_replays_candles(self, roomy: Floor) -> None:
        CandleWindow(redis_client()).append_arrays("sim", "ABC", "1m", candles(8.0))
        local = LocalCandles()
        local.put("sim", "ABC", "1m", candles(2.0))
        with use_candles(local):
            assert planned(roomy, {"method": "VOLATILITY"}, timeframe="1m").quantity == Decimal(5)

    def test_kelly_takes_the_sessions_own_record(self, roomy: Floor) -> None:
        results = [3.0, 3.0, 3.0, -2.0, -2.0, -2.0]
        for at, pnl in enumerate([-90.0] * 4 + results):  # the oldest are outside the sample
            close(roomy, pnl, at)
        decision = planned(roomy, {"method": "KELLY", "fraction": 0.1, "percent": 5, "sample": 6, "minimum": 6})
        # W - (1 - W) / R = 0.5 - 0.5 / 1.5 = 1/6; a tenth of it is $16.67, at $1 a unit: more than the account holds
        assert (decision.quantity, decision.plan["capped_by"]) == (Decimal(10), "max_position_size")
        Trade.objects.exclude(status=TradeStatus.CLOSED).update(status=TradeStatus.CANCELLED)
        half = planned(roomy, {"method": "KELLY", "fraction": 0.05, "percent": 5, "sample": 6, "minimum": 6})
        assert float(half.quantity) == pytest.approx(1000 * 0.05 / 6, abs=0.001)

    def test_kelly_without_an_edge_trades_nothing(self, roomy: Floor) -> None:
        for at in range(20):
            close(roomy, -1.0, at)
        decision = planned(roomy, {"method": "KELLY", "minimum": 20})
        assert decision.quantity == 0
        assert "no edge" in gate(decision, "position_size")["message"]

    def test_kelly_begins_with_its_percent(self, roomy: Floor) -> None:
        assert planned(roomy, {"method": "KELLY", "percent": 0.5}).quantity == Decimal(5)


def close(floor: Floor, pnl: float, at: int) -> None:
    """A closed trade of 1 at 100, so that its return is its P&L in percent."""
    moment = wall_now() - timedelta(hours=1) + timedelta(minutes=at)
    Trade.objects.create(
        account=floor.account, session=floor.session, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG",
        status=TradeStatus.CLOSED, quantity=1, closed_quantity=1, entry_price=100, exit_price=100, stop_loss=90,
        exit_reason="STOP_LOSS", realized_pnl=Decimal(str(pnl)), opened_at=moment, closed_at=moment,
    )  # fmt: skip


class TestCaps:
    """Sizing asks for $500 of a $1,000 account."""

    @pytest.mark.parametrize(
        ("risk", "name", "quantity"),
        [
            ({"max_stake": 120}, "max_stake", "1.2"),
            ({"max_position_percent": 7}, "max_position", "0.7"),
            ({"max_exposure_percent": 25}, "total_exposure", "2.5"),
            ({"max_correlated_percent": 25}, "correlated_exposure", "2.5"),
            ({"risk_per_trade_percent": 0.3}, "risk_per_trade", "3"),
            ({"max_stake": 120, "max_position_percent": 7}, "max_position", "0.7"),
        ],
    )
    def test_the_tightest_limit_holds_it_down(
        self, roomy: Floor, risk: dict[str, Any], name: str, quantity: str
    ) -> None:
        decision = planned(roomy, {"method": "FIXED", "amount": 500}, risk)
        assert (decision.verdict, decision.quantity) == (Verdict.APPROVED, Decimal(quantity))
        assert decision.plan["capped_by"] == name
        assert gate(decision, name)["passed"]
        assert name.replace("_", " ") in gate(decision, "position_size")["message"]

    def test_the_accounts_own_limit_stays_in_force(self, floor: Floor) -> None:
        decision = planned(floor, {"method": "FIXED", "amount": 500}, {"max_position_percent": 90})
        assert (decision.quantity, decision.plan["capped_by"]) == (Decimal(1), "max_position_size")

    def test_what_is_open_leaves_less_room(self, roomy: Floor) -> None:
        other = make_session(roomy.account)
        Trade.objects.create(
            account=roomy.account, session=other, venue="sim", symbol="XYZ", market_type="SPOT", direction="SHORT",
            quantity=2, closed_quantity=1, entry_price=100, stop_loss=110, status=TradeStatus.OPEN,
        )  # fmt: skip
        decision = planned(roomy, {"method": "FIXED", "amount": 500}, {"max_exposure_percent": 25})
        assert decision.quantity == Decimal("1.5")
        assert gate(decision, "total_exposure")["figure"] == pytest.approx(25.0)

    def test_a_limit_without_room_says_so_by_the_smallest_order(self, roomy: Floor) -> None:
        decision = planned(roomy, {"method": "FIXED", "amount": 500}, {"max_stake": 0.5})
        said = gate(decision, "max_stake")
        assert (said["passed"], said["figure"], said["limit"]) == (False, pytest.approx(1.0), 0.5)
        assert said["message"] == "The smallest order puts in $1.00; the limit is $0.50."
        assert decision.quantity == 0

    def test_the_largest_order_that_the_market_takes(self, roomy: Floor) -> None:
        make_instrument(max_quantity=2.0)
        decision = planned(roomy, {"method": "FIXED", "amount": 500})
        assert (decision.quantity, decision.plan["capped_by"]) == (Decimal(2), "largest_order")


class TestLevels:
    def test_the_exit_plans_nearest_target_comes_before_the_signals(self, floor: Floor) -> None:
        plan = {"targets": [{"percent": 4, "portion": 0.5}, {"percent": 3, "portion": 0.5}]}
        AutoTradingSession.objects.update(exit_plan=plan)
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert decision.plan["target"] == pytest.approx(103.0)

    def test_a_short_trade_is_planned_at_the_bid(self, floor: Floor) -> None:
        publish_quote(100.0, spread=0.2)
        decision = decide(
            make_signal(floor.owner, direction="SHORT", stop_loss=None, take_profits=[]), floor.session.pk
        )
        assert decision.plan["price"] == pytest.approx(99.9)
        assert decision.plan["stop"] == pytest.approx(99.9 * 1.005)
        assert decision.plan["target"] == pytest.approx(99.9 * 0.99)

    def test_without_a_stop_the_risk_has_no_bound(self, floor: Floor) -> None:
        AutoTradingSession.objects.update(allow_unprotected=True, risk={"risk_per_trade_percent": 50})
        decision = decide(make_signal(floor.owner, stop_loss=None), floor.session.pk)
        said = gate(decision, "risk_per_trade")
        assert (said["passed"], said["figure"]) == (False, None)
        assert said["message"] == "Without a stop the loss has no bound; the limit is 50 %."
        assert (decision.plan["stop"], decision.quantity) == (None, 0)


@pytest.fixture
def deriv(floor: Floor) -> Floor:
    """A $1,000 Deriv account whose session buys multipliers of 100."""
    account = make_account(floor.owner, mode="DEMO", broker="deriv", max_position_size=1)
    make_instrument(venue=account.venue, market_type="CONTRACT", lot_size=0.01, min_quantity=0.01, min_notional=0.0)
    publish_quote(100.0, venue=account.venue)
    return SimpleNamespace(owner=floor.owner, account=account, session=make_session(account, venue=account.venue))


class TestContracts:
    """The stake is the size. A move of one percent at a multiplier of 100 takes all of it."""

    @pytest.mark.parametrize(
        ("contract", "stop", "stake"),
        [
            ({}, "99.5", "40"),  # half of the stake is lost there
            ({"kind": "MULTIPLIER", "multiplier": 20}, "99.5", "200"),
            ({}, "90", "20"),  # never more than the stake
            ({"kind": "RISE_FALL", "duration": 5, "duration_unit": "t"}, "99.5", "20"),
            ({"kind": "ACCUMULATOR", "growth_rate": 0.03}, "99.5", "20"),
        ],
    )
    def test_risk(self, deriv: Floor, contract: dict[str, Any], stop: str, stake: str) -> None:
        AutoTradingSession.objects.filter(pk=deriv.session.pk).update(contract=contract)
        signal = {"venue": deriv.account.venue, "market_type": "CONTRACT", "stop_loss": Decimal(stop)}
        decision = planned(deriv, {"method": "RISK", "percent": 2}, **signal)
        assert decision.verdict == Verdict.APPROVED, decision.reason
        assert decision.quantity == Decimal(stake)
        assert decision.plan["notional"] == decision.plan["margin"] == float(stake)
        assert decision.plan["risk"] == pytest.approx(20.0)
        trade = Trade.objects.get()
        assert (trade.market_type, trade.contract_size) == ("CONTRACT", 1)

    def test_the_stakes_of_open_contracts_are_the_exposure(self, deriv: Floor) -> None:
        signal: dict[str, Any] = {"venue": deriv.account.venue, "market_type": "CONTRACT"}
        assert planned(deriv, {"method": "FIXED", "amount": 60}, **signal).verdict == Verdict.APPROVED
        later = planned(
            deriv, {"method": "FIXED", "amount": 60}, {"max_exposure_percent": 10}, **signal, direction="SHORT",
            stop_loss=Decimal(101), take_profits=["99"],
        )  # fmt: skip
        assert (later.quantity, later.plan["capped_by"]) == (Decimal(40), "total_exposure")


class TestWhatIsKept:
    def test_the_plan_and_the_version_that_made_it(self, floor: Floor) -> None:
        decision = Decision.objects.get(pk=decide(make_signal(floor.owner), floor.session.pk).pk)
        assert decision.plan == {
            "price": 100.0, "stop": 99.0, "target": 102.0, "quantity": 0.8, "notional": 80.0, "margin": 80.0,
            "commission": pytest.approx(0.04), "risk": pytest.approx(0.8 * (1 + 0.0005 * 199)), "confidence": 0.8,
            "atr": None, "method": "CONFIDENCE", "capped_by": "",
        }  # fmt: skip
        assert decision.algorithm_id == floor.session.algorithm_id is not None

    def test_a_market_without_any_price(self, floor: Floor) -> None:
        decision = decide(make_signal(floor.owner, symbol="NONE", entry_price=None), floor.session.pk)
        assert decision.plan["price"] is None
        assert gate(decision, "stop_valid")["message"] == "There is no price to hold a stop against."
        assert decision.verdict == Verdict.REJECTED


def test_a_signal_dispatched_to_sessions_of_several_methods(floor: Floor) -> None:
    """They decide in one transaction, each by its own settings."""
    fixed = make_session(make_account(floor.owner), sizing={"method": "FIXED", "amount": 20})
    signal: Signal = make_signal(floor.owner)
    assert dispatch.dispatch_signal(signal.pk)["approved"] == 2
    sizes = dict(Decision.objects.values_list("session", "quantity"))
    assert sizes == {floor.session.pk: Decimal("0.8"), fixed.pk: Decimal("0.2")}
