"""/api/accounts/: on paper and at brokers."""

from collections.abc import Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from rest_framework.test import APIClient

from brokers import credentials
from brokers.errors import AuthenticationFailed, BrokerUnavailable
from brokers.interface import Secret
from brokers.models import BrokerCredential
from tests.brokers.venue import Venue, fake_venue, keys_of, money
from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_user
from trading.models import Account, AccountMode, EntryKind, EquityPoint, Event, LedgerEntry, Trade

PATH = "/api/accounts/"


@pytest.fixture
def venue() -> Iterator[Venue]:
    with fake_venue() as made:
        yield made


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()


@pytest.fixture
def mine(owner: Any) -> APIClient:
    return client_of(owner)


def make_credential(owner: Any, environment: str = "test", broker: str = "delta", **more: Any) -> BrokerCredential:
    secrets = {name: Secret(text) for name, text in keys_of(broker).items()}
    return credentials.add(owner_id=owner.pk, broker=broker, environment=environment, secrets=secrets, **more)


def post(api: APIClient, key: str | None = None, **body: Any) -> Any:
    headers: Any = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(PATH, {"name": "Desk", "mode": "PAPER", **body}, format="json", **headers)


def demo(api: APIClient, credential: BrokerCredential, **body: Any) -> Any:
    return post(api, mode="DEMO", credential=credential.pk, **body)


class TestPaper:
    def test_opened_with_its_sessions(self, mine: APIClient, owner: Any) -> None:
        answer = post(mine, initial_balance="2500.5", leverage=3, currency="EUR")
        assert answer.status_code == 201
        body = answer.json()
        assert (body["mode"], body["broker"], body["broker_name"]) == ("PAPER", "paper", "Paper trading")
        assert (body["balance"], body["currency"], body["leverage"]) == ("2500.5", "EUR", "3")
        assert (body["environment"], body["credential"], body["live_trading_enabled"]) == (None, None, False)
        assert (body["connection"]["state"], body["differences"], body["reconciled_at"]) == (None, [], None)
        account = Account.objects.get()
        assert account.sessions.count() == 2
        assert Event.objects.get(owner=owner, type="status").payload["change"] == "account_opened"

    def test_the_default_balance(self, mine: APIClient) -> None:
        assert post(mine).json()["balance"] == "1000"

    def test_the_same_key_opens_one(self, mine: APIClient) -> None:
        first, again = post(mine, "key-1"), post(mine, "key-1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert Account.objects.count() == 1

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"broker": "delta"}, "broker"),
            ({"credential": 1}, "credential"),
            ({"initial_balance": 0}, "initial_balance"),
            ({"leverage": 51}, "leverage"),
            ({"leverage": 0.5}, "leverage"),
            ({"mode": "MOON"}, "mode"),
            ({"name": ""}, "name"),
            ({"currency": "usd"}, "currency"),
            ({"mode": "DEMO"}, "credential"),
            ({"mode": "LIVE", "credential": 1, "broker": "paper"}, "broker"),
            ({"mode": "LIVE", "credential": 1, "initial_balance": 5}, "initial_balance"),
            ({"mode": "LIVE", "credential": 99}, "credential"),
            ({"extra": 1}, "extra"),
            ({"symbols": ["BTCUSD"]}, "symbols"),
            ({"timeframe": "5s"}, "timeframe"),
            ({"mode": "DEMO", "credential": 1, "symbols": ["a b"]}, "symbols.0"),
            ({"mode": "DEMO", "credential": 1, "symbols": "BTCUSD"}, "symbols"),
            ({"mode": "DEMO", "credential": 1, "symbols": [f"S{number}" for number in range(21)]}, "symbols"),
            ({"mode": "DEMO", "credential": 1, "symbols": ["BTCUSD"], "timeframe": "7m"}, "timeframe"),
            ({"mode": "DEMO", "credential": 1, "timeframe": "5m"}, "timeframe"),
        ],
    )
    def test_what_is_wrong_is_named(self, mine: APIClient, body: dict[str, Any], field: str) -> None:
        check_error(post(mine, **body), 400, "invalid", field)
        assert not Account.objects.exists()

    def test_a_name_twice(self, mine: APIClient) -> None:
        post(mine)
        check_error(post(mine), 400, "invalid", "name")


class TestOpeningAtABroker:
    def test_its_balance_is_the_first_deposit(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        venue.balances = [money("BTC", "0"), money("USDT", "1234.56")]
        answer = demo(mine, make_credential(owner), leverage=5)
        assert answer.status_code == 201
        body = answer.json()
        assert (body["broker"], body["mode"], body["environment"]) == ("delta", "DEMO", "test")
        assert (body["balance"], body["initial_balance"], body["currency"]) == ("1234.56", "1234.56", "USDT")
        assert (body["connection"]["state"], body["connection"]["latency_ms"]) == ("CONNECTED", 12.5)
        assert body["connection"]["connected_at"] == "2027-01-15T08:00:00Z"
        account = Account.objects.get()
        entry = LedgerEntry.objects.get(account=account)
        assert (entry.kind, entry.amount) == (EntryKind.DEPOSIT, Decimal("1234.56"))
        assert EquityPoint.objects.get(account=account).equity == Decimal("1234.56")
        assert not account.live_trading_enabled
        assert BrokerCredential.objects.get().status == "VALID"
        last = Event.objects.filter(owner=owner, type="status").order_by("number").last()
        assert last is not None
        assert (last.type, last.payload["change"], last.account) == ("status", "account_opened", account)

    def test_live_trading_is_off_at_first(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        answer = post(mine, mode="LIVE", credential=make_credential(owner, "live").pk)
        assert answer.status_code == 201
        assert answer.json()["live_trading_enabled"] is False

    def test_an_empty_account(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        venue.balances = [money("USD", "0")]
        assert demo(mine, make_credential(owner)).json()["balance"] == "0"
        assert not LedgerEntry.objects.exists()

    @pytest.mark.parametrize(
        ("balances", "currency"),
        [
            ([("BTC", "2"), ("USDT", "5")], "USDT"),
            ([("BTC", "2"), ("USDT", "0")], "BTC"),
            ([("XYZ", "9"), ("ABC", "5")], "XYZ"),
            ([("USD", "0"), ("USDC", "0")], "USDC"),
            ([("LONGERTHANTEN", "9"), ("ETH", "1")], "ETH"),
        ],
    )
    def test_the_currency_is_the_one_with_the_money(
        self, mine: APIClient, owner: Any, venue: Venue, balances: list[tuple[str, str]], currency: str
    ) -> None:
        venue.balances = [money(*item) for item in balances]
        assert demo(mine, make_credential(owner)).json()["currency"] == currency

    def test_the_currency_that_is_asked_for(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        venue.balances = [money("USDT", "5"), money("BTC", "2")]
        row = make_credential(owner)
        error = check_error(demo(mine, row, currency="EUR"), 400, "invalid", "currency")
        assert "BTC, USDT" in error["message"]
        assert demo(mine, row, currency="BTC").json()["balance"] == "2"

    @pytest.mark.parametrize(
        ("mode", "environment", "account_type"),
        [("DEMO", "live", ""), ("LIVE", "test", ""), ("DEMO", "test", "real"), ("LIVE", "live", "demo")],
    )
    def test_keys_of_the_other_kind(
        self, mine: APIClient, owner: Any, venue: Venue, mode: str, environment: str, account_type: str
    ) -> None:
        venue.account_type = account_type
        row = make_credential(owner, environment)
        check_error(post(mine, mode=mode, credential=row.pk), 400, "invalid", "mode")
        assert not Account.objects.exists()

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (BrokerUnavailable("down"), 503, "broker_unavailable"),
            (AuthenticationFailed("expired"), 400, "authentication_failed"),
            (RuntimeError("a bug"), 500, "server_error"),
        ],
    )
    def test_nothing_is_left_of_an_opening_that_fails(
        self, mine: APIClient, owner: Any, venue: Venue, error: Exception, status: int, code: str
    ) -> None:
        def trouble(_: object) -> None:
            raise error

        venue.trouble = trouble
        check_error(demo(mine, make_credential(owner)), status, code)
        assert not Account.objects.exists()
        assert not LedgerEntry.objects.exists()
        assert not Event.objects.filter(type="status").exists()

    def test_nothing_is_left_when_writing_fails(
        self, mine: APIClient, owner: Any, venue: Venue, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("half-way")

        monkeypatch.setattr("trading.accounts.opening.announce", fail)
        assert demo(mine, make_credential(owner)).status_code == 500
        assert not Account.objects.exists()
        assert not LedgerEntry.objects.exists()

    def test_keys_serve_one_account(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        row = make_credential(owner)
        demo(mine, row)
        check_error(demo(mine, row, name="Second"), 400, "invalid", "credential")

    def test_two_keys_to_the_same_account(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        venue.account_type, venue.account_id = "demo", "VRTC1"
        demo(mine, make_credential(owner, label="one"))
        check_error(demo(mine, make_credential(owner, label="two"), name="Second"), 400, "invalid", "credential")
        other = make_user()
        check_error(demo(client_of(other), make_credential(other)), 400, "invalid", "credential")
        assert Account.objects.count() == 1

    def test_another_brokers_keys(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        check_error(demo(mine, make_credential(owner), broker="deribit"), 400, "invalid", "broker")

    def test_anothers_keys_are_not_there(self, mine: APIClient, venue: Venue) -> None:
        check_error(demo(mine, make_credential(make_user())), 400, "invalid", "credential")
        assert not venue.seen

    def test_leverage_that_the_broker_does_not_give(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        kraken = make_credential(owner, "live", "kraken")
        check_error(post(mine, mode="LIVE", credential=kraken.pk, leverage=6), 400, "invalid", "leverage")
        spot = make_credential(owner, "live", "bitstamp")
        check_error(post(mine, mode="LIVE", credential=spot.pk, leverage=2), 400, "invalid", "leverage")
        assert not venue.seen

    def test_the_same_key_opens_one(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        row = make_credential(owner)
        first = post(mine, "key-1", mode="DEMO", credential=row.pk)
        again = post(mine, "key-1", mode="DEMO", credential=row.pk)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        assert len(venue.seen) == 1
        check_error(post(mine, "key-1", name="Other"), 422, "idempotency_key_reused")

    def test_the_limit(self, mine: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("brokers.api.throttles.BrokerThrottle.get_rate", lambda self: "1/min")
        assert post(mine).status_code == 201
        check_error(post(mine, name="Second"), 429, "throttled")
        assert mine.get(PATH).status_code == 200


class TestChanging:
    def test_name_switches_leverage_and_settings(self, api: APIClient, floor: SimpleNamespace) -> None:
        changes = {
            "name": "Renamed",
            "is_enabled": False,
            "auto_trading_enabled": False,
            "leverage": "2.5",
            "max_open_trades": 7,
        }
        body = api.patch(f"{PATH}{floor.account.pk}/", changes, format="json").json()
        assert {name: body[name] for name in changes} == changes
        looked_at = api.get(f"{PATH}{floor.account.pk}/").json()
        assert looked_at.items() >= body.items()

    def test_a_taken_name(self, api: APIClient, floor: SimpleNamespace) -> None:
        other = make_account(floor.owner)
        path = f"{PATH}{floor.account.pk}/"
        check_error(api.patch(path, {"name": other.name}, format="json"), 400, "invalid", "name")
        assert api.patch(path, {"name": floor.account.name}, format="json").status_code == 200

    @pytest.mark.parametrize("changes", [{"leverage": 0}, {"mode": "LIVE"}, {"live_trading_enabled": True}])
    def test_what_is_wrong_is_named(self, api: APIClient, floor: SimpleNamespace, changes: dict[str, Any]) -> None:
        check_error(api.patch(f"{PATH}{floor.account.pk}/", changes, format="json"), 400, "invalid", *changes)

    def test_others_see_nothing(self, stranger: APIClient, floor: SimpleNamespace) -> None:
        path = f"{PATH}{floor.account.pk}/"
        check_error(stranger.get(path), 404, "not_found")
        check_error(stranger.patch(path, {"name": "x"}, format="json"), 404, "not_found")
        check_error(stranger.delete(path), 404, "not_found")
        check_error(stranger.post(f"{path}check/"), 404, "not_found")
        check_error(stranger.post(f"{path}live-trading/", {"enabled": True}, format="json"), 404, "not_found")
        assert stranger.get(PATH).json()["count"] == 0


class TestLiveTrading:
    @pytest.fixture
    def live(self, mine: APIClient, owner: Any, venue: Venue) -> Account:
        post(mine, mode="LIVE", credential=make_credential(owner, "live").pk)
        return Account.objects.get(mode=AccountMode.LIVE)

    def switch(self, api: APIClient, account: Account, **body: Any) -> Any:
        return api.post(f"{PATH}{account.pk}/live-trading/", body, format="json")

    def test_on_with_the_name_typed_out_and_off_without(self, mine: APIClient, owner: Any, live: Account) -> None:
        for wrong in ("", "desk", "Desk "):
            check_error(self.switch(mine, live, enabled=True, confirm=wrong), 400, "invalid", "confirm")
        live.refresh_from_db()
        assert not live.live_trading_enabled
        on = self.switch(mine, live, enabled=True, confirm="Desk")
        assert on.json()["live_trading_enabled"] is True
        live.refresh_from_db()
        assert live.live_trading_enabled_at is not None
        assert self.switch(mine, live, enabled=False).json()["live_trading_enabled"] is False
        told = Event.objects.filter(owner=owner, type="status").order_by("number")
        changes = [event.payload.get("change") for event in told]
        assert changes[-2:] == ["live_trading_enabled", "live_trading_disabled"]

    def test_again_it_changes_nothing(self, mine: APIClient, owner: Any, live: Account) -> None:
        self.switch(mine, live, enabled=True, confirm="Desk")
        count = Event.objects.count()
        assert self.switch(mine, live, enabled=True, confirm="Desk").status_code == 200
        assert Event.objects.count() == count

    def test_only_real_money_has_the_switch(self, mine: APIClient, owner: Any, venue: Venue) -> None:
        post(mine)
        account = Account.objects.get()
        check_error(self.switch(mine, account, enabled=True, confirm="Desk"), 409, "not_a_live_account")

    def test_not_with_keys_that_are_not_accepted(self, mine: APIClient, live: Account) -> None:
        BrokerCredential.objects.update(status="INVALID")
        check_error(self.switch(mine, live, enabled=True, confirm="Desk"), 409, "credentials_invalid")


class TestChecking:
    @pytest.fixture
    def account(self, mine: APIClient, owner: Any, venue: Venue) -> Account:
        demo(mine, make_credential(owner))
        return Account.objects.get()

    def check(self, api: APIClient, account: Account) -> Any:
        return api.post(f"{PATH}{account.pk}/check/")

    def test_connected(self, mine: APIClient, account: Account) -> None:
        body = self.check(mine, account).json()
        assert body["connection"]["state"] == "CONNECTED"
        assert body["connection"]["checked_at"]
        assert mine.get(PATH).json()["results"][0]["connection"] == body["connection"]

    @pytest.mark.parametrize(
        ("error", "state"), [(AuthenticationFailed("expired"), "REFUSED"), (BrokerUnavailable("down"), "DISCONNECTED")]
    )
    def test_what_came_of_it_is_the_answer(
        self, mine: APIClient, account: Account, venue: Venue, error: Exception, state: str
    ) -> None:
        def trouble(_: object) -> None:
            raise error

        venue.trouble = trouble
        answer = self.check(mine, account)
        assert answer.status_code == 200
        connection = answer.json()["connection"]
        assert (connection["state"], connection["error"]) == (state, str(error))

    def test_keys_that_reach_another_kind_of_account(self, mine: APIClient, account: Account, venue: Venue) -> None:
        venue.account_type = "real"
        connection = self.check(mine, account).json()["connection"]
        assert connection["state"] == "REFUSED"
        assert "real account" in connection["error"]

    def test_before_the_first_trade_money_that_came_is_a_deposit(
        self, mine: APIClient, account: Account, venue: Venue
    ) -> None:
        venue.balances = [money("USDT", "1500")]
        body = self.check(mine, account).json()
        assert (body["balance"], body["initial_balance"], body["total_pnl"]) == ("1500", "1500", "0")
        kinds = LedgerEntry.objects.filter(account=account).order_by("sequence").values_list("kind", "amount")
        assert list(kinds) == [("DEPOSIT", Decimal(1000)), ("ADJUSTMENT", Decimal(500))]
        self.check(mine, account)
        assert LedgerEntry.objects.count() == 2

    def test_after_it_the_ledger_stays_as_it_is(self, mine: APIClient, account: Account, venue: Venue) -> None:
        Trade.objects.create(
            account=account, venue="delta", symbol="BTCUSD", market_type="FUTURES", direction="LONG",
            quantity=Decimal(1), status="FAILED",
        )  # fmt: skip
        venue.balances = [money("USDT", "1500")]
        assert self.check(mine, account).json()["balance"] == "1000"

    def test_paper_has_no_connection(self, mine: APIClient) -> None:
        post(mine)
        check_error(self.check(mine, Account.objects.get()), 409, "no_connection")

    def test_redis_down(self, mine: APIClient, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
        down = redis.Redis(port=1, socket_connect_timeout=0.1)
        monkeypatch.setattr("trading.market.redis_client", lambda: down)
        assert self.check(mine, account).json()["connection"]["state"] is None


def test_differences_are_shown(mine: APIClient, owner: Any, venue: Venue) -> None:
    from trading.brokerage.differences import Found, record
    from trading.models import DifferenceKind

    demo(mine, make_credential(owner))
    account = Account.objects.get()
    record(account.pk, [Found(DifferenceKind.POSITION, "BTCUSD", "1", "2", "The broker holds more.")])
    shown = mine.get(PATH).json()["results"][0]
    assert shown["reconciled_at"]
    (difference,) = shown["differences"]
    assert difference.pop("since")
    assert difference == {
        "kind": "POSITION", "symbol": "BTCUSD", "ours": "1", "theirs": "2", "message": "The broker holds more.",
    }  # fmt: skip
    record(account.pk, [])
    assert mine.get(PATH).json()["results"][0]["differences"] == []


def test_as_many_questions_for_many_as_for_few(
    mine: APIClient, owner: Any, venue: Venue, django_assert_max_num_queries: Any
) -> None:
    for number in range(4):
        row = make_credential(owner, label=f"keys {number}")
        assert demo(mine, row, name=f"Desk {number}").status_code == 201
    mine.get(PATH)
    with django_assert_max_num_queries(7):
        assert mine.get(PATH).json()["count"] == 4
