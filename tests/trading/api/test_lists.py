"""/api/accounts/, /api/trades/, /api/signals/, /api/decisions/ and /api/events/."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error, open_trade
from tests.trading.factories import make_account, make_session, make_signal, make_user, publish_quote
from trading.accounts import paper
from trading.api import records
from trading.decisions import dispatch
from trading.models import EquityPoint, Event
from trading.sessions import sessions
from trading.sessions.algorithms import new_version


class TestAccounts:
    def test_listed_with_their_worth(self, api: APIClient, floor: SimpleNamespace) -> None:
        open_trade(floor)
        publish_quote(101.0)
        body = api.get("/api/accounts/").json()
        assert (body["count"], body["next"], body["previous"]) == (1, None, None)
        row = body["results"][0]
        assert row["open_trades"] == 1
        assert Decimal(row["equity"]) == Decimal(row["balance"]) + Decimal(row["unrealized_pnl"])
        assert row["unrealized_pnl_formatted"] == "+$0.79"
        assert Decimal(row["free_balance"]) == Decimal(row["balance"]) - Decimal(row["margin_used"])

    def test_a_second_user_has_none(self, api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
        assert stranger.get("/api/accounts/").json()["count"] == 0
        check_error(stranger.get(f"/api/accounts/{floor.account.pk}/equity/"), 404, "not_found")
        check_error(api.get("/api/accounts/999/equity/"), 404, "not_found")
        check_error(api.get(f"/api/accounts/{10**30}/equity/"), 404, "not_found")

    def test_as_many_queries_for_many_as_for_one(
        self, api: APIClient, floor: SimpleNamespace, django_assert_max_num_queries
    ) -> None:
        for _ in range(4):
            make_account(floor.owner)
        with django_assert_max_num_queries(6):
            assert len(api.get("/api/accounts/").json()["results"]) == 5


class TestEquity:
    def points(self, floor: SimpleNamespace, values: list[int]) -> None:
        start = datetime(2026, 1, 1, tzinfo=UTC)
        EquityPoint.objects.filter(account=floor.account).delete()
        EquityPoint.objects.bulk_create(
            EquityPoint(account=floor.account, time=start + timedelta(minutes=n), balance=1000, equity=value)
            for n, value in enumerate(values)
        )

    def test_all_of_a_short_curve(self, api: APIClient, floor: SimpleNamespace) -> None:
        self.points(floor, [1000, 1001, 999])
        points = api.get(f"/api/accounts/{floor.account.pk}/equity/").json()["points"]
        assert points[0] == {"time": "2026-01-01T00:00:00Z", "balance": "1000.00000000", "equity": "1000.00000000"}
        assert [Decimal(point["equity"]) for point in points] == [1000, 1001, 999]

    @pytest.mark.parametrize("limit", [10, 11, 12, 50, 999, 1000])
    def test_a_long_one_keeps_its_ends_and_extremes(self, api: APIClient, floor: SimpleNamespace, limit: int) -> None:
        values = [1000 + (n * 37) % 101 for n in range(1000)]
        values[400], values[700] = 2000, 1
        self.points(floor, values)
        points = api.get(f"/api/accounts/{floor.account.pk}/equity/?limit={limit}").json()["points"]
        got = [int(Decimal(point["equity"])) for point in points]
        assert len(got) <= limit
        assert (got[0], got[-1], max(got), min(got)) == (values[0], values[-1], 2000, 1)
        assert [point["time"] for point in points] == sorted(point["time"] for point in points)

    def test_it_begins_at_the_reset(self, api: APIClient, floor: SimpleNamespace) -> None:
        self.points(floor, [1000, 900])
        paper.reset(floor.account.pk)
        assert len(api.get(f"/api/accounts/{floor.account.pk}/equity/").json()["points"]) == 1

    @pytest.mark.parametrize("limit", ["9", "5001", "x", "²"])
    def test_wrong_limits_are_named(self, api: APIClient, floor: SimpleNamespace, limit: str) -> None:
        check_error(api.get(f"/api/accounts/{floor.account.pk}/equity/?limit={limit}"), 400, "invalid", "limit")


class TestTrades:
    def test_list_detail_and_filters(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        detail = api.get(f"/api/trades/{trade.pk}/").json()
        listed = api.get("/api/trades/").json()["results"][0]
        assert {name: detail[name] for name in listed} == listed, "the detail has more, and nothing else"
        assert detail["session_name"] == floor.session.name
        assert detail["signal"] == str(trade.signal.public_id)
        assert detail["quantity"] == "0.8"
        for given, count in [
            (f"account={floor.account.pk}", 1),
            ("account=999999", 0),
            (f"session={floor.session.pk}", 1),
            ("status=OPEN", 1),
            ("status=CLOSED", 0),
            ("direction=SHORT", 0),
            ("symbol=ABC&venue=sim", 1),
            ("status=", 1),
        ]:
            assert api.get(f"/api/trades/?{given}").json()["count"] == count, given

    @pytest.mark.parametrize("given", ["account=x", "account=²", "session=0", "status=x"])
    def test_wrong_filters_are_named(self, api: APIClient, given: str) -> None:
        check_error(api.get(f"/api/trades/?{given}"), 400, "invalid", given.partition("=")[0])

    def test_a_second_user_has_none(self, api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        assert stranger.get("/api/trades/").json()["count"] == 0
        assert stranger.get(f"/api/trades/?account={floor.account.pk}").json()["count"] == 0
        check_error(stranger.get(f"/api/trades/{trade.pk}/"), 404, "not_found")
        check_error(api.get(f"/api/trades/{10**30}/"), 404, "not_found")


class TestSignals:
    def test_each_with_the_decisions_of_the_callers_sessions(
        self, api: APIClient, stranger: APIClient, floor: SimpleNamespace
    ) -> None:
        trade = open_trade(floor)
        row = api.get("/api/signals/").json()["results"][0]
        assert row == api.get(f"/api/signals/{trade.signal.public_id}/").json()
        (decision,) = row["decisions"]
        assert (decision["verdict"], decision["trade"], decision["session"]) == ("APPROVED", trade.pk, floor.session.pk)
        assert len(decision["gates"]) == 36
        assert decision["order"]
        check_error(stranger.get(f"/api/signals/{trade.signal.public_id}/"), 404, "not_found")
        assert stranger.get("/api/signals/").json()["count"] == 0

    def test_built_in_signals_are_everybodys_their_decisions_are_not(
        self, api: APIClient, stranger: APIClient, floor: SimpleNamespace
    ) -> None:
        other = make_session(make_account(make_user()))
        signal = make_signal(None)
        dispatch.dispatch_signal(signal.pk)
        seen = api.get(f"/api/signals/{signal.public_id}/").json()["decisions"]
        assert [decision["session"] for decision in seen] == [floor.session.pk]
        assert other.decisions.count() == 1
        assert stranger.get(f"/api/signals/{signal.public_id}/").json()["decisions"] == []

    def test_filters(self, api: APIClient, floor: SimpleNamespace) -> None:
        make_signal(floor.owner, symbol="XYZ", source="WEBHOOK", strategy="tv", direction="SHORT")
        make_signal(floor.owner)
        for given, count in [
            ("", 2),
            ("symbol=XYZ", 1),
            ("source=WEBHOOK&strategy=tv", 1),
            ("status=EXPIRED", 0),
            ("direction=LONG", 1),
        ]:
            assert api.get(f"/api/signals/?{given}").json()["count"] == count, given
        check_error(api.get("/api/signals/?status=x"), 400, "invalid", "status")
        check_error(api.get("/api/signals/?symbol=%00"), 400, "invalid", "symbol")

    def test_as_many_queries_for_many_as_for_one(
        self, api: APIClient, floor: SimpleNamespace, django_assert_max_num_queries
    ) -> None:
        make_session(floor.account)
        for _ in range(6):
            dispatch.dispatch_signal(make_signal(floor.owner).pk)
        with django_assert_max_num_queries(6):
            rows = api.get("/api/signals/").json()["results"]
        assert [len(row["decisions"]) for row in rows] == [2] * 6
        with django_assert_max_num_queries(5):
            assert api.get("/api/decisions/").json()["count"] == 12


class TestDecisions:
    def test_filters_and_second_user(self, api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        open_trade(floor)
        refused = api.get("/api/decisions/?verdict=REJECTED").json()
        assert refused["count"] == 1
        assert "open already" in refused["results"][0]["reason"]
        assert refused["results"][0]["order"] is None
        for given, count in [
            ("", 2),
            (f"signal={trade.signal.public_id}", 1),
            (f"session={floor.session.pk}", 2),
            ("session=999999", 0),
            (f"account={floor.account.pk}", 2),
            (f"symbol={trade.symbol}", 2),
            ("symbol=NONE", 0),
            ("gate=not_duplicate", 1),
            ("gate=not_duplicate&verdict=APPROVED", 0),
            ("gate=min_confidence", 0),
            ("gate=passed", 0),
        ]:
            assert api.get(f"/api/decisions/?{given}").json()["count"] == count, given
        assert stranger.get("/api/decisions/").json()["count"] == 0
        assert stranger.get(f"/api/decisions/?account={floor.account.pk}").json()["count"] == 0

    def test_a_gate_is_looked_for_among_the_latest(
        self, api: APIClient, floor: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(4):
            open_trade(floor)
        found = {}
        for searched in (1, 2, 3, 4):
            monkeypatch.setattr(records, "SEARCHED", searched)
            rows = api.get("/api/decisions/?gate=not_duplicate").json()["results"]
            found[searched] = [row["id"] for row in rows]
        assert [len(ids) for ids in found.values()] == [1, 2, 3, 3]
        assert found[1] == found[3][:1]

    def test_each_names_the_version_of_its_settings(
        self, api: APIClient, floor: SimpleNamespace, django_assert_max_num_queries
    ) -> None:
        first = new_version(floor.session).version
        open_trade(floor)
        sessions.update_session(session_id=floor.session.pk, changes={"risk": {"max_stake": 5000.0}})
        open_trade(floor)
        with django_assert_max_num_queries(5):
            rows = api.get("/api/decisions/").json()["results"]
        assert [row["algorithm_version"] for row in rows] == [first + 1, first]

    @pytest.mark.parametrize(
        "given", ["signal=x", "session=x", f"session={10**30}", "account=²", "verdict=MAYBE", "gate=a'b"]
    )
    def test_wrong_filters_are_named(self, api: APIClient, given: str) -> None:
        check_error(api.get(f"/api/decisions/?{given}"), 400, "invalid", given.partition("=")[0])


class TestEvents:
    def test_newest_first_or_what_follows(self, api: APIClient, stranger: APIClient, floor: SimpleNamespace) -> None:
        open_trade(floor)
        total = Event.objects.filter(owner=floor.owner).count()
        numbers = [row["number"] for row in api.get("/api/events/").json()["results"]]
        assert numbers == list(range(total, 0, -1))
        later = api.get("/api/events/?after=1").json()["results"]
        assert [row["number"] for row in later] == list(range(2, total + 1))
        assert set(later[0]) == {
            "number",
            "type",
            "account",
            "actor",
            "via",
            "payload",
            "hash",
            "created_at",
        }
        assert api.get("/api/events/?type=trade_executed").json()["count"] == 1
        assert api.get(f"/api/events/?account={floor.account.pk}").json()["count"] == total - 1
        assert stranger.get("/api/events/?after=0").json()["results"] == []

    @pytest.mark.parametrize("given", ["after=x", "after=-1", f"after={10**30}", "after=²", "type=x", "account=x"])
    def test_wrong_filters_are_named(self, api: APIClient, given: str) -> None:
        check_error(api.get(f"/api/events/?{given}"), 400, "invalid", given.partition("=")[0])
