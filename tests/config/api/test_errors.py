"""The one error shape, whatever goes wrong."""

from unittest.mock import patch

import pytest
import redis
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.test import Client
from rest_framework import exceptions
from rest_framework.test import APIClient

from config.api.errors import exception_handler
from tests.clients import check_error, client_of
from tests.trading.factories import make_user

NEEDS_A_CALLER = [
    "/api/auth/me/",
    "/api/dev/paper/status/",
    "/api/dev/paper/trades/",
    "/api/dev/paper/summary/",
    "/api/accounts/",
    "/api/accounts/1/equity/",
    "/api/signals/",
    "/api/signals/8f7c1f5e-6f8b-4c1a-8a34-0b4f4f3f2a10/",
    "/api/trades/",
    "/api/trades/1/",
    "/api/decisions/",
    "/api/events/",
    "/api/killswitch/",
    "/api/market/symbols/",
    "/api/market/candles/",
    "/api/strategies/",
    "/api/webhooks-config/",
    "/api/webhooks-config/1/",
]


@pytest.mark.parametrize("path", NEEDS_A_CALLER)
def test_nobody_gets_nothing(path: str, db: None) -> None:
    answer = APIClient().get(path)
    check_error(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_unknown_addresses_and_methods(client: Client, db: None) -> None:
    check_error(client.get("/api/nothing/"), 404, "not_found")
    check_error(client_of(make_user()).delete("/api/accounts/"), 405, "method_not_allowed")


@pytest.mark.parametrize("path", [*NEEDS_A_CALLER, "/api/signals/", "/api/dev/paper/start/"])
def test_options_answer(path: str, db: None) -> None:
    assert client_of(make_user()).options(path).status_code in (200, 404)


@pytest.mark.parametrize("body", ["[" * 100_000, "{", "\xff", "null", "[1]", '"x"', "{}", '{"a": NaN}', "1" * 5000])
@pytest.mark.parametrize("path", ["/api/signals/", "/api/auth/login/"])
def test_bodies_that_are_no_request(path: str, body: str, db: None) -> None:
    answer = client_of(make_user()).post(path, body, content_type="application/json")
    check_error(answer, 400, answer.json()["error"]["code"])


def test_a_part_that_is_down_is_named(db: None) -> None:
    client = client_of(make_user())
    with patch("trading.api.paper.latest_number", side_effect=redis.ConnectionError("down")):
        assert "Redis" in check_error(client.get("/api/dev/paper/status/"), 503, "unavailable")["message"]
    with patch("trading.api.paper.latest_number", side_effect=OperationalError("database is locked")):
        assert "database" in check_error(client.get("/api/dev/paper/status/"), 503, "unavailable")["message"]


def test_an_unforeseen_error_tells_nothing(db: None) -> None:
    client = client_of(make_user())
    with patch("trading.api.paper.latest_number", side_effect=RuntimeError("the password is swordfish")):
        answer = client.get("/api/dev/paper/status/")
    check_error(answer, 500, "server_error")
    assert b"swordfish" not in answer.content


@pytest.mark.parametrize(
    ("error", "fields"),
    [
        (exceptions.ValidationError("no"), {"non_field_errors": ["no"]}),
        (exceptions.ValidationError({"a": {"b": ["no"]}}), {"a.b": ["no"]}),
        (exceptions.ValidationError({"a": [{}, {"b": ["no"]}]}), {"a.1.b": ["no"]}),
        (ValidationError({"a": ["no"]}), {"a": ["no"]}),
        (ValidationError("no"), {"non_field_errors": ["no"]}),
    ],
)
def test_fields_have_dotted_names(error: Exception, fields: dict[str, list[str]]) -> None:
    answer = exception_handler(error, {})
    assert answer is not None
    assert answer.data["error"]["fields"] == fields
