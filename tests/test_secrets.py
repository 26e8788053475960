"""A key goes in. It comes out nowhere: no log, no answer, no page, no event, no row, no message in Redis.

Every path is walked with sentinels that a broker repeats in its refusals, at the most talkative log level.
"""

import base64
import logging
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from celery import current_app
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from brokers import credentials, vault
from brokers.errors import AuthenticationFailed, BrokerUnavailable, OutcomeUnknown
from brokers.interface import ConnectionState, ConnectionStatus, Credentials, Environment, Secret
from brokers.models import BrokerCredential
from brokers.registry import live_broker_for
from brokers.simulator.server import running_simulator
from tests.brokers import venue as venues
from tests.brokers.venue import Venue, fake_venue, money
from tests.clients import check_error, client_of
from tests.echo import echo_server
from tests.leaks import Watch, database_files, database_text, found_in
from tests.trading.factories import make_user
from trading.models import Account, Event

SENTINELS = {
    "api_key": "SENTINEL-key/+=&a1b2c3d4",
    "api_secret": "SENTINEL-secret/+=&e5f6a7b8",
    "password": "SENTINEL-pass/+=&c9d0e1f2",
    "token": "SENTINEL-token-a3b4c5d6e7f8",
}
OF = {
    "delta": ("api_key", "api_secret"),
    "deribit": ("api_key", "api_secret"),
    "binance": ("api_key", "api_secret"),
    "okx": ("api_key", "api_secret", "password"),
    "deriv": ("token",),
}


def sentinels(broker: str) -> dict[str, str]:
    given = {name: SENTINELS[name] for name in OF[broker]}
    return given | ({"app_id": "1089"} if broker == "deriv" else {})


def echo(given: Credentials) -> str:
    """What a careless broker or library would say."""
    told = {name: secret.reveal() for name, secret in given.secrets.items()}
    return f"refused {told} url?k={given.get('token')}"


def says(error: Callable[[str], Exception]) -> Any:
    def trouble(given: Credentials) -> None:
        try:
            raise OSError(f"lower down: {echo(given)}")
        except OSError as cause:
            raise error(echo(given)) from cause

    return trouble


def logs(given: Credentials) -> ConnectionStatus:
    logging.getLogger("some.library").debug("> %s", echo(given))
    try:
        raise OSError(echo(given))
    except OSError:
        logging.getLogger("some.library").exception("lost")
    return ConnectionStatus(ConnectionState.DISCONNECTED)


TROUBLES = {
    "wrong keys": says(AuthenticationFailed),
    "out of reach": says(BrokerUnavailable),
    "unknown": says(OutcomeUnknown),
    "a bug": says(RuntimeError),
    "a library": says(requests.ConnectionError),
    "a status": lambda given: ConnectionStatus(ConnectionState.REFUSED, error=echo(given)),
    "a log": logs,
}


@pytest.fixture
def watch(caplog: pytest.LogCaptureFixture) -> Watch:
    caplog.set_level(logging.DEBUG)
    return Watch(caplog, SENTINELS)


@pytest.fixture
def owner(transactional_db: None) -> Any:
    return make_user()


@pytest.fixture
def api(owner: Any) -> APIClient:
    return client_of(owner)


@pytest.fixture
def staff(transactional_db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def venue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    """It accepts the sentinels."""
    monkeypatch.setattr(venues, "GOOD", {broker: sentinels(broker) for broker in OF})
    with fake_venue(balances=[money("USDT", "1000")]) as made:
        yield made


def send(api: APIClient, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(api, method)(path, body, format="json")


def test_the_watch_sees_what_it_looks_for(watch: Watch, owner: Any) -> None:
    """The test that makes the others worth something."""
    for secret in SENTINELS.values():
        assert found_in(f"..{base64.b64encode(secret.encode()).decode()}..", SENTINELS)
        assert found_in(f"..{secret.encode().hex()}..", SENTINELS)
    owner.first_name = SENTINELS["token"]
    owner.save()
    assert found_in(database_text(), SENTINELS) == ["token"]
    assert found_in(database_files(), SENTINELS) == (["token"] if connection.vendor == "sqlite" else [])
    logging.getLogger("x").warning(SENTINELS["token"])
    with pytest.raises(AssertionError, match="the log"):
        watch.check()


@pytest.mark.parametrize("broker", OF)
def test_connecting(watch: Watch, api: APIClient, venue: Venue, broker: str) -> None:
    body = {"broker": broker, "environment": "test", "credentials": sentinels(broker)}
    assert watch(send(api, "/api/connect/", body)).status_code == 200
    saved = watch(send(api, "/api/connect/", {**body, "save": True})).json()["data"]["credential"]
    assert saved["status"] == "VALID"
    for trouble in TROUBLES.values():
        venue.trouble = trouble
        assert watch(send(api, "/api/connect/", {**body, "save": True})).status_code >= 400
    for wrong in ({"environment": "moon"}, {"credentials": {**sentinels(broker), "more": "x"}}, {"label": "x" * 99}):
        assert watch(send(api, "/api/connect/", {**body, **wrong})).status_code == 400
    watch.check()


def test_the_broker_may_call_the_account_by_its_key(watch: Watch, api: APIClient, venue: Venue) -> None:
    venue.account_type, venue.account_id = "demo", SENTINELS["token"]
    body = {"broker": "deriv", "environment": "test", "credentials": sentinels("deriv"), "save": True}
    assert watch(send(api, "/api/connect/", body)).status_code == 200
    watch.check()


def test_credentials(watch: Watch, api: APIClient, venue: Venue, owner: Any) -> None:
    body = {"broker": "okx", "environment": "test", "credentials": sentinels("okx")}
    pk = watch(send(api, "/api/credentials/", body)).json()["id"]
    path = f"/api/credentials/{pk}/"
    assert watch(api.post(f"{path}validate/")).json()["status"] == "VALID"
    errors = set()
    for trouble in TROUBLES.values():
        venue.trouble = trouble
        watch(api.post(f"{path}validate/"))
        watch(api.get("/api/credentials/"))
        errors.add(BrokerCredential.objects.get(pk=pk).error[:18])
    assert "refused {'api_key'" in errors
    assert BrokerCredential.objects.get(pk=pk).status == "INVALID"
    watch(send(api, "/api/credentials/", {**body, "credentials": {"api_key": SENTINELS["api_key"]}}))
    watch(api.delete(path))
    watch(api.get("/api/events/"))
    assert Event.objects.filter(owner=owner, type="credential").count() >= 6
    watch.check()


def test_deriv_tokens(watch: Watch, api: APIClient, venue: Venue) -> None:
    venue.account_type, venue.account_id = "demo", "VRTC1"
    path, body = "/api/deriv/token/", {"token": SENTINELS["token"], "accountType": "demo"}
    assert watch(send(api, path, body)).status_code == 200
    assert watch(api.get(path)).json()["data"]["hasToken"] is True
    for trouble in (None, *TROUBLES.values()):
        venue.trouble = trouble
        watch(send(api, path, body))
        watch(send(api, f"{path}validate/", {}, "put"))
        watch(send(api, f"{path}validate/", body, "put"))
        watch(api.get(path))
    watch(send(api, path, {**body, "api": "v9"}))
    watch(send(api, path, {**body, "accountType": "real"}))
    watch(api.delete(path))
    watch.check()


def test_accounts(watch: Watch, api: APIClient, venue: Venue, owner: Any) -> None:
    body = {"broker": "delta", "environment": "test", "credentials": sentinels("delta")}
    pk = watch(send(api, "/api/credentials/", body)).json()["id"]
    opened = {"name": "Desk", "mode": "DEMO", "credential": pk}
    for trouble in TROUBLES.values():
        venue.trouble = trouble
        assert watch(send(api, "/api/accounts/", opened)).status_code >= 400
    venue.trouble = None
    assert watch(send(api, "/api/accounts/", opened)).status_code == 201
    path = f"/api/accounts/{Account.objects.get().pk}/"
    for trouble in TROUBLES.values():
        venue.trouble = trouble
        watch(api.post(f"{path}check/"))
        watch(api.get("/api/accounts/"))
    watch(api.get("/api/events/"))
    watch.check()


def test_admin_pages(watch: Watch, staff: Client, venue: Venue, owner: Any) -> None:
    add, listing = (reverse(f"admin:brokers_brokercredential_{page}") for page in ("add", "changelist"))
    body = {"owner": owner.pk, "broker": "okx", "label": "mine", "environment": "test", "account_id": ""}
    keys = sentinels("okx")
    assert watch(staff.post(add, {**body, **keys, "label": ""})).status_code == 200
    assert watch(staff.post(add, {**body, **keys, "password": ""})).status_code == 200
    assert watch(staff.post(add, {**body, **keys})).status_code == 302
    row = BrokerCredential.objects.get()
    for trouble in (None, *TROUBLES.values()):
        venue.trouble = trouble
        action = {"action": "validate_credentials", "_selected_action": [row.pk]}
        watch(staff.post(listing, action, follow=True))
        watch(staff.get(listing))
    for page in ("change", "history"):
        assert watch(staff.get(reverse(f"admin:brokers_brokercredential_{page}", args=[row.pk]))).status_code == 200
    for page in ("admin:index", "admin:trading_event_changelist"):
        assert watch(staff.get(reverse(page))).status_code == 200
    for event in Event.objects.all():
        watch(staff.get(reverse("admin:trading_event_change", args=[event.pk])))
    watch.check()


@pytest.mark.parametrize("accept", ["text/html,application/json", "application/json"])
def test_debug_pages(
    watch: Watch,
    api: APIClient,
    staff: Client,
    venue: Venue,
    owner: Any,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    accept: str,
) -> None:
    """Django's technical 500 shows a traceback; with DEBUG on, it would show every local variable and form field."""
    settings.DEBUG = True
    body = {"broker": "okx", "environment": "test", "credentials": sentinels("okx")}
    token = {"token": SENTINELS["token"], "accountType": "demo"}
    form = {"owner": owner.pk, "broker": "okx", "label": "mine", "environment": "test", "account_id": ""}

    def walk() -> None:
        for path, given in (("connect", {**body, "save": True}), ("credentials", body), ("deriv/token", token)):
            watch(api.post(f"/api/{path}/", given, format="json", headers={"accept": accept}))
        path = reverse("admin:brokers_brokercredential_add")
        watch(staff.post(path, {**form, **sentinels("okx")}, headers={"accept": accept}))

    venue.trouble = TROUBLES["a bug"]
    walk()
    venue.trouble = None

    def bug(**_: object) -> None:
        raise RuntimeError("a bug in our own code, with the keys in reach")

    for name in ("make", "add", "need_free_label"):
        with monkeypatch.context() as patched:
            patched.setattr(credentials, name, bug)
            walk()
    with monkeypatch.context() as patched:
        patched.setattr("rest_framework.serializers.Serializer.run_validation", lambda self, data: 1 / 0)
        walk()
    pages = [said for said in watch.said if "Exception Type" in said]
    assert len(pages) >= 10, "these were debug pages"
    assert ("<html" in pages[0]) == accept.startswith("text/html")
    watch.check()


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "a log"])
def test_celery_tasks_that_fail(watch: Watch, venue: Venue, owner: Any, name: str) -> None:
    """The log line, the traceback and the result of a task; its arguments are ids."""
    row = credentials.add(
        owner_id=owner.pk,
        broker="okx",
        environment="test",
        secrets={key: Secret(text) for key, text in sentinels("okx").items()},
    )

    def work(pk: int) -> None:
        found = BrokerCredential.objects.get(pk=pk)
        status = live_broker_for(found.broker, credentials.reveal(credential=found)).connect()
        raise RuntimeError(status.error)

    task = current_app.task(name=f"tests.secrets.{name.replace(' ', '_')}")(work)
    venue.trouble = TROUBLES[name]
    result = task.apply(args=(row.pk,))
    assert result.failed()
    told = f"{result.traceback} {result.result!r} {result.result}"
    assert "[secret]" in told
    assert found_in(told, SENTINELS) == []
    logging.getLogger("celery.app.trace").error("Task failed: %s", result.result, exc_info=result.result)
    watch.check()


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    with running_simulator(seed=11) as running:
        yield running.url


@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 503])
@pytest.mark.parametrize("broker", ["deribit", "delta", "binance", "deriv"])
def test_the_real_adapters_before_a_broker_that_repeats_everything(
    watch: Watch, api: APIClient, simulator: str, monkeypatch: pytest.MonkeyPatch, broker: str, status: int
) -> None:
    """ccxt and requests over real sockets: the headers, the query and the body that carry the keys come back."""
    with echo_server(simulator, status) as (url, refused):
        monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", url)
        body = {"broker": broker, "environment": "test", "credentials": sentinels(broker)}
        assert watch(send(api, "/api/connect/", body)).status_code >= 400
    assert any(found_in(told, SENTINELS) for told in refused), "the keys were sent, and repeated"
    watch.check()


@pytest.mark.parametrize("broker", ["deribit", "delta", "binance", "deriv"])
def test_the_real_adapters_with_wrong_keys(
    watch: Watch, api: APIClient, simulator: str, monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", simulator)
    body = {"broker": broker, "environment": "test", "credentials": sentinels(broker)}
    answer = watch(send(api, "/api/connect/", body))
    check_error(answer, 400, "authentication_failed", "credentials")
    watch.check()


@pytest.mark.parametrize("broker", ["deribit", "delta", "binance", "deriv"])
def test_the_real_adapters_with_nobody_there(
    watch: Watch, api: APIClient, monkeypatch: pytest.MonkeyPatch, broker: str
) -> None:
    monkeypatch.setenv("SIGNALIST_SIMULATOR_URL", "http://127.0.0.1:1")
    body = {"broker": broker, "environment": "test", "credentials": sentinels(broker)}
    assert watch(send(api, "/api/connect/", body)).status_code == 503
    watch.check()


def test_commands(
    watch: Watch, owner: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, settings: Any
) -> None:
    monkeypatch.setenv("DELTA_API_KEY", SENTINELS["api_key"])
    monkeypatch.setenv("DELTA_API_SECRET", SENTINELS["api_secret"])
    call_command("import_credentials", owner.username)
    new = base64.b64encode(bytes(range(32))).decode()
    settings.VAULT_KEYS = f"next:{new},{settings.VAULT_KEYS}"
    call_command("rotate_keys")
    shown = capsys.readouterr()
    assert "1 re-encrypted under next." in shown.out
    assert found_in(shown.out + shown.err, SENTINELS) == []
    assert new not in shown.out + shown.err
    watch.check()


def test_objects_print_and_pickle_nothing() -> None:
    given = Credentials({name: Secret(text) for name, text in SENTINELS.items()}, Environment.TEST)
    row = BrokerCredential(owner_id=1, broker="okx", environment="test", label="mine")
    vault.seal(row, given.secrets)
    with fake_venue() as venue:
        broker = live_broker_for("okx", given)
        shown = [repr(given), str(given), f"{given}", repr(given.secrets), repr(row), str(vars(row)), repr(broker)]
        assert venue.seen
    assert found_in("\n".join(shown), SENTINELS) == []
    with pytest.raises(TypeError):
        pickle.dumps(given)


def test_the_schema_asks_for_keys_and_gives_none(api: APIClient) -> None:
    document = api.get("/api/schema/?format=json").json()
    shown = document["components"]["schemas"]
    for name, schema in shown.items():
        if not name.endswith("Request"):
            held = {"api_key", "api_secret", "password", "token", "credentials", "ciphertext", "nonce"}
            if name.startswith(("Channel", "Telegram")):
                held |= {"url", "chat_id", "pending_code"}
            kept = {"csrf_token"} | ({"credentials"} if name == "Broker" else set())
            assert not (set(schema.get("properties", {})) & held) - kept, name
