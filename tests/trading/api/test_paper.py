"""/api/dev/paper/."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from django.db import IntegrityError
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.factories import make_account, make_user, publish_quote
from trading.accounts import paper
from trading.market import redis_client
from trading.models import Account, AccountMode, Event, LedgerEntry, Trade, TradeStatus

START, RESET, STATUS = "/api/dev/paper/start/", "/api/dev/paper/reset/", "/api/dev/paper/status/"
TRADES, SUMMARY, SETTINGS = "/api/dev/paper/trades/", "/api/dev/paper/summary/", "/api/dev/paper/settings/"


def post(api: APIClient, path: str, body: Any = None, key: str | None = None) -> Any:
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(path, body or {}, format="json", **headers)


def patch(api: APIClient, body: Any, path: str = SETTINGS) -> Any:
    return api.patch(path, body, format="json")


class TestStart:
    def test_it_opens_an_account_with_running_sessions(self, stranger: APIClient) -> None:
        settings = {
            "initial_balance": "2500.50",
            "auto_trade_spot": True,
            "auto_trade_futures": False,
            "min_signal_confidence": 0.8,
            "max_position_size": "0.05",
            "max_open_trades": 3,
        }
        answer = post(stranger, START, settings)
        assert answer.status_code == 201
        body = answer.json()
        account = body["account"]
        assert (account["balance"], account["balance_formatted"]) == ("2500.5", "$2,500.50")
        assert (account["auto_trade_futures"], account["max_open_trades"]) == (False, 3)
        assert Decimal(account["min_signal_confidence"]) == Decimal("0.8")
        assert [session["status"] for session in body["sessions"]] == ["RUNNING", "RUNNING"]
        assert body["is_running"] is True
        assert body["last_event_number"] == Event.objects.count()

    def test_again_it_sets_the_account_running(self, stranger: APIClient) -> None:
        first = post(stranger, START).json()["account"]["id"]
        patch(stranger, {"auto_trading_enabled": False})
        again = post(stranger, START, {"max_open_trades": 9})
        assert again.status_code == 200
        assert again.json()["account"]["id"] == first
        assert again.json()["account"]["auto_trading_enabled"] is True
        assert again.json()["account"]["max_open_trades"] == 9
        assert Account.objects.count() == 1
        check_error(post(stranger, START, {"initial_balance": 5}), 409, "account_exists")

    def test_a_race_to_open_it_is_lost_quietly(self, stranger: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """Two requests see no account; the second's insert fails, and it takes the first's account."""
        original, calls = paper.start, []

        def start(**given: Any) -> Account:
            calls.append(given)
            if len(calls) == 1:
                original(**given)
                raise IntegrityError
            return original(**given)

        monkeypatch.setattr(paper, "start", start)
        answer = post(stranger, START)
        assert answer.status_code == 200
        assert answer.json()["is_running"] is True

    def test_another_account_of_its_name(self, db: None) -> None:
        user = make_user()
        make_account(user, name="Paper", mode=AccountMode.LIVE)
        check_error(post(client_of(user), START), 409, "account_name_taken")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"initial_balance": 0.99}, "initial_balance"),
            ({"initial_balance": "1e10"}, "initial_balance"),
            ({"initial_balance": "NaN"}, "initial_balance"),
            ({"max_position_size": 1.5}, "max_position_size"),
            ({"max_position_size": 0}, "max_position_size"),
            ({"min_signal_confidence": -1}, "min_signal_confidence"),
            ({"max_open_trades": 0}, "max_open_trades"),
            ({"max_open_trades": 2.5}, "max_open_trades"),
            ({"auto_trade_spot": "perhaps"}, "auto_trade_spot"),
            ({"auto_trading_enabled": False}, "auto_trading_enabled"),
            ({"balance": 5}, "balance"),
        ],
    )
    def test_what_is_wrong_is_named(self, stranger: APIClient, body: dict[str, Any], field: str) -> None:
        check_error(post(stranger, START, body), 400, "invalid", field)
        assert not Account.objects.exists()

    def test_a_key_opens_one_account(self, stranger: APIClient) -> None:
        first, again = post(stranger, START, key="k"), post(stranger, START, key="k")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        check_error(post(stranger, START, {"max_open_trades": 2}, key="k"), 422, "idempotency_key_reused")
        check_error(post(stranger, START, key="x" * 129), 400, "invalid", "Idempotency-Key")


class TestStatusAndSettings:
    def test_nobody_has_nothing_yet(self, stranger: APIClient) -> None:
        assert stranger.get(STATUS).json() == {
            "account": None,
            "sessions": [],
            "is_running": False,
            "last_event_number": 0,
        }
        check_error(stranger.get(SUMMARY), 404, "not_found")
        check_error(stranger.get(TRADES), 404, "not_found")
        check_error(post(stranger, RESET), 404, "not_found")
        check_error(patch(stranger, {}), 404, "not_found")

    def test_settings_are_kept_and_announced(self, api: APIClient, floor: SimpleNamespace) -> None:
        answer = patch(api, {"auto_trading_enabled": False, "min_signal_confidence": "0.9"})
        assert answer.status_code == 200
        assert answer.json()["auto_trading_enabled"] is False
        assert api.get(STATUS).json()["is_running"] is False
        assert Event.objects.get(owner=floor.owner, type="status").payload["account"]["auto_trading_enabled"] is False

    @pytest.mark.parametrize(
        ("body", "field"),
        [({"initial_balance": 5}, "initial_balance"), ({"max_open_trades": "x"}, "max_open_trades"), ([], None)],
    )
    def test_what_is_wrong_is_named(self, api: APIClient, body: Any, field: str | None) -> None:
        check_error(patch(api, body), 400, "invalid", *([field] if field else []))

    @pytest.mark.parametrize("account", ["x", "0", "-1", "²", "1" * 30])
    def test_an_account_is_named_by_a_number(self, api: APIClient, account: str) -> None:
        check_error(api.get(f"{STATUS}?account={account}"), 400, "invalid", "account")

    def test_live_accounts_are_none_of_it(self, api: APIClient, floor: SimpleNamespace) -> None:
        live = make_account(floor.owner, mode=AccountMode.LIVE)
        query = f"?account={live.pk}"
        check_error(api.get(STATUS + query), 409, "not_a_paper_account")
        check_error(post(api, START + query), 409, "not_a_paper_account")
        check_error(post(api, RESET + query), 409, "not_a_paper_account")
        assert api.get(STATUS).json()["account"]["id"] == floor.account.pk


class TestTrades:
    def test_they_are_listed_and_counted(self, api: APIClient, floor: SimpleNamespace) -> None:
        closed = open_trade(floor)
        paper.close_by_hand(closed.pk)
        open_trade(floor, direction="SHORT", stop_loss=Decimal(101), take_profits=["98"])
        publish_quote(99.0)
        body = api.get(TRADES).json()
        assert (body["count"], body["open_trades"], body["closed_trades"]) == (2, 1, 1)
        assert [row["status"] for row in body["trades"]] == ["OPEN", "CLOSED"]
        assert body["trades"][0]["current_price"] == "99"
        assert body["trades"][0]["unrealized_pnl_formatted"].startswith("+$0.7")
        assert body["trades"][1]["exit_reason"] == "MANUAL"
        only = api.get(f"{TRADES}?status=CLOSED&symbol=ABC&exit_reason=MANUAL").json()
        assert (only["count"], only["open_trades"], only["closed_trades"]) == (1, 1, 1)
        assert api.get(f"{TRADES}?symbol=NONE").json()["trades"] == []
        page = api.get(f"{TRADES}?limit=1&offset=1").json()
        assert (page["count"], [row["id"] for row in page["trades"]]) == (2, [closed.pk])

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ("status=open", "status"),
            ("exit_reason=x", "exit_reason"),
            ("symbol=%00", "symbol"),
            ("direction=1", "direction"),
        ],
    )
    def test_wrong_filters_are_named(self, api: APIClient, given: str, field: str) -> None:
        check_error(api.get(f"{TRADES}?{given}"), 400, "invalid", field)

    @pytest.mark.parametrize("given", ["limit=x", "limit=²", "offset=-1", f"offset={10**30}", f"limit={10**30}"])
    def test_wrong_pages_are_pages(self, api: APIClient, given: str) -> None:
        assert api.get(f"{TRADES}?{given}").status_code == 200

    def test_as_many_queries_for_many_as_for_one(
        self, api: APIClient, floor: SimpleNamespace, django_assert_max_num_queries
    ) -> None:
        for number in range(5):
            publish_quote(100.0, f"S{number}")
            open_trade(floor, symbol=f"S{number}")
        with django_assert_max_num_queries(8):
            assert len(api.get(TRADES).json()["trades"]) == 5
        with django_assert_max_num_queries(10):
            assert len(api.get(SUMMARY).json()["open_positions"]) == 5

    def test_with_redis_down_prices_are_not_known(
        self, api: APIClient, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        open_trade(floor)
        monkeypatch.setattr("trading.market.redis_client", lambda: redis.Redis(port=1, socket_connect_timeout=0.1))
        (trade,) = api.get(TRADES).json()["trades"]
        assert (trade["status"], trade["current_price"], trade["unrealized_pnl"]) == ("OPEN", None, None)


class TestSummary:
    def test_nothing_yet(self, api: APIClient) -> None:
        body = api.get(SUMMARY).json()
        assert (body["open_positions"], body["recent_trades"]) == ([], [])
        figures = body["performance"]
        assert (figures["total_trades"], figures["win_rate_percent"], figures["total_pnl"]) == (0, 0, "0.00")
        for name in ("average_win", "average_loss", "best_trade", "profit_factor", "average_duration_seconds"):
            assert figures[name] is None

    def test_figures_are_those_of_the_trades(self, api: APIClient, floor: SimpleNamespace) -> None:
        for price in (103.0, 101.5, 98.0):
            publish_quote(100.0)
            trade = open_trade(floor)
            publish_quote(price)
            paper.close_by_hand(trade.pk)
        pnl = [trade.realized_pnl for trade in Trade.objects.order_by("id")]
        figures = api.get(SUMMARY).json()["performance"]
        assert (figures["total_trades"], figures["winning_trades"], figures["losing_trades"]) == (3, 2, 1)
        assert figures["win_rate_percent"] == 66.67
        cents = Decimal("0.01")
        assert Decimal(figures["total_pnl"]) == sum(pnl).quantize(cents)
        assert Decimal(figures["average_win"]) == (sum(pnl[:2]) / 2).quantize(cents)
        assert Decimal(figures["average_loss"]) == pnl[2].quantize(cents)
        assert Decimal(figures["best_trade"]) == pnl[0].quantize(cents)
        assert Decimal(figures["worst_trade"]) == pnl[2].quantize(cents)
        assert figures["worst_trade_formatted"].startswith("-$")
        assert figures["best_trade_formatted"].startswith("+$")
        assert figures["profit_factor"] == round(float(sum(pnl[:2]) / -pnl[2]), 3)
        assert figures["average_duration_seconds"] >= 0
        account = api.get(SUMMARY).json()["account"]
        assert Decimal(account["realized_pnl"]) == sum(pnl)

    def test_it_counts_since_the_reset(self, api: APIClient, floor: SimpleNamespace) -> None:
        paper.close_by_hand(open_trade(floor).pk)
        open_trade(floor)
        post(api, RESET)
        assert api.get(SUMMARY).json()["performance"]["total_trades"] == 0
        publish_quote(100.0)
        paper.close_by_hand(open_trade(floor).pk)
        assert api.get(SUMMARY).json()["performance"]["total_trades"] == 1


class TestReset:
    def test_it_starts_over(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        answer = post(api, RESET, {"initial_balance": 500})
        assert answer.status_code == 200
        account = answer.json()["account"]
        assert (account["balance"], account["initial_balance"], account["total_trades"]) == ("500", "500", 0)
        assert account["reset_at"]
        trade.refresh_from_db()
        assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, "RESET")
        entries = LedgerEntry.objects.filter(account=floor.account)
        assert sum(entry.amount for entry in entries) == 500
        assert post(api, RESET).json()["account"]["balance"] == "500"

    def test_a_silent_market_does_not_stop_it(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        redis_client().flushall()
        assert post(api, RESET).status_code == 200
        trade.refresh_from_db()
        assert trade.status == TradeStatus.CLOSED

    def test_a_key_resets_once(self, api: APIClient, floor: SimpleNamespace) -> None:
        first, again = post(api, RESET, key="k"), post(api, RESET, key="k")
        assert first.status_code == 200
        assert first.json() == again.json()
        assert Event.objects.filter(type="balance_update").count() == 1
        other = make_account(floor.owner)
        check_error(post(api, f"{RESET}?account={other.pk}", key="k"), 422, "idempotency_key_reused")

    @pytest.mark.parametrize(("body", "field"), [({"initial_balance": 0}, "initial_balance"), ({"x": 1}, "x")])
    def test_what_is_wrong_is_named(self, api: APIClient, body: dict[str, Any], field: str) -> None:
        check_error(post(api, RESET, body), 400, "invalid", field)


class TestClose:
    def test_it_closes_at_the_market(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(101.0)
        body = post(api, f"{TRADES}{trade.pk}/close/").json()
        assert (body["status"], body["exit_reason"], body["id"]) == ("CLOSED", "MANUAL", trade.pk)
        assert body["realized_pnl_formatted"].startswith("+$0.")
        check_error(post(api, f"{TRADES}{trade.pk}/close/"), 409, "trade_not_open")

    def test_a_silent_market_is_said(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        redis_client().flushall()
        check_error(post(api, f"{TRADES}{trade.pk}/close/", key="k"), 409, "no_quote")
        publish_quote(101.0)
        assert post(api, f"{TRADES}{trade.pk}/close/", key="k").status_code == 200, "a refusal uses up no key"

    def test_a_key_gives_the_same_answer(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade, other = open_trade(floor), f"{TRADES}999/close/"
        first = post(api, f"{TRADES}{trade.pk}/close/", key="k")
        again = post(api, f"{TRADES}{trade.pk}/close/", key="k")
        assert (first.status_code, again.status_code) == (200, 200)
        assert first.json() == again.json()
        check_error(post(api, other, key="k"), 404, "not_found")
        second = open_trade(floor)
        check_error(post(api, f"{TRADES}{second.pk}/close/", key="k"), 422, "idempotency_key_reused")


def test_a_second_user_sees_and_moves_nothing(api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    query = f"?account={floor.account.pk}"
    for path in (STATUS, TRADES, SUMMARY):
        check_error(stranger.get(path + query), 404, "not_found")
    check_error(post(stranger, RESET + query), 404, "not_found")
    check_error(post(stranger, START + query), 404, "not_found")
    check_error(patch(stranger, {"max_open_trades": 1}, SETTINGS + query), 404, "not_found")
    check_error(post(stranger, f"{TRADES}{trade.pk}/close/"), 404, "not_found")
    post(stranger, START)
    assert stranger.get(TRADES).json()["count"] == 0
    trade.refresh_from_db()
    assert trade.status == TradeStatus.OPEN
    assert Account.objects.get(pk=floor.account.pk).max_open_trades == 5
