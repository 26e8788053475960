"""/api/telegram/: the caller's bot, whose token goes in and never comes out."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from tests.clients import check_error, client_of
from tests.telegram_api import FakeTelegram, fake_telegram
from tests.trading.factories import make_user
from trading import sealed
from trading.market import wall_now
from trading.models import TelegramBot

PATH = "/api/telegram/"
TOKEN = "123456789:AbcDefGhiJklMnoPqrStuVwx-yz"
OTHER = "987654321:ZyxWvuTsrQpoNmlKjiHgfEdc-ba"


@pytest.fixture
def telegram(settings: Any) -> Iterator[FakeTelegram]:
    with fake_telegram() as fake:
        fake.bots |= {TOKEN: "desk_bot", OTHER: "other_bot"}
        settings.TELEGRAM_URL = fake.url
        yield fake


@pytest.fixture
def desk(db: None, telegram: FakeTelegram) -> SimpleNamespace:
    owner = make_user()
    return SimpleNamespace(owner=owner, api=client_of(owner))


def put(api: APIClient, token: Any = TOKEN, **more: Any) -> Any:
    return api.put(PATH, {"token": token, **more}, format="json")


def test_none_yet(desk: SimpleNamespace) -> None:
    assert desk.api.get(PATH).json() == {
        "configured": False,
        "username": "",
        "linked": False,
        "link_code": None,
        "link_url": None,
        "link_expires_at": None,
        "is_enabled": False,
        "error": "",
        "ignored": 0,
    }
    check_error(desk.api.post(f"{PATH}link/"), 404, "not_found")
    check_error(desk.api.delete(PATH), 404, "not_found")
    check_error(desk.api.patch(PATH, {"is_enabled": True}, format="json"), 404, "not_found")


def test_a_token(desk: SimpleNamespace) -> None:
    answer = put(desk.api, f" {TOKEN}\n")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    code = body["link_code"]
    assert body["configured"] is body["is_enabled"] is True
    assert body["linked"] is False
    assert body["username"] == "desk_bot"
    assert body["link_url"] == f"https://t.me/desk_bot?start={code}"
    assert desk.api.get(PATH).json() == body
    assert TOKEN.encode() not in answer.content
    assert sealed.token_of(TelegramBot.objects.get()).reveal() == TOKEN


def test_the_code(desk: SimpleNamespace) -> None:
    first = put(desk.api).json()["link_code"]
    second = desk.api.post(f"{PATH}link/").json()["link_code"]
    assert len(first) == len(second) == 10
    assert first != second
    TelegramBot.objects.update(link_code_at=wall_now() - timedelta(minutes=15, seconds=1))
    body = desk.api.get(PATH).json()
    assert (body["link_code"], body["link_url"], body["link_expires_at"]) == (None, None, None)


def test_another_bot_ends_the_link_and_the_same_keeps_it(desk: SimpleNamespace) -> None:
    put(desk.api)
    TelegramBot.objects.update(chat_id=77, next_update=500, error="old", ignored=3)
    assert put(desk.api).json()["linked"] is True
    bot = TelegramBot.objects.get()
    assert (bot.chat_id, bot.next_update, bot.error) == (77, 500, "")
    assert put(desk.api, OTHER).json()["linked"] is False
    bot.refresh_from_db()
    assert (bot.username, bot.chat_id, bot.next_update, bot.ignored) == ("other_bot", None, 0, 0)
    assert TelegramBot.objects.count() == 1


@pytest.mark.parametrize(
    "token", ["", "hello", "123456789:wrongwrongwrong", "1/../../x:abcdefghijkl", TOKEN + "?x=1", "x" * 9000]
)
def test_a_token_that_is_none(desk: SimpleNamespace, token: str) -> None:
    answer = put(desk.api, token)
    check_error(answer, 400, "invalid", "token")
    assert not token or token.encode() not in answer.content
    assert not TelegramBot.objects.exists()


def test_a_bot_that_is_taken(desk: SimpleNamespace) -> None:
    put(desk.api)
    check_error(put(client_of(make_user())), 400, "invalid", "token")


def test_telegram_is_away(desk: SimpleNamespace, telegram: FakeTelegram, settings: Any) -> None:
    for fault in ("drop", "garbage", 500, 429):
        telegram.faults["getMe"] = [fault]
        answer = put(desk.api)
        check_error(answer, 503, "telegram_unreachable")
        assert TOKEN.encode() not in answer.content
    settings.TELEGRAM_URL = "http://127.0.0.1:1"
    check_error(put(desk.api), 503, "telegram_unreachable")
    assert not TelegramBot.objects.exists()


def test_switching_and_removing(desk: SimpleNamespace) -> None:
    put(desk.api)
    assert desk.api.patch(PATH, {"is_enabled": False}, format="json").json()["is_enabled"] is False
    assert put(desk.api).json()["is_enabled"] is True
    check_error(desk.api.patch(PATH, {"is_enabled": "maybe"}, format="json"), 400, "invalid", "is_enabled")
    check_error(desk.api.patch(PATH, {"chat_id": 5}, format="json"), 400, "invalid", "chat_id")
    assert desk.api.delete(PATH).status_code == 204
    assert desk.api.get(PATH).json()["configured"] is False
    actions = [event.payload["action"] for event in desk.owner.events.filter(type="audit").order_by("number")]
    assert actions == ["telegram.token_set", "telegram.switched", "telegram.token_set", "telegram.removed"]


def test_it_is_rationed(desk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    from trading.api.throttles import NotifyThrottle

    monkeypatch.setattr(NotifyThrottle, "THROTTLE_RATES", {"notify": "2/min"})
    cache.clear()
    assert [put(desk.api).status_code for _ in range(3)] == [200, 200, 429]


def test_strangers_and_viewers(desk: SimpleNamespace) -> None:
    from django.contrib.auth.models import Group

    check_error(APIClient().get(PATH), 401, "not_authenticated")
    put(desk.api)
    other = client_of(make_user())
    assert other.get(PATH).json()["configured"] is False
    desk.owner.groups.add(Group.objects.get_or_create(name="viewer")[0])
    assert desk.api.get(PATH).status_code == 200
    check_error(put(desk.api), 403, "role_viewer")
    check_error(desk.api.post(f"{PATH}link/"), 403, "role_viewer")
