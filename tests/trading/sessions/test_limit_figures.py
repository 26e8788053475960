"""What limits count: peaks that are only ever raised by what was there, and figures that are not known."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from tests.clients import open_trade
from tests.trading.factories import publish_quote
from tests.trading.sessions.test_limits import check, closed
from trading.accounts import paper
from trading.accounts.valuation import mark_to_market, record_equity
from trading.market import wall_now
from trading.models import Account, AutoTradingSession, SessionStatus
from trading.sessions import limit_figures, sessions
from trading.sessions.limit_figures import read_figures
from trading.sessions.limit_uses import limit_uses


class TestPeaks:
    def test_raised_by_the_watch_and_by_the_mark(self, floor: SimpleNamespace) -> None:
        sessions.update_session(session_id=floor.session.pk, changes={"risk": {"max_drawdown_percent": 50.0}})
        open_trade(floor)
        publish_quote(101.5)
        check(floor.session)
        seen = floor.session.peak_equity
        assert seen > 1000
        publish_quote(101.9)
        mark_to_market()
        floor.session.refresh_from_db()
        assert floor.session.peak_equity == Account.objects.get().equity > seen
        publish_quote(100.0)
        mark_to_market()
        check(floor.session)
        assert floor.session.peak_equity > seen, "and never lowered"

    def test_what_is_booked_while_they_are_read_does_not_count_twice(
        self, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The account is read, a losing trade closes, and the trades are read: the loss is in neither."""
        sessions.update_session(session_id=floor.session.pk, changes={"risk": {"max_drawdown_percent": 50.0}})
        trade = open_trade(floor)
        publish_quote(95.0)
        AutoTradingSession.objects.update(peak_equity=Decimal(990))
        original = limit_figures.read_holdings

        def meanwhile(accounts: Any) -> Any:
            paper.close_by_hand(trade.pk)
            return original(accounts)

        monkeypatch.setattr(limit_figures, "read_holdings", meanwhile)
        assert check(floor.session).peak_equity == 990
        monkeypatch.undo()
        assert check(floor.session).peak_equity == Account.objects.get().balance < 1000

    def test_a_mark_that_comes_late_is_taken_anew(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(101.5)
        before = Account.objects.get()
        paper.close_by_hand(trade.pk)
        record_equity(before, Decimal("1.2"), wall_now())  # what the trade was worth, which is in the balance by now
        after = Account.objects.get()
        assert after.equity == after.balance
        floor.session.refresh_from_db()
        assert floor.session.peak_equity == max(Decimal(1000), after.balance)

    def test_a_reset_starts_them_over(self, floor: SimpleNamespace) -> None:
        sessions.update_session(session_id=floor.session.pk, changes={"risk": {"max_drawdown_percent": 10.0}})
        paper.reset(floor.account.pk, Decimal(100))
        assert check(floor.session).status == SessionStatus.RUNNING
        assert floor.session.peak_equity == 100


class TestWhileRedisIsDown:
    @pytest.fixture
    def down(self, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
        open_trade(floor)

        class Down:
            def get_many(self, keys: Any) -> Any:
                raise redis.ConnectionError("down")

        monkeypatch.setattr(limit_figures, "quotes", Down)
        return floor

    def test_what_is_open_is_not_taken_for_nothing(self, down: SimpleNamespace) -> None:
        risk = {"max_drawdown_percent": 10.0, "daily_loss_limit": 1.0, "max_consecutive_losses": 3}
        AutoTradingSession.objects.update(risk=risk, peak_equity=Decimal(2000))
        figures = read_figures([AutoTradingSession.objects.select_related("account").get()])[down.session.pk]
        known = {use.name: use.figure for use in limit_uses(AutoTradingSession.objects.get(), figures)}
        assert known == {"max_drawdown_percent": None, "daily_loss_limit": None, "max_consecutive_losses": 0.0}
        assert check(down.session).status == SessionStatus.RUNNING

    def test_what_needs_no_price_halts_all_the_same(self, down: SimpleNamespace) -> None:
        AutoTradingSession.objects.update(risk={"max_consecutive_losses": 2})
        closed(down.session, "-1", wall_now(), count=2)
        assert check(down.session).halted_by == "max_consecutive_losses"
