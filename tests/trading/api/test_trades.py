"""POST /api/trades/<id>/close/ in every mode, and what trades at brokers tell of themselves."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.brokerage.bench_broker import BenchBroker
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading import queueing
from trading.brokerage.connections import use_connector
from trading.decisions import dispatch
from trading.models import Account, AccountMode, Contract, Event, Order, OrderPurpose, Trade


def close(api: APIClient, trade: Trade, key: str | None = None) -> Any:
    headers: Any = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(f"/api/trades/{trade.pk}/close/", {}, format="json", **headers)


class TestOnPaper:
    def test_closed_at_once(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        body = close(api, trade, "key-1").json()
        assert (body["status"], body["exit_reason"]) == ("CLOSED", "MANUAL")
        assert close(api, trade, "key-1").json() == body
        check_error(close(api, trade), 409, "trade_not_open")

    def test_a_silent_market(self, api: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        publish_quote(100.0, age=3600)
        check_error(close(api, trade), 409, "no_quote")

    def test_anothers_is_not_there(self, stranger: APIClient, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        check_error(close(stranger, trade), 404, "not_found")
        trade.refresh_from_db()
        assert trade.status == "OPEN"


class TestAtABroker:
    @pytest.fixture
    def broker(self) -> BenchBroker:
        return BenchBroker()

    @pytest.fixture
    def trade(self, transactional_db: None, broker: BenchBroker) -> Iterator[Trade]:
        account = make_account(mode=AccountMode.DEMO)
        session = make_session(account, venue=account.venue, timeframe="1m")
        make_instrument(venue=account.venue, market_type="FUTURES")
        publish_quote(100.0, venue=account.venue)
        with queueing.inline(), use_connector(lambda _: broker):  # type: ignore[arg-type, return-value]
            dispatch.dispatch_signal(make_signal(account.owner, venue=session.venue, market_type="FUTURES").pk)
            yield Trade.objects.get()

    @pytest.fixture
    def mine(self, trade: Trade) -> APIClient:
        return client_of(trade.account.owner)

    def test_its_broker_closes_it(self, mine: APIClient, trade: Trade) -> None:
        shown = mine.get(f"/api/trades/{trade.pk}/").json()
        assert (shown["status"], shown["stop_held"], shown["inverse"], shown["contract"]) == (
            "OPEN",
            "BROKER",
            False,
            None,
        )
        answer = close(mine, trade, "key-1")
        assert (answer.status_code, answer.json()["status"]) == (200, "CLOSING")
        trade.refresh_from_db()
        assert (trade.status, trade.exit_reason) == ("CLOSED", "MANUAL")
        told = Event.objects.filter(owner=trade.account.owner, type="trade_closed").get()
        assert told.payload["stop_held"] == "BROKER"
        assert close(mine, trade, "key-1").json() == answer.json()
        assert Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT).count() == 1

    def test_without_our_quotes_too(self, mine: APIClient, trade: Trade) -> None:
        publish_quote(100.0, venue=trade.venue, age=3600)
        assert close(mine, trade).status_code == 200
        trade.refresh_from_db()
        assert trade.status == "CLOSED"

    def test_closing_it_is_not_closed_again(self, mine: APIClient, trade: Trade, broker: BenchBroker) -> None:
        broker.script = ["lost"]
        assert close(mine, trade).json()["status"] == "CLOSING"
        trade.refresh_from_db()
        assert trade.status == "CLOSING"
        check_error(close(mine, trade), 409, "trade_not_open")
        assert Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT).count() == 1


def make_contract(account: Account, number: int, **values: Any) -> Contract:
    trade = Trade.objects.create(
        account=account, venue="deriv-test", symbol=f"R_{number}", market_type="CONTRACT", direction="LONG",
        status="OPEN", quantity=Decimal(50), entry_price=Decimal(1000), stop_waived=True, stop_held="BROKER",
    )  # fmt: skip
    return Contract.objects.create(
        trade=trade, account=account, contract_id=f"c-{number}", contract_type="MULTUP", status="open",
        stake=Decimal(50), multiplier=Decimal(100), profit=Decimal("2.5"), **values,
    )  # fmt: skip


class TestContracts:
    @pytest.fixture
    def account(self, db: None) -> Account:
        return make_account(mode=AccountMode.DEMO, broker="deriv")

    def test_shown_with_the_trade(self, account: Account) -> None:
        row = make_contract(account, 1, payout=Decimal("95.5"))
        body = client_of(account.owner).get(f"/api/trades/{row.trade_id}/").json()
        told = body["contract"]
        assert (told["contract_id"], told["contract_type"], told["status"]) == ("c-1", "MULTUP", "open")
        assert (told["stake"], told["payout"], told["multiplier"]) == ("50", "95.5", "100")
        assert (body["unrealized_pnl"], body["pnl_percent"]) == ("2.5", 5.0), "of the stake"

    def test_settled_it_is_shown_still(self, account: Account) -> None:
        row = make_contract(account, 1)
        Contract.objects.filter(pk=row.pk).update(status="sold", sell_price=Decimal(48))
        Trade.objects.filter(pk=row.trade_id).update(
            status="CLOSED", exit_price=1001, exit_reason="MANUAL", realized_pnl=-2, closed_quantity=50
        )
        (body,) = client_of(account.owner).get("/api/trades/").json()["results"]
        assert (body["contract"]["status"], body["contract"]["sell_price"]) == ("sold", "48")
        assert (body["unrealized_pnl"], body["pnl_percent"]) == (None, -4.0)

    def test_as_many_queries_for_many_as_for_one(self, account: Account) -> None:
        api = client_of(account.owner)

        def asked() -> int:
            with CaptureQueriesContext(connection) as seen:
                assert all(item["contract"] for item in api.get("/api/trades/").json()["results"])
            return len(seen)

        make_contract(account, 1)
        asked()
        few = asked()
        for number in range(2, 6):
            make_contract(account, number)
        assert asked() == few


def test_an_inverse_position_is_measured_against_what_it_is_worth(db: None) -> None:
    account = make_account(mode=AccountMode.DEMO, currency="BTC", balance="1")
    trade = Trade.objects.create(
        account=account, venue="deribit-test", symbol="BTC-PERPETUAL", market_type="FUTURES", direction="LONG",
        status="OPEN", quantity=Decimal(1000), entry_price=Decimal(50_000), stop_waived=True, inverse=True,
    )  # fmt: skip
    publish_quote(51_000.0, "BTC-PERPETUAL", account.venue)
    body = client_of(account.owner).get(f"/api/trades/{trade.pk}/").json()
    # 1000 $ at 50,000 are 0.02 BTC; the gain is 1000 * (1/50000 - 1/51000) BTC.
    assert float(body["unrealized_pnl"]) == pytest.approx(1000 * (1 / 50_000 - 1 / 51_000), abs=1e-8)
    assert body["pnl_percent"] == pytest.approx(1.961, abs=0.001)
    assert body["inverse"] is True
