"""Who gets in: sessions for the dashboard, tokens for programs."""

import json

import pytest
from django.test import Client, RequestFactory
from knox.models import get_token_model
from rest_framework.test import APIClient

from config.api.auth import LoginThrottle
from tests.clients import check_error, client_of
from tests.trading.factories import make_user

PASSWORD = "correct horse"


def login(client: APIClient, username: str, password: str = PASSWORD, **extra: str):
    return client.post("/api/auth/login/", {"username": username, "password": password}, format="json", **extra)


@pytest.fixture
def browser() -> APIClient:
    """A client that is held to CSRF, as a browser is."""
    return APIClient(enforce_csrf_checks=True, raise_request_exception=False)


def test_login_me_logout(browser: APIClient, db: None) -> None:
    user = make_user("ann")
    answer = login(browser, "ann")
    assert answer.status_code == 200
    assert answer.json()["id"] == user.pk
    assert answer.cookies["sessionid"]["httponly"]
    token = answer.json()["csrf_token"]
    assert browser.get("/api/auth/me/").json()["username"] == "ann"
    check_error(browser.post("/api/auth/logout/"), 403, "permission_denied")
    assert browser.post("/api/auth/logout/", HTTP_X_CSRFTOKEN=token).status_code == 204
    check_error(browser.get("/api/auth/me/"), 401, "not_authenticated")


def test_wrong_password_and_unknown_user_look_alike(browser: APIClient, db: None) -> None:
    make_user("ann")
    wrong, unknown = login(browser, "ann", "guess"), login(browser, "bob", "guess")
    check_error(wrong, 401, "authentication_failed")
    assert wrong["WWW-Authenticate"]
    assert wrong.json() == unknown.json()


def test_a_disabled_user_stays_out(browser: APIClient, db: None) -> None:
    user = make_user("ann")
    token = client_of(user)
    user.is_active = False
    user.save()
    check_error(login(browser, "ann"), 401, "authentication_failed")
    check_error(token.get("/api/auth/me/"), 401, "authentication_failed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "ann"}, "password"),
        ({"password": "x"}, "username"),
        ({"username": "a\0b", "password": "x"}, "username"),
        ({"username": "ann", "password": "x", "next": "/"}, "next"),
        ({"username": ["ann"], "password": "x"}, "username"),
    ],
)
def test_login_names_the_wrong_field(browser: APIClient, db: None, body: dict, field: str) -> None:
    check_error(browser.post("/api/auth/login/", body, format="json"), 400, "invalid", field)


def test_login_takes_json_alone(browser: APIClient, db: None) -> None:
    """A form of another site can send anything but JSON."""
    make_user("ann")
    answer = browser.post("/api/auth/login/", {"username": "ann", "password": PASSWORD})
    check_error(answer, 415, "unsupported_media_type")
    answer = browser.post("/api/auth/login/", '{"username": "ann"}', content_type="text/plain")
    check_error(answer, 415, "unsupported_media_type")


def test_guesses_are_limited_by_name_and_address(browser: APIClient, db: None) -> None:
    make_user("ann")
    make_user("bob")
    for _ in range(10):
        assert login(browser, "ann", "guess").status_code == 401
    refused = login(browser, "Ann ")
    check_error(refused, 429, "throttled")
    assert int(refused["Retry-After"]) > 0
    check_error(login(browser, "ann", HTTP_X_FORWARDED_FOR="10.1.2.3"), 429, "throttled")
    assert login(browser, "bob").status_code == 200
    assert login(browser, "ann", REMOTE_ADDR="10.9.9.9").status_code == 200


def test_guesses_at_the_admin_are_counted_with_them(client: Client, db: None) -> None:
    user = make_user("ann")
    user.is_staff = user.is_superuser = True
    user.save()
    for _ in range(10):
        client.post("/admin/login/", {"username": "ann", "password": "guess"})
    refused = client.post("/admin/login/?next=/admin/", {"username": "ann", "password": PASSWORD})
    assert refused.status_code == 200
    assert "Too many attempts" in refused.content.decode()
    welcome = client.post(
        "/admin/login/?next=/admin/", {"username": "ann", "password": PASSWORD}, REMOTE_ADDR="10.9.9.9"
    )
    assert welcome.status_code == 302


def test_the_limit_gives_way_while_redis_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get(self, *_: object) -> None:
            raise ConnectionError

    monkeypatch.setattr(LoginThrottle, "cache", Broken())
    assert LoginThrottle().allow_request(RequestFactory().post("/"), None)


def test_tokens(db: None) -> None:
    user = make_user("ann")
    assert client_of(user).get("/api/auth/me/").json()["id"] == user.pk


@pytest.mark.parametrize("header", ["Bearer", "Bearer \xff\xfe", "Bearer a\0b", "Bearer a b", "Bearer ' OR 1=1", "x"])
def test_what_is_no_token_is_refused(db: None, header: str) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("/api/auth/me/")
    assert check_error(answer, 401, answer.json()["error"]["code"])
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_refused(db: None) -> None:
    user = make_user()
    client = client_of(user)
    get_token_model().objects.filter(user=user).update(expiry="2020-01-01T00:00:00Z")
    check_error(client.get("/api/auth/me/"), 401, "authentication_failed")


def test_a_session_needs_its_csrf_token_and_a_program_does_not(browser: APIClient, db: None) -> None:
    user = make_user("ann")
    token = login(browser, "ann").json()["csrf_token"]
    check_error(browser.post("/api/dev/paper/start/", {}, format="json"), 403, "permission_denied")
    assert browser.post("/api/dev/paper/start/", {}, format="json", HTTP_X_CSRFTOKEN=token).status_code == 201
    strict = APIClient(enforce_csrf_checks=True)
    strict.credentials(HTTP_AUTHORIZATION=client_of(user)._credentials["HTTP_AUTHORIZATION"])
    assert strict.post("/api/dev/paper/start/", {}, format="json").status_code == 200


def test_a_huge_body_is_refused_before_it_is_read(browser: APIClient, db: None) -> None:
    big = json.dumps({"username": "ann", "password": "x" * 300_000})
    check_error(browser.post("/api/auth/login/", big, content_type="application/json"), 413, "body_too_large")
