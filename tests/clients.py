"""HTTP clients, and what the API's tests share."""

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db.models import F, QuerySet
from knox.models import get_token_model
from rest_framework.test import APIClient

from tests.trading.factories import make_signal
from trading.decisions import dispatch
from trading.models import Trade


def client_of(user: AbstractUser) -> APIClient:
    """A program with the user's API token. An exception in a view becomes the 500 that a caller would see."""
    _, token = get_token_model().objects.create(user=user)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def open_trade(floor: SimpleNamespace, **values: Any) -> Trade:
    dispatch.dispatch_signal(make_signal(floor.owner, **values).pk)
    return Trade.objects.latest("id")


def end(trades: QuerySet[Trade]) -> None:
    """Open ones are closed, as far as their rows go."""
    trades.update(status="CLOSED", exit_price=F("entry_price"), exit_reason="MANUAL", closed_quantity=F("quantity"))


def twin(trade: Trade, status: str) -> Trade:
    """A trade like the open one, which ends, in a state that this one may not go to."""
    copy = Trade.objects.get(pk=trade.pk)
    end(Trade.objects.filter(pk=trade.pk))
    copy.pk, copy.status = None, status
    copy.save(force_insert=True)
    return copy


def check_error(response: Any, status: int, code: str, *fields: str) -> dict[str, Any]:
    """The response is an error in the one shape; returns its content."""
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"error"}
    error = body["error"]
    assert set(error) == {"code", "message", "fields"}
    assert error["code"] == code
    assert error["message"]
    assert isinstance(error["fields"], dict)
    assert set(fields) <= set(error["fields"])
    return error
