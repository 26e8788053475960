"""/api/trades/<id>/, its close, modify and notes."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.clients import check_error, open_trade
from tests.trading.factories import publish_quote
from tests.trading.planned import EVEN, SPLIT, TRAIL, open_planned
from trading.models import Event, Fill, LevelChange, OrderPurpose, Trade


def post(api: APIClient, trade: Trade, verb: str, body: Any, key: str | None = None) -> Any:
    headers: Any = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(f"/api/trades/{trade.pk}/{verb}/", body, format="json", **headers)


class TestClosing:
    def test_a_part_by_percent_and_the_rest_without_a_body(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        body = post(api, trade, "close", {"percent": 25}).json()
        assert (body["status"], body["closed_quantity"], body["exit_price"]) == ("OPEN", "0.2", None)
        body = api.post(f"/api/trades/{trade.pk}/close/").json()
        assert (body["status"], body["closed_quantity"], body["exit_reason"]) == ("CLOSED", "0.8", "MANUAL")

    def test_twice_with_one_key_is_once(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        first = post(api, trade, "close", {"quantity": "0.3"}, "key-1")
        assert post(api, trade, "close", {"quantity": "0.3"}, "key-1").json() == first.json()
        assert Fill.objects.filter(order__purpose=OrderPurpose.EXIT).count() == 1
        check_error(post(api, trade, "close", {"quantity": "0.2"}, "key-1"), 422, "idempotency_key_reused")

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"percent": 0}, "percent"),
            ({"percent": 100.5}, "percent"),
            ({"percent": "much"}, "percent"),
            ({"quantity": -1}, "quantity"),
            ({"quantity": 5}, "quantity"),
            ({"quantity": 0.00001}, "quantity"),
            ({"percent": 50, "quantity": 0.1}, "quantity"),
            ({"part": 0.5}, "part"),
        ],
    )
    def test_what_cannot_be_is_named(
        self, api: APIClient, floor: SimpleNamespace, body: dict[str, Any], field: str
    ) -> None:
        trade = open_trade(floor)
        check_error(post(api, trade, "close", body), 400, "invalid", field)
        trade.refresh_from_db()
        assert trade.closed_quantity == 0

    def test_contracts_are_sold_whole(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(market_type="CONTRACT")
        check_error(post(api, trade, "close", {"percent": 50}), 409, "contract_not_divisible")

    def test_where_paper_trades_used_to_be_closed(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        assert api.post(f"/api/dev/paper/trades/{trade.pk}/close/").json()["status"] == "CLOSED"


class TestModifying:
    def test_levels_and_plan_in_one(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        body = post(
            api,
            trade,
            "modify",
            {
                "stop_loss": "98.5",
                "trailing": {"kind": "PERCENT", "value": 2, "activation_percent": 1},
                "break_even": {"trigger_percent": 1.5},
                "targets": [{"percent": 2, "portion": 0.5}, {"percent": 4, "portion": 0.5}],
                "time_exit_minutes": 240,
            },
            "key-1",
        ).json()
        assert (body["stop_loss"], body["take_profit"], body["stop_moved_by"]) == ("98.5", "102.02", "MANUAL")
        plan = body["exit_plan"]
        assert plan["trailing"]["value"] == 2
        assert plan["break_even"]["stop_price"] == pytest.approx(100.01)
        assert [item["portion"] for item in plan["targets"]] == [0.5, 0.5]
        assert body["time_exit_at"] is not None
        assert [(item["stop_loss"], item["moved_by"]) for item in body["level_changes"]] == [
            ("99", "ENTRY"),
            ("98.5", "MANUAL"),
        ]
        assert post(api, trade, "modify", {"stop_loss": "98.5"}, "key-2").status_code == 200

    def test_parts_are_removed_by_null(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_planned(floor.session, TRAIL | EVEN | SPLIT | {"time_exit_minutes": 60})
        asked = {"trailing": None, "break_even": None, "targets": [], "time_exit_minutes": None, "take_profit": None}
        body = post(api, trade, "modify", asked).json()
        assert (body["take_profit"], body["time_exit_at"]) == (None, None)
        assert {body["exit_plan"][name] for name in ("trailing", "break_even", "time_exit_minutes")} == {None}
        assert body["exit_plan"]["targets"] == []

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({}, "non_field_errors"),
            ({"stop": 98}, "stop"),
            ({"stop_loss": 100.5}, "stop_loss"),
            ({"stop_loss": None}, "stop_loss"),
            ({"stop_loss": "low"}, "stop_loss"),
            ({"take_profit": 99}, "take_profit"),
            ({"trailing": {"kind": "MOON"}}, "trailing.kind"),
            ({"break_even": {"trigger_percent": 1, "offset_percent": 2}}, "break_even.offset_percent"),
            ({"targets": [{"percent": 1, "portion": 0.8}, {"percent": 2, "portion": 0.8}]}, "targets"),
            ({"time_exit_minutes": -5}, "time_exit_minutes"),
        ],
    )
    def test_what_cannot_be_is_named(
        self, api: APIClient, floor: SimpleNamespace, body: dict[str, Any], field: str
    ) -> None:
        trade = open_trade(floor)
        before = Trade.objects.values().get(pk=trade.pk)
        check_error(post(api, trade, "modify", body), 400, "invalid", field)
        assert Trade.objects.values().get(pk=trade.pk) == before
        assert not LevelChange.objects.exists()

    def test_twice_with_one_key_is_once(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        first = post(api, trade, "modify", {"stop_loss": 98}, "key-1")
        publish_quote(99.5)
        assert post(api, trade, "modify", {"stop_loss": 98}, "key-1").json() == first.json()
        assert LevelChange.objects.count() == 2

    def test_a_silent_market_and_a_closed_trade(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(100.0, age=3600)
        check_error(post(api, trade, "modify", {"stop_loss": 98}), 409, "no_quote")
        publish_quote(100.0)
        post(api, trade, "close", {})
        check_error(post(api, trade, "modify", {"stop_loss": 98}), 409, "trade_not_open")


class TestTheJournal:
    def test_written_bit_by_bit_and_read(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        address = f"/api/trades/{trade.pk}/notes/"
        assert api.get(address).json() == {"notes": "", "tags": [], "rating": None, "links": []}
        api.patch(address, {"notes": "Too early.\n", "tags": ["breakout", "breakout", "london"]}, format="json")
        body = api.post(address, {"rating": 4, "links": ["https://charts.example/1.png"]}, format="json").json()
        assert body == {
            "notes": "Too early.\n",
            "tags": ["breakout", "london"],
            "rating": 4,
            "links": ["https://charts.example/1.png"],
        }
        shown = api.get(f"/api/trades/{trade.pk}/").json()
        assert {name: shown[name] for name in body} == body
        told = Event.objects.filter(type="trade_update").latest("number").payload
        assert (told["tags"], told["rating"]) == (["breakout", "london"], 4)
        assert "notes" not in told, "they may be long"

    def test_of_a_closed_trade_too(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        post(api, trade, "close", {})
        assert post(api, trade, "notes", {"rating": 1}, "key-1").json()["rating"] == 1
        assert post(api, trade, "notes", {"rating": 1}, "key-1").json()["rating"] == 1
        assert api.patch(f"/api/trades/{trade.pk}/notes/", {"rating": None}, format="json").json()["rating"] is None

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"rating": 6}, "rating"),
            ({"rating": 0}, "rating"),
            ({"tags": "one"}, "tags"),
            ({"tags": ["x" * 41]}, "tags.0"),
            ({"tags": [str(n) for n in range(21)]}, "tags"),
            ({"links": ["javascript:alert(1)"]}, "links.0"),
            ({"links": ["not an address"]}, "links.0"),
            ({"notes": "x" * 10_001}, "notes"),
            ({"notes": "\x00"}, "notes"),
            ({"note": "typo"}, "note"),
        ],
    )
    def test_what_cannot_be_is_named(
        self, api: APIClient, floor: SimpleNamespace, body: dict[str, Any], field: str
    ) -> None:
        check_error(post(api, open_trade(floor), "notes", body), 400, "invalid", field)


class TestTheDetail:
    def test_of_a_managed_trade(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(101.0)
        post(api, trade, "close", {"percent": 50})
        body = api.get(f"/api/trades/{trade.pk}/").json()
        assert [(item["purpose"], item["side"], item["quantity"]) for item in body["fills"]] == [
            ("ENTRY", "BUY", "0.8"),
            ("EXIT", "SELL", "0.4"),
        ]
        assert body["fills"][0]["price"] == "100.01"
        assert Decimal(body["fills"][0]["slippage"]) > 0
        assert body["decision"]["verdict"] == "APPROVED"
        assert body["level_changes"] == [
            {"time": body["opened_at"], "stop_loss": "99", "take_profit": "102", "moved_by": "ENTRY"}
        ]
        assert (body["initial_stop"], body["targets_hit"], body["exit_plan"]) == ("99", 0, {})
        # 0.99 are gained at 101, and 1.01 were risked.
        assert body["r_multiple"] == pytest.approx(0.98, abs=0.001)

    def test_excursions_in_money(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(mae=Decimal("-1.25"), mfe=Decimal("3.5"))
        body = api.get(f"/api/trades/{trade.pk}/").json()
        assert (body["mae"], body["mae_formatted"]) == ("-1.25", "-$1.25")
        assert (body["mfe"], body["mfe_formatted"]) == ("3.5", "+$3.50")

    def test_without_a_stop_there_is_no_r(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        Trade.objects.filter(pk=trade.pk).update(initial_stop=None)
        assert api.get(f"/api/trades/{trade.pk}/").json()["r_multiple"] is None

    def test_the_list_stays_lean(self, api: APIClient, floor: SimpleNamespace) -> None:
        open_planned(floor.session, TRAIL | SPLIT)
        (row,) = api.get("/api/trades/").json()["results"]
        assert {
            "stop_moved_by",
            "initial_stop",
            "time_exit_at",
            "mae",
            "mfe",
            "closed_quantity",
            "tags",
            "rating",
        } <= set(row)
        assert not {"exit_plan", "fills", "decision", "level_changes", "notes", "links"} & set(row)

    def test_as_many_queries_for_many_fills_as_for_few(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)

        def asked() -> int:
            with CaptureQueriesContext(connection) as seen:
                api.get(f"/api/trades/{trade.pk}/")
            return len(seen)

        asked()
        few = asked()
        for _ in range(3):
            post(api, trade, "close", {"quantity": "0.1"})
        assert asked() == few


@pytest.mark.parametrize("verb", ["close", "modify", "notes"])
def test_anothers_trade_is_not_there(stranger: APIClient, floor: SimpleNamespace, verb: str) -> None:
    trade = open_trade(floor)
    before = Trade.objects.values().get(pk=trade.pk)
    check_error(post(stranger, trade, verb, {"stop_loss": 98} if verb == "modify" else {}), 404, "not_found")
    assert Trade.objects.values().get(pk=trade.pk) == before
