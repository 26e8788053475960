# ruff: noqa: F401, F811  (the fixture `desk` is imported, and asked for by its name)
"""A live session's paper twin: the same decisions, and what the live fills cost against the paper ones."""

from decimal import Decimal

import pytest

from tests.trading.brokerage.conftest import Desk, desk
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_account, make_session
from trading.accounts.account_checks import AccountConflict
from trading.exits.exits import Exit
from trading.market import quotes
from trading.models import AutoTradingSession, Decision, Event, ExitReason, Trade, TradeStatus
from trading.shadow import shadow
from trading.shadow.shadow_report import shadow_report

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twin(desk: Desk) -> AutoTradingSession:
    return shadow.create(session_id=desk.session.pk)


def pair() -> tuple[Trade, Trade]:
    live = Trade.objects.exclude(account__mode="PAPER").latest("id")
    return live, Trade.objects.filter(account__mode="PAPER").latest("id")


def close_live(desk: Desk, price: float, reason: ExitReason = ExitReason.MANUAL) -> None:
    from trading.exits.closing import close

    quote = desk.quote(price)
    desk.broker.price = Decimal(str(price))
    live, _ = pair()
    close([Exit(live.pk, reason, quote)])


class TestTakingTheSameDecisions:
    def test_what_is_opened_live_is_opened_on_paper_in_the_same_size(
        self, desk: Desk, twin: AutoTradingSession
    ) -> None:
        desk.signal()
        live, paper = pair()
        assert live.status == paper.status == TradeStatus.OPEN
        assert paper.account_id == twin.account_id != live.account_id
        for name in ("quantity", "symbol", "venue", "direction", "stop_loss", "take_profit", "market_type"):
            assert getattr(paper, name) == getattr(live, name), name
        taken = Decision.objects.get(session=twin)
        assert taken.shadow_of == Decision.objects.get(session=desk.session)
        check_books(twin.account_id)

    def test_what_is_refused_live_is_not_opened_on_paper(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.signal(confidence=Decimal("0.1"))
        assert not Decision.objects.filter(session=twin).exists()
        assert not Trade.objects.exists()

    def test_the_twin_decides_nothing_by_itself(self, desk: Desk, twin: AutoTradingSession) -> None:
        AutoTradingSession.objects.filter(pk=desk.session.pk).update(status="STOPPED")
        desk.signal()
        assert not Decision.objects.exists()

    def test_the_message_twice_opens_once(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.signal()
        decision = Decision.objects.get(session=desk.session)
        assert shadow.mirror_decision(decision.pk) is False
        assert shadow.sweep_shadows() == 0
        assert Trade.objects.filter(account=twin.account_id).count() == 1

    def test_a_lost_message_is_made_good_by_the_sweep(
        self,
        desk: Desk,
        twin: AutoTradingSession,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with monkeypatch.context() as lost:
            lost.setattr(shadow, "mirror_later", lambda decision: None)
            desk.signal()
        assert not Trade.objects.filter(account=twin.account_id).exists()
        assert shadow.sweep_shadows() == 1
        assert Trade.objects.get(account=twin.account_id).status == TradeStatus.OPEN

    def test_settings_changed_live_are_followed(self, desk: Desk, twin: AutoTradingSession) -> None:
        plan = {"time_exit_minutes": 5}
        AutoTradingSession.objects.filter(pk=desk.session.pk).update(exit_plan=plan)
        desk.signal()
        twin.refresh_from_db()
        assert twin.exit_plan == plan


class TestEnds:
    def test_a_stop_ends_each_side_at_its_own_price(self, desk: Desk, twin: AutoTradingSession) -> None:
        from trading.exits.closing import close

        desk.signal()
        _, paper = pair()
        quote = desk.quote(98.0)
        close([Exit(paper.pk, ExitReason.STOP_LOSS, quote, 99.0)])
        live, paper = pair()
        assert (paper.status, paper.exit_reason) == (TradeStatus.CLOSED, ExitReason.STOP_LOSS)
        assert live.status == TradeStatus.OPEN, "the twin's end ends nothing live"

    def test_what_a_hand_ends_live_ends_on_paper(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.signal()
        close_live(desk, 101.0)
        assert shadow.sweep_shadows() == 1
        live, paper = pair()
        assert (live.status, paper.status) == (TradeStatus.CLOSED, TradeStatus.CLOSED)
        assert paper.exit_reason == ExitReason.SHADOW
        check_books(twin.account_id)

    def test_an_older_twin_trade_gives_way(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.signal()
        close_live(desk, 101.0)
        desk.signal()
        held = Trade.objects.filter(account=twin.account_id).order_by("id")
        assert [trade.status for trade in held] == [TradeStatus.CLOSED, TradeStatus.OPEN]

    def test_a_stopped_twin_follows_no_longer(self, desk: Desk, twin: AutoTradingSession) -> None:
        shadow.stop(session_id=desk.session.pk)
        desk.signal()
        assert not Trade.objects.filter(account=twin.account_id).exists()


class TestReport:
    def test_it_says_what_the_live_fills_cost(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.broker.price = Decimal("100.5")
        desk.signal()
        close_live(desk, 101.0)
        shadow.sweep_shadows()
        live, paper = pair()
        report = shadow_report(desk.session, twin)
        (row,) = report["pairs"]
        entry = float((live.entry_price - paper.entry_price) / paper.entry_price * 100)  # type: ignore[operator]
        assert row["entry_slippage_percent"] == pytest.approx(entry)
        assert entry > 0.4, "the broker filled half a unit above the quote"
        assert Decimal(row["pnl_difference"]) == live.realized_pnl - paper.realized_pnl
        totals = report["totals"]
        assert (totals["pairs"], totals["closed"], totals["live_only_failed"]) == (1, 1, 0)
        assert totals["average_entry_slippage_percent"] == pytest.approx(entry)
        assert Decimal(totals["pnl_difference"]) == live.realized_pnl - paper.realized_pnl

    def test_an_entry_that_the_broker_refused_is_counted(self, desk: Desk, twin: AutoTradingSession) -> None:
        desk.broker.script.append("refuse")
        desk.signal()
        totals = shadow_report(desk.session, twin)["totals"]
        assert (totals["pairs"], totals["closed"], totals["live_only_failed"]) == (1, 0, 1)


class TestMaking:
    def test_making_it_twice_makes_one(self, desk: Desk, twin: AutoTradingSession) -> None:
        assert shadow.create(session_id=desk.session.pk).pk == twin.pk
        assert twin.account.balance == desk.account.balance

    def test_a_paper_session_needs_none(self) -> None:
        session = make_session(make_account())
        with pytest.raises(AccountConflict, match="on paper"):
            shadow.create(session_id=session.pk)

    def test_rise_and_fall_cannot_be_imitated(self, desk: Desk) -> None:
        terms = {"kind": "RISE_FALL", "duration": 5, "duration_unit": "m"}
        AutoTradingSession.objects.filter(pk=desk.session.pk).update(contract=terms)
        with pytest.raises(AccountConflict, match="multipliers"):
            shadow.create(session_id=desk.session.pk)

    def test_it_is_on_record(self, desk: Desk, twin: AutoTradingSession) -> None:
        event = Event.objects.filter(owner=desk.account.owner, type="audit").latest("number")
        assert event.payload["action"] == "session.shadow_started"
        assert event.payload["after"]["shadow"] == twin.pk


def test_quotes_are_of_the_brokers_market(desk: Desk, twin: AutoTradingSession) -> None:
    assert quotes().get(twin.venue, "ABC") is not None
