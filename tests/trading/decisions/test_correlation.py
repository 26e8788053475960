"""How alike markets move, and what a limit on it makes of the trades on a user's accounts."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from signals.marketdata.candles import CandleArrays
from signals.marketdata.window import CandleWindow
from tests.clients import end
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, make_user, publish_quote
from trading.candles import LocalCandles, use_candles
from trading.decisions import correlation as module
from trading.decisions.correlation import LEAST, UNKNOWN, correlation, return_correlation
from trading.decisions.decide import decide
from trading.market import redis_client
from trading.models import Account, AutoTradingSession, Trade, TradeStatus

STEPS = np.random.default_rng(7).normal(0.0, 0.001, 240)


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    module.forget()
    yield
    module.forget()


def candles(steps: NDArray[np.float64], start: int = 0) -> CandleArrays:
    closes = 100.0 * np.exp(np.cumsum(steps))
    times = 60_000 * np.arange(start, start + len(steps))
    return CandleArrays(times, closes, closes, closes, closes, np.ones(len(steps)))


class TestFigure:
    def test_the_same_way_and_against(self) -> None:
        assert return_correlation(candles(STEPS), candles(2 * STEPS)) == pytest.approx(1.0)
        assert return_correlation(candles(STEPS), candles(-STEPS)) == pytest.approx(-1.0)

    def test_unrelated(self) -> None:
        other = np.random.default_rng(8).normal(0.0, 0.001, 240)
        assert abs(return_correlation(candles(STEPS), candles(other))) < 0.3

    def test_only_the_minutes_that_both_have(self) -> None:
        later = candles(STEPS[100:], start=100)
        assert return_correlation(candles(STEPS), later) == pytest.approx(1.0)

    @pytest.mark.parametrize(
        "other", [CandleArrays.empty(), candles(STEPS[:LEAST]), candles(np.zeros(240)), candles(STEPS, start=1000)]
    )
    def test_too_little_to_tell_counts_as_alike(self, other: CandleArrays) -> None:
        assert return_correlation(candles(STEPS), other) == UNKNOWN

    def test_a_market_and_itself(self) -> None:
        assert correlation(("sim", "ABC"), ("sim", "ABC")) == 1.0


def store(symbol: str, steps: NDArray[np.float64], venue: str = "sim") -> None:
    CandleWindow(redis_client()).append_arrays(venue, symbol, "1m", candles(steps))


def test_a_figure_is_kept_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    store("ABC", STEPS)
    store("XYZ", STEPS)
    assert correlation(("sim", "ABC"), ("sim", "XYZ")) == pytest.approx(1.0)
    store("XYZ", -STEPS)
    assert correlation(("sim", "XYZ"), ("sim", "ABC")) == pytest.approx(1.0)
    now = module.time.monotonic()
    monkeypatch.setattr(module.time, "monotonic", lambda: now + module.KEPT_SECONDS + 1)
    assert correlation(("sim", "XYZ"), ("sim", "ABC")) == pytest.approx(-1.0)


def test_a_replay_works_it_out_from_its_own_candles() -> None:
    store("ABC", STEPS)
    store("XYZ", STEPS)
    local = LocalCandles()
    local.put("sim", "ABC", "1m", candles(STEPS))
    local.put("sim", "XYZ", "1m", candles(-STEPS))
    with use_candles(local):
        assert correlation(("sim", "ABC"), ("sim", "XYZ")) == pytest.approx(-1.0)
    assert correlation(("sim", "ABC"), ("sim", "XYZ")) == pytest.approx(1.0)


@pytest.mark.django_db
class TestExposure:
    """A trade of ten percent in a market that moves like the signal's; the limit is 15 percent."""

    @pytest.fixture
    def floor(self) -> SimpleNamespace:
        owner = make_user()
        account = make_account(owner, max_position_size=1)
        make_instrument()
        publish_quote(100.0)
        store("ABC", STEPS)
        store("XYZ", STEPS)
        session = make_session(
            account, risk={"max_correlated_percent": 15}, sizing={"method": "PERCENT", "percent": 10}
        )
        return SimpleNamespace(owner=owner, account=account, session=session)

    def held(self, account: Account, **values: Any) -> None:
        defaults: dict[str, Any] = {"venue": "sim", "symbol": "XYZ", "direction": "LONG"}
        Trade.objects.create(
            account=account, market_type="SPOT", quantity=1, entry_price=100, stop_loss=90, status=TradeStatus.OPEN,
            **{**defaults, **values},
        )  # fmt: skip

    def room(self, floor: SimpleNamespace, **signal: Any) -> float:
        """Percent of the balance that was left to the trade."""
        return float(decide(make_signal(floor.owner, **signal), floor.session.pk).notional) / 10.0

    def test_on_the_same_account_and_on_another(self, floor: SimpleNamespace) -> None:
        self.held(floor.account)
        assert self.room(floor) == pytest.approx(5.0)
        Trade.objects.filter(status=TradeStatus.PENDING).update(status=TradeStatus.CANCELLED)
        end(Trade.objects.filter(status=TradeStatus.OPEN))
        self.held(make_account(floor.owner, balance="2000"))  # five percent of that one
        assert self.room(floor) == pytest.approx(10.0)

    def test_another_users_does_not_count(self, floor: SimpleNamespace) -> None:
        self.held(make_account())
        assert self.room(floor) == pytest.approx(10.0)

    def test_a_trade_that_moves_against_it_does_not_count(self, floor: SimpleNamespace) -> None:
        self.held(floor.account, direction="SHORT")
        assert self.room(floor) == pytest.approx(10.0)

    def test_a_short_one_in_a_market_that_moves_the_other_way_does(self, floor: SimpleNamespace) -> None:
        module.forget()
        store("XYZ", -STEPS)
        self.held(floor.account, direction="SHORT")
        assert self.room(floor) == pytest.approx(5.0)

    def test_play_money_does_not_limit_real_money(self, floor: SimpleNamespace) -> None:
        self.held(make_account(floor.owner, mode="DEMO"))
        assert self.room(floor) == pytest.approx(10.0)

    def test_a_replay_does_not_limit_what_is_outside_it(self, floor: SimpleNamespace) -> None:
        self.held(make_account(floor.owner), venue="replay-1")
        assert self.room(floor) == pytest.approx(10.0)

    def test_a_limit_set_since_the_sessions_were_read_has_all_accounts_locked(self, floor: SimpleNamespace) -> None:
        from trading.decisions.decide import decide_together
        from trading.decisions.desk import Scene

        self.held(make_account(floor.owner))
        stale = AutoTradingSession.objects.select_related("account").get(pk=floor.session.pk)
        stale.risk = {}
        (decision,) = decide_together(Scene(make_signal(floor.owner)), [stale]).decisions
        assert decision.notional == Decimal(50)
