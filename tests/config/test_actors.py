"""Who is named as the one who did it, by every door."""

import contextlib
import sys
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory
from django.urls import reverse

import manage
from config.actors import actor_middleware
from signals.models import WebhookEndpoint
from tests.clients import client_of
from tests.trading.factories import make_account, make_user
from trading.audit.actors import SYSTEM, Actor, act_as, acting, current_actor
from trading.models import Event

BODY = {"name": "Desk", "mode": "PAPER"}


def who(owner: Any) -> set[tuple[int | None, str]]:
    return set(Event.objects.filter(owner=owner).values_list("actor_id", "via"))


@pytest.fixture(autouse=True)
def _nobody_is_left_acting() -> Any:
    yield
    assert current_actor() == SYSTEM


def test_an_actor_acts_while_inside() -> None:
    with acting(1, "web"):
        with acting(2, "telegram"):
            assert current_actor() == Actor(2, "telegram")
        assert current_actor() == Actor(1, "web")
        act_as(3, "api")
        assert current_actor() == Actor(3, "api")
    with contextlib.suppress(RuntimeError), acting(1, "web"):
        raise RuntimeError


def test_a_token(db: None) -> None:
    user = make_user()
    assert client_of(user).post("/api/accounts/", BODY, format="json").status_code == 201
    assert who(user) == {(user.pk, "api")}


def test_the_dashboard(db: None) -> None:
    user, browser = make_user(), Client()
    browser.force_login(user)
    assert browser.post("/api/accounts/", BODY, content_type="application/json").status_code == 201
    assert who(user) == {(user.pk, "web")}


@pytest.mark.django_db(transaction=True)
def test_under_asgi_too() -> None:
    """There the view runs in another thread than the middleware."""
    user, browser = make_user(), AsyncClient()
    browser.force_login(user)

    async def post() -> Any:
        assert current_actor() == SYSTEM
        answer = await browser.post("/api/accounts/", BODY, content_type="application/json")
        assert current_actor() == SYSTEM
        return answer

    assert async_to_sync(post)().status_code == 201
    assert who(user) == {(user.pk, "web")}


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_request_starts_and_ends_with_nobody_acting(asynchronous: bool) -> None:
    seen = []

    def view(request: Any) -> HttpResponse:
        seen.append(current_actor())
        act_as(1, "web")
        return HttpResponse()

    async def async_view(request: Any) -> HttpResponse:
        return view(request)

    middleware = actor_middleware(async_view if asynchronous else view)
    request = RequestFactory().get("/")
    with acting(7, "command"):
        for _ in range(2):
            async_to_sync(middleware)(request) if asynchronous else middleware(request)  # type: ignore[arg-type]
        assert current_actor() == Actor(7, "command")
    assert seen == [SYSTEM, SYSTEM]


def test_the_admin_pages(db: None) -> None:
    root, browser, account = get_user_model().objects.create_superuser("root"), Client(), make_account()
    browser.force_login(root)
    page = reverse("admin:trading_account_changelist")
    browser.post(page, {"action": "disable_auto_trading", "_selected_action": [account.pk]})
    assert who(account.owner) == {(root.pk, "admin")}


def test_a_webhook(db: None) -> None:
    """Its owner acts; his signal is dispatched by the system."""
    user = make_user()
    endpoint, secret_id = WebhookEndpoint.issue(owner_id=user.pk, name="tv")
    seen = []

    def note(**_: Any) -> None:
        seen.append(current_actor())

    from django.db.models.signals import post_save

    from signals.models import Signal

    post_save.connect(note, sender=Signal)
    try:
        body = {"secret": endpoint.signing_secret, "symbol": "ABC", "direction": "LONG"}
        answer = Client().post(f"/api/webhooks/{secret_id}/", body, content_type="application/json")
    finally:
        post_save.disconnect(note, sender=Signal)
    assert answer.status_code == 201
    assert seen == [Actor(user.pk, "webhook")]


def test_a_command(db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    user = make_user("ann")
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)  # as a command does when it ends
    monkeypatch.setattr(sys, "argv", ["manage.py", "token", "ann"])
    manage.main()
    assert who(user) == {(None, "command")}
    payload = Event.objects.get(owner=user).payload
    assert (payload["action"], payload["actor"], payload["via"]) == ("token.added", None, "command")
    assert capsys.readouterr().out.strip() not in str(payload)


def test_the_streamer_is_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    async def run(self: Any) -> None:
        seen.append(current_actor())

    monkeypatch.setattr("trading.management.commands.stream.Command._run", run)
    monkeypatch.setattr(sys, "argv", ["manage.py", "stream"])
    manage.main()
    assert seen == [SYSTEM]
