"""Bulk actions and forms: through the services, or not at all."""

import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from tests.clients import open_trade
from tests.trading.factories import make_account, make_session, make_user, publish_quote
from trading.accounts import paper
from trading.market import redis_client
from trading.models import (
    Account,
    AccountMode,
    AutoTradingSession,
    Event,
    LedgerEntry,
    SessionStatus,
    Trade,
    TradeStatus,
)

ACCOUNTS = "/admin/trading/account/"
SESSIONS = "/admin/trading/autotradingsession/"
TRADES = "/admin/trading/trade/"


def act(staff: Client, path: str, action: str, *rows: Any, **more: str) -> Any:
    body = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return staff.post(path, body, follow=True)


def said(page: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in page.context["messages"]]


class TestReset:
    def test_it_asks_first(self, staff: Client, busy: SimpleNamespace) -> None:
        page = act(staff, ACCOUNTS, "reset_accounts", busy.account)
        content = page.content.decode()
        assert "1 open trade" in content
        assert f'name="_selected_action" value="{busy.account.pk}"' in content
        assert Account.objects.get(pk=busy.account.pk).reset_at is None

    def test_then_it_resets(self, staff: Client, busy: SimpleNamespace) -> None:
        page = act(staff, ACCOUNTS, "reset_accounts", busy.account, confirmed="1")
        assert said(page) == [("success", "1 reset.")]
        account = Account.objects.get(pk=busy.account.pk)
        assert (account.balance, account.total_trades) == (Decimal(1000), 0)
        assert account.balance == sum(entry.amount for entry in LedgerEntry.objects.filter(account=account))
        assert not Trade.objects.filter(account=account).live().exists()
        assert "reset" in LogEntry.objects.get().change_message

    def test_one_failure_holds_up_no_other(
        self, staff: Client, busy: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        live = make_account(mode=AccountMode.LIVE)
        broken = make_account()
        original = paper.reset

        def reset(account_id: int) -> Account:
            if account_id == broken.pk:
                raise redis.ConnectionError("down")
            return original(account_id)

        monkeypatch.setattr(paper, "reset", reset)
        told = said(act(staff, ACCOUNTS, "reset_accounts", live, broken, busy.account, confirmed="1"))
        assert ("success", "1 reset.") in told
        assert ("error", f"{live}: Only paper accounts can be reset.") in told
        assert ("error", f"{broken}: not reset, ConnectionError: down") in told
        assert Account.objects.get(pk=busy.account.pk).reset_at is not None


class TestSwitch:
    def test_auto_trading_off_and_on_is_announced(self, staff: Client, floor: SimpleNamespace) -> None:
        other = make_account()
        act(staff, ACCOUNTS, "disable_auto_trading", floor.account, other)
        assert not Account.objects.filter(auto_trading_enabled=True).exists()
        assert Event.objects.get(owner=floor.owner, type="status").payload["account"]["auto_trading_enabled"] is False
        act(staff, ACCOUNTS, "enable_auto_trading", floor.account)
        assert Account.objects.get(pk=floor.account.pk).auto_trading_enabled is True


class TestClose:
    def test_each_trade_through_the_service(self, staff: Client, busy: SimpleNamespace) -> None:
        publish_quote(100.0, "GONE")
        silent = open_trade(busy, symbol="GONE")
        redis_client().flushall()
        publish_quote(101.0)
        told = said(act(staff, TRADES, "close_trades", busy.opened, busy.closed, silent))
        assert ("success", "1 closed.") in told
        assert ("error", f"{busy.closed}: Trade {busy.closed.pk} is closed, not open.") in told
        assert any(level == "error" and "GONE has no quote" in text for level, text in told)
        busy.opened.refresh_from_db()
        assert (busy.opened.status, busy.opened.exit_reason) == (TradeStatus.CLOSED, "MANUAL")
        silent.refresh_from_db()
        assert silent.status == TradeStatus.OPEN


class TestAccountForm:
    def form(self, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "name": "Renamed",
            "is_enabled": "on",
            "auto_trading_enabled": "on",
            "auto_trade_spot": "on",
            "min_signal_confidence": "0.9",
            "max_position_size": "0.1",
            "max_open_trades": "5",
            "leverage": "1",
            "fill_model": '{"slippage_bps": 2}',
        }
        return values | changes

    def test_it_changes_settings_and_nothing_else(self, staff: Client, busy: SimpleNamespace) -> None:
        before = Account.objects.get(pk=busy.account.pk)
        forged = {"balance": "999999", "equity": "999999", "owner": "1", "mode": "LIVE", "total_trades": "0"}
        answer = staff.post(f"{ACCOUNTS}{before.pk}/change/", self.form(**forged))
        assert answer.status_code == 302
        after = Account.objects.get(pk=before.pk)
        assert (after.name, after.auto_trade_futures, after.min_signal_confidence) == ("Renamed", False, Decimal("0.9"))
        assert after.fill_model == {"slippage_bps": 2}
        for name in ("balance", "equity", "owner_id", "mode", "total_trades", "margin_used", "realized_pnl"):
            assert getattr(after, name) == getattr(before, name)
        assert Event.objects.filter(type="status").latest("number").payload["account"]["name"] == "Renamed"

    def test_a_trade_meanwhile_is_not_undone(
        self, staff: Client, busy: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The page is loaded, a trade closes, the form is saved: the account keeps the trade's money and counts."""
        original = paper.update_settings

        def after_a_close(account_id: int, changes: dict[str, Any]) -> Account:
            paper.close_by_hand(busy.opened.pk)
            return original(account_id, changes)

        monkeypatch.setattr(paper, "update_settings", after_a_close)
        assert staff.post(f"{ACCOUNTS}{busy.account.pk}/change/", self.form()).status_code == 302
        account = Account.objects.get(pk=busy.account.pk)
        assert (account.total_trades, account.margin_used) == (2, 0)
        assert account.balance == sum(entry.amount for entry in LedgerEntry.objects.filter(account=account))

    @pytest.mark.parametrize(
        "change",
        [
            {"max_position_size": "1.5"},
            {"min_signal_confidence": "-1"},
            {"max_open_trades": "0"},
            {"leverage": "51"},
            {"fill_model": '{"slippage": 1}'},
            {"fill_model": '{"slippage_bps": -1}'},
            {"fill_model": '{"slippage_bps": "x"}'},
            {"fill_model": "[1]"},
            {"fill_model": "{"},
            {"name": "Taken"},
            {"name": ""},
        ],
    )
    def test_what_is_wrong_is_said(self, staff: Client, floor: SimpleNamespace, change: dict[str, str]) -> None:
        paper.open_account(owner_id=floor.owner.pk, name="Taken")
        page = staff.post(f"{ACCOUNTS}{floor.account.pk}/change/", self.form(**change))
        assert page.status_code == 200
        assert set(page.context["adminform"].form.errors) == set(change)
        assert Account.objects.get(pk=floor.account.pk).name == floor.account.name

    @pytest.mark.parametrize(("sessions", "count"), [({"default_sessions": "on"}, 2), ({}, 0)])
    def test_a_new_account_is_paid_in_through_the_ledger(
        self, staff: Client, sessions: dict[str, str], count: int
    ) -> None:
        owner = make_user()
        body = {"owner": owner.pk, "name": "New", "currency": "EUR", "initial_deposit": "250.75", **sessions}
        assert staff.get(f"{ACCOUNTS}add/").status_code == 200
        answer = staff.post(f"{ACCOUNTS}add/", body)
        assert answer.status_code == 302
        account = Account.objects.get(owner=owner)
        assert (account.balance, account.initial_balance, account.mode) == (
            Decimal("250.75"),
            Decimal("250.75"),
            "PAPER",
        )
        assert LedgerEntry.objects.get().amount == Decimal("250.75")
        assert account.sessions.count() == count
        assert staff.post(f"{ACCOUNTS}add/", body).status_code == 200, "the owner has one of that name"
        assert LogEntry.objects.get().object_id == str(account.pk)


class TestSessions:
    def form(self, **changes: Any) -> dict[str, Any]:
        values: dict[str, Any] = {
            "name": "Mine",
            "venue": "sim",
            "timeframe": "1m",
            "strategies": json.dumps([{"name": "razor"}]),
            "symbols": "ABC, XYZ",
            "sources": ["API"],
            "market_types": [],
            "default_stop_percent": "0.5",
            "default_target_percent": "1.0",
            "algorithms-TOTAL_FORMS": "0",
            "algorithms-INITIAL_FORMS": "0",
        }
        return values | changes

    def test_a_new_one_is_validated_and_stopped(self, staff: Client, floor: SimpleNamespace) -> None:
        assert staff.get(f"{SESSIONS}add/").status_code == 200
        answer = staff.post(f"{SESSIONS}add/", self.form(account=floor.account.pk))
        assert answer.status_code == 302
        session = AutoTradingSession.objects.get(name="Mine")
        assert (session.status, session.symbols, session.sources) == (SessionStatus.STOPPED, ["ABC", "XYZ"], ["API"])
        assert session.strategies[0]["params"], "with every parameter spelled out"
        assert session.strategy_keys[0].startswith("razor:")

    def test_a_change_leaves_the_status_alone(self, staff: Client, floor: SimpleNamespace) -> None:
        session = make_session(floor.account)
        path = f"{SESSIONS}{session.pk}/change/"
        assert 'value="ABC, XYZ"' not in staff.get(path).content.decode()
        assert staff.post(path, self.form(status="HALTED", account="999")).status_code == 302
        session.refresh_from_db()
        assert (session.name, session.status, session.account) == ("Mine", SessionStatus.RUNNING, floor.account)
        assert 'value="ABC, XYZ"' in staff.get(path).content.decode()
        assert Event.objects.filter(type="status").exists()

    @pytest.mark.parametrize(
        "change",
        [
            {"strategies": '[{"name": "none"}]'},
            {"strategies": '[{"name": "razor", "params": {"x": 1}}]'},
            {"strategies": '["razor"]'},
            {"strategies": '{"name": "razor"}'},
            {"strategies": '[{"name": "razor", "params": 5}]'},
            {"strategies": "3"},
            {"timeframe": "7m"},
            {"sources": ["ORACLE"]},
            {"venue": "replay-1"},
            {"risk": '{"daily_loss_percent": 101}'},
            {"sizing": '{"method": "MARTINGALE"}'},
            {"schedule": '{"time_zone": "Mars/Olympus"}'},
            {"exit_plan": '{"targets": [{"percent": 2}, {"percent": 1}]}'},
            {"timeframe_weights": '{"INTRADAY": 2}'},
            {"contract": '{"kind": "BET"}'},
            {"min_confidence": "1.5"},
        ],
    )
    def test_what_is_wrong_is_said(self, staff: Client, floor: SimpleNamespace, change: dict[str, Any]) -> None:
        page = staff.post(f"{SESSIONS}{floor.session.pk}/change/", self.form(**change))
        assert page.status_code == 200
        assert set(page.context["adminform"].form.errors) == set(change)

    def test_each_step(self, staff: Client, floor: SimpleNamespace) -> None:
        steps = [
            ("pause", "paused", "PAUSED"),
            ("resume", "resumed", "RUNNING"),
            ("stop", "stopped", "STOPPED"),
            ("start", "started", "RUNNING"),
            ("kill", "killed", "HALTED"),
        ]
        for action, done, status in steps:
            page = act(staff, SESSIONS, f"{action}_sessions", floor.session)
            assert said(page) == [("success", f"1 {done}.")]
            floor.session.refresh_from_db()
            assert floor.session.status == status
            latest = Event.objects.filter(type="status").latest("number")
            assert latest.payload["sessions"][0]["status"] == status

    def test_what_halts_it_stays_until_it_is_resumed(self, staff: Client, floor: SimpleNamespace) -> None:
        act(staff, SESSIONS, "kill_sessions", floor.session)
        told = said(act(staff, SESSIONS, "start_sessions", floor.session))
        floor.session.refresh_from_db()
        assert told == [("error", f"{floor.session}: The session was halted by its kill switch; resume it first.")]

    def test_a_change_makes_a_version_that_the_page_shows(self, staff: Client, floor: SimpleNamespace) -> None:
        path = f"{SESSIONS}{floor.session.pk}/change/"
        risk = '{"max_drawdown_percent": 12.5}'
        assert staff.post(path, self.form(risk=risk)).status_code == 302
        floor.session.refresh_from_db()
        assert floor.session.risk == {"max_drawdown_percent": 12.5}
        assert floor.session.algorithm.version == 2
        assert "12.5" in staff.get(path).content.decode()
        made = Event.objects.filter(type="audit").latest("number")
        assert made.payload["action"] == "session.changed"
        assert made.payload["via"] == "admin"
        assert made.payload["after"]["risk"] == {"max_drawdown_percent": 12.5}

    def test_a_name_is_taken_once_in_an_account(self, staff: Client, floor: SimpleNamespace) -> None:
        make_session(floor.account, name="Mine")
        page = staff.post(f"{SESSIONS}{floor.session.pk}/change/", self.form())
        assert page.status_code == 200
        assert page.context["adminform"].form.errors


def test_the_index_lists_the_floors(staff: Client) -> None:
    page = staff.get(reverse("admin:index")).content.decode()
    for name in ("Signalist", "Trading", "Signals", "Brokers", "Ledger entries"):
        assert name in page
