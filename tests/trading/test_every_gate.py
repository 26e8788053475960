"""Each limit that a session can set, through decide(): what is set, what there is, and which gate says no."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.interface import ConnectionState, ConnectionStatus
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading.accounts.connection_state import store_connection
from trading.decisions.decide import decide
from trading.killswitch import killswitch
from trading.market import wall_now
from trading.models import AutoTradingSession, Decision, Order, SessionStatus, Trade, TradeStatus, Verdict

pytestmark = pytest.mark.django_db

Floor = SimpleNamespace


def settle(session: AutoTradingSession, **values: Any) -> None:
    AutoTradingSession.objects.filter(pk=session.pk).update(**values)


def failed(decision: Decision) -> set[str]:
    return {item["name"] for item in decision.gates if not item["passed"]}


def gate(decision: Decision, name: str) -> dict[str, Any]:
    return next(item for item in decision.gates if item["name"] == name)


def hold(floor: Floor, symbol: str = "XYZ", **values: Any) -> Trade:
    """An open trade of the session: 1 at 100, ten percent of the account."""
    defaults: dict[str, Any] = {
        "account": floor.account, "session": floor.session, "venue": "sim", "symbol": symbol, "market_type": "SPOT",
        "direction": "LONG", "quantity": 1, "entry_price": 100, "stop_loss": 90, "status": TradeStatus.OPEN,
        "opened_at": wall_now(), "margin": 0,
    }  # fmt: skip
    return Trade.objects.create(**{**defaults, **values})


def closed(floor: Floor, pnl: float, ago: timedelta = timedelta(seconds=1), **values: Any) -> Trade:
    moment = wall_now() - ago
    return hold(
        floor, status=TradeStatus.CLOSED, closed_quantity=1, exit_price=100, exit_reason="STOP_LOSS",
        realized_pnl=Decimal(str(pnl)), closed_at=moment, closed_wall=moment, **{"opened_at": moment, **values},
    )  # fmt: skip


def today(floor: Floor) -> None:
    """The session's day began hours ago, whenever the test runs."""
    hour = wall_now().hour
    settle(floor.session, schedule={"time_zone": "Pacific/Honolulu" if hour < 8 else "UTC"})


CASES: list[tuple[str, dict[str, Any], Callable[[Floor], Any]]] = [
    ("session_open_trades", {"max_open_trades": 1}, lambda floor: hold(floor)),
    ("open_per_symbol", {"max_open_per_symbol": 1}, lambda floor: hold(floor, "ABC", direction="SHORT")),
    ("trades_today", {"max_trades_per_day": 1}, lambda floor: closed(floor, 5)),
    ("trades_today", {"max_trades_per_day": 1}, lambda floor: hold(floor)),
    ("trades_today", {"max_trades_per_day": 1}, lambda floor: hold(floor, status="PENDING", opened_at=None)),
    ("daily_loss", {"daily_loss_limit": 50}, lambda floor: closed(floor, -50)),
    ("daily_loss_percent", {"daily_loss_percent": 5}, lambda floor: closed(floor, -60)),
    ("consecutive_losses", {"max_consecutive_losses": 2}, lambda floor: [closed(floor, -1), closed(floor, -1)]),
    (
        "cooled_down",
        {"max_consecutive_losses": 2, "cool_down_minutes": 30},
        lambda floor: [closed(floor, -1), closed(floor, -1)],
    ),
    ("drawdown", {"max_drawdown_percent": 20}, lambda floor: settle(floor.session, peak_equity=Decimal(1250))),
    ("total_exposure", {"max_exposure_percent": 10}, lambda floor: hold(floor)),
    ("correlated_exposure", {"max_correlated_percent": 10}, lambda floor: hold(floor)),
    ("max_stake", {"max_stake": 0.01}, lambda floor: None),
    ("max_position", {"max_position_percent": 0.001}, lambda floor: None),
    ("risk_per_trade", {"risk_per_trade_percent": 0.00001}, lambda floor: None),
    ("spread", {"max_spread_percent": 0.1}, lambda floor: publish_quote(100.0, spread=0.2)),
    ("slippage", {"max_slippage_percent": 0.1}, lambda floor: publish_quote(100.2)),
    ("quote_fresh", {"max_quote_age_seconds": 5}, lambda floor: publish_quote(100.0, age=8)),
]


@pytest.mark.parametrize(("name", "risk", "arrange"), CASES, ids=[f"{case[0]}-{at}" for at, case in enumerate(CASES)])
def test_a_limit_refuses_and_without_it_nothing_does(
    floor: Floor, name: str, risk: dict[str, Any], arrange: Callable[[Floor], Any]
) -> None:
    today(floor)
    arrange(floor)
    settle(floor.session, risk=risk)
    decision = decide(make_signal(floor.owner), floor.session.pk)
    assert decision.verdict == Verdict.REJECTED
    assert name in failed(decision), decision.gates
    said = gate(decision, name)
    assert said["figure"] is not None
    assert said["message"].endswith(".")
    assert not Order.objects.exists()
    settle(floor.session, risk={})
    assert decide(make_signal(floor.owner), floor.session.pk).verdict == Verdict.APPROVED


def test_every_limit_with_room_left_lets_a_trade_through(floor: Floor) -> None:
    closed(floor, -1)
    hold(floor, quantity=Decimal("0.1"))
    settle(
        floor.session,
        peak_equity=Decimal(1000),
        risk={
            "max_trades_per_day": 10, "daily_loss_limit": 100, "daily_loss_percent": 20, "max_stake": 500,
            "risk_per_trade_percent": 2, "max_position_percent": 50, "max_exposure_percent": 100, "max_open_trades": 5,
            "max_open_per_symbol": 2, "max_drawdown_percent": 20, "max_consecutive_losses": 5, "max_leverage": 10,
            "max_correlated_percent": 100, "max_spread_percent": 1, "max_slippage_percent": 1,
            "max_quote_age_seconds": 10,
        },
    )  # fmt: skip
    decision = decide(make_signal(floor.owner), floor.session.pk)
    assert failed(decision) == set(), decision.gates
    assert all(item["figure"] is not None and item["limit"] is not None for item in decision.gates)


def test_the_kill_switch_refuses_with_its_reason(floor: Floor) -> None:
    killswitch.engage(owner_id=floor.owner.pk, actor_id=None, reason="News are coming.")
    decision = decide(make_signal(floor.owner), floor.session.pk)
    assert "kill_switch" in failed(decision)
    assert gate(decision, "kill_switch")["message"] == "The kill switch is engaged: News are coming."
    killswitch.lift(owner_id=floor.owner.pk, actor_id=None)
    settle(floor.session, status=SessionStatus.RUNNING, halted_by="")
    assert decide(make_signal(floor.owner), floor.session.pk).verdict == Verdict.APPROVED


def test_a_switch_for_everybody_and_another_owners(floor: Floor) -> None:
    killswitch.engage(owner_id=make_account().owner_id, actor_id=None)
    assert decide(make_signal(floor.owner), floor.session.pk).verdict == Verdict.APPROVED
    Trade.objects.update(status=TradeStatus.CANCELLED)
    killswitch.engage(owner_id=None, actor_id=None)
    assert "kill_switch" in failed(decide(make_signal(floor.owner), floor.session.pk))


@pytest.mark.parametrize(
    ("state", "refused"),
    [
        (None, False),
        (ConnectionState.CONNECTED, False),
        (ConnectionState.DEGRADED, False),
        (ConnectionState.CONNECTING, True),
        (ConnectionState.DISCONNECTED, True),
        (ConnectionState.REFUSED, True),
    ],
)
def test_a_broker_that_is_away_refuses(floor: Floor, state: ConnectionState | None, refused: bool) -> None:
    account = make_account(floor.owner, mode="DEMO")
    make_instrument(venue=account.venue)
    publish_quote(100.0, venue=account.venue)
    session = make_session(account, venue=account.venue)
    if state is not None:
        store_connection(account.pk, ConnectionStatus(state))
    decision = decide(make_signal(floor.owner, venue=account.venue), session.pk)
    assert failed(decision) == ({"broker_healthy"} if refused else set())


class TestHours:
    def test_outside_the_schedule(self, floor: Floor) -> None:
        now = wall_now()
        start, end = (now + timedelta(hours=2)).strftime("%H:%M"), (now + timedelta(hours=3)).strftime("%H:%M")
        settle(floor.session, schedule={"start": start, "end": end})
        assert failed(decide(make_signal(floor.owner), floor.session.pk)) == {"schedule_open"}

    def test_on_a_day_that_is_not_the_schedules(self, floor: Floor) -> None:
        settle(floor.session, schedule={"days": [(wall_now().weekday() + 3) % 7]})
        assert failed(decide(make_signal(floor.owner), floor.session.pk)) == {"schedule_open"}

    def test_while_the_exchange_is_closed(self, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
        """The moment is the market's; the calendar itself is tested where it lives."""
        asked: list[tuple[str, datetime]] = []

        def shut(code: str, moment: datetime) -> bool:
            asked.append((code, moment))
            return False

        monkeypatch.setattr("trading.decisions.appraisal.calendar_open", shut)
        settle(floor.session, schedule={"calendar": "XNYS"})
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert failed(decision) == {"calendar_open"}
        assert gate(decision, "calendar_open")["message"] == "The exchange XNYS is closed."
        assert asked == [("XNYS", decision.market_time)]

    def test_in_a_blackout(self, floor: Floor) -> None:
        window = {
            "start": (wall_now() - timedelta(minutes=1)).isoformat(),
            "end": (wall_now() + timedelta(minutes=1)).isoformat(),
            "reason": "Payrolls",
        }
        settle(floor.session, schedule={"blackouts": [window]})
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert failed(decision) == {"not_in_blackout"}
        assert gate(decision, "not_in_blackout")["message"] == "A blackout window is on: Payrolls."


class TestConfidence:
    def test_the_stricter_of_session_and_account(self, floor: Floor) -> None:
        settle(floor.session, min_confidence=Decimal("0.9"))
        assert failed(decide(make_signal(floor.owner), floor.session.pk)) == {"min_confidence"}
        settle(floor.session, min_confidence=Decimal("0.1"))
        weak = make_signal(floor.owner, confidence=Decimal("0.6"))
        assert failed(decide(weak, floor.session.pk)) == {"min_confidence"}

    def test_a_horizon_without_weight(self, floor: Floor) -> None:
        settle(floor.session, timeframe_weights={"SWING": 0})
        assert failed(decide(make_signal(floor.owner, timeframe="1d"), floor.session.pk)) == {"timeframe_weight"}
        assert decide(make_signal(floor.owner, timeframe="1h"), floor.session.pk).verdict == Verdict.APPROVED


class TestLeverage:
    @pytest.mark.parametrize(("own", "limit"), [(None, 50.0), (3, 3.0)])
    def test_the_least_of_session_broker_and_house(self, floor: Floor, own: float | None, limit: float) -> None:
        type(floor.account).objects.update(leverage=4)
        settle(floor.session, risk={"max_leverage": own})
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert (gate(decision, "leverage")["figure"], gate(decision, "leverage")["limit"]) == (4.0, limit)
        assert ("leverage" in failed(decision)) == (own is not None)

    def test_the_brokers_own(self, floor: Floor) -> None:
        account = make_account(floor.owner, mode="DEMO", broker="kraken", credential=None, closed_at=wall_now(),
                               is_enabled=False, auto_trading_enabled=False)  # fmt: skip
        decision = decide(make_signal(floor.owner), make_session(account).pk)
        assert gate(decision, "leverage")["limit"] == 5.0


class TestDays:
    def test_yesterdays_trades_and_losses_do_not_count(self, floor: Floor) -> None:
        closed(floor, -500, ago=timedelta(days=2))
        settle(floor.session, risk={"max_trades_per_day": 1, "daily_loss_limit": 10, "daily_loss_percent": 1})
        assert decide(make_signal(floor.owner), floor.session.pk).verdict == Verdict.APPROVED

    def test_a_trade_opened_yesterday_is_not_todays_but_its_loss_is(self, floor: Floor) -> None:
        today(floor)
        closed(floor, -20, opened_at=wall_now() - timedelta(days=2))
        settle(floor.session, risk={"max_trades_per_day": 1, "daily_loss_limit": 20})
        assert failed(decide(make_signal(floor.owner), floor.session.pk)) == {"daily_loss"}

    def test_another_sessions_trades_do_not_count(self, floor: Floor) -> None:
        today(floor)
        closed(floor, -50, session=make_session(floor.account))
        settle(floor.session, risk={"max_trades_per_day": 1, "daily_loss_limit": 10, "max_consecutive_losses": 1})
        assert decide(make_signal(floor.owner), floor.session.pk).verdict == Verdict.APPROVED

    def test_what_is_open_counts_at_the_last_price(self, floor: Floor) -> None:
        hold(floor, "XYZ")
        publish_quote(85.0, "XYZ")
        settle(floor.session, risk={"daily_loss_limit": 15, "max_drawdown_percent": 1.5}, peak_equity=Decimal(1000))
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert failed(decision) == {"daily_loss", "drawdown"}
        assert gate(decision, "daily_loss")["figure"] == pytest.approx(15.0)
        assert gate(decision, "drawdown")["figure"] == pytest.approx(1.5)

    def test_a_win_ends_a_streak_and_a_resume_begins_another(self, floor: Floor) -> None:
        for at, pnl in enumerate((-1, -1, 1, -1)):
            closed(floor, pnl, ago=timedelta(minutes=10 - at))
        settle(floor.session, risk={"max_consecutive_losses": 2})
        decision = decide(make_signal(floor.owner), floor.session.pk)
        assert gate(decision, "consecutive_losses")["figure"] == 1
        closed(floor, -1)
        assert "consecutive_losses" in failed(decide(make_signal(floor.owner, direction="SHORT"), floor.session.pk))
        settle(floor.session, streak_since=wall_now())
        short = make_signal(floor.owner, direction="SHORT", stop_loss=Decimal(101), take_profits=["98"])
        assert decide(short, floor.session.pk).verdict == Verdict.APPROVED


@pytest.mark.parametrize(
    ("risk", "halts"),
    [({"daily_loss_limit": 50}, True), ({"max_drawdown_percent": 20}, True), ({"max_open_trades": 1}, False)],
)
def test_a_limit_that_halts_has_the_session_looked_at(
    floor: Floor, risk: dict[str, Any], halts: bool, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    sent: list[tuple[Any, ...]] = []
    monkeypatch.setattr("trading.queueing.send", lambda *args, **_: sent.append(args))
    today(floor)
    hold(floor)
    closed(floor, -60)
    settle(floor.session, risk=risk, peak_equity=Decimal(2000))
    signal = make_signal(floor.owner)
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(signal, floor.session.pk).verdict == Verdict.REJECTED
    assert (("trading.check_limits", floor.account.pk) in sent) == halts


def test_the_gates_have_names_of_their_own_and_whole_sentences(floor: Floor) -> None:
    decision = decide(make_signal(floor.owner), floor.session.pk)
    names = [item["name"] for item in decision.gates]
    assert len(set(names)) == len(names)
    assert [item["message"] for item in decision.gates if item["message"][0].islower()] == []
    assert [item["message"] for item in decision.gates if not item["message"].endswith(".")] == []
