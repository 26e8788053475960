"""DELETE /api/accounts/<id>/, and how a closed account looks from outside."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.factories import make_account
from trading.accounts import accounts
from trading.models import Account, AccountMode, LedgerEntry

PATH = "/api/accounts/"


def test_closing(api: APIClient, floor: SimpleNamespace) -> None:
    path = f"{PATH}{floor.account.pk}/"
    trade = open_trade(floor)
    check_error(api.delete(path), 409, "open_trades")
    api.post(f"/api/trades/{trade.pk}/close/")
    assert api.delete(path).status_code == 204
    account = Account.objects.get(pk=floor.account.pk)
    assert account.is_closed
    assert [session.status for session in account.sessions.all()] == ["STOPPED"]
    assert LedgerEntry.objects.filter(account=account).exists(), "its past stays"
    assert api.get(f"/api/trades/?account={account.pk}").json()["count"] == 1


def test_its_keys_can_be_removed_then(db: None) -> None:
    account = make_account(mode=AccountMode.DEMO)
    api, keys = client_of(account.owner), f"/api/credentials/{account.credential_id}/"
    check_error(api.delete(keys), 409, "in_use")
    assert api.delete(f"{PATH}{account.pk}/").status_code == 204
    assert api.delete(keys).status_code == 204


def test_its_name_is_free(api: APIClient, floor: SimpleNamespace) -> None:
    body = {"name": floor.account.name, "mode": "PAPER"}
    check_error(api.post(PATH, body, format="json"), 400, "invalid", "name")
    api.delete(f"{PATH}{floor.account.pk}/")
    assert api.post(PATH, body, format="json").status_code == 201


@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("get", ""),
        ("patch", ""),
        ("delete", ""),
        ("post", "check/"),
        ("post", "live-trading/"),
        ("get", "equity/"),
        ("get", "summary/"),
    ],
)
def test_a_closed_account_is_not_there(api: APIClient, floor: SimpleNamespace, method: str, rest: str) -> None:
    accounts.close(account_id=floor.account.pk)
    answer: Any = getattr(api, method)(f"{PATH}{floor.account.pk}/{rest}", {}, format="json")
    check_error(answer, 404, "not_found")


def test_lists_and_the_paper_account_leave_it_out(api: APIClient, floor: SimpleNamespace) -> None:
    accounts.close(account_id=floor.account.pk)
    assert api.get(PATH).json()["results"] == []
    assert api.get("/api/dev/paper/status/").json()["account"] is None
    check_error(api.get(f"/api/dev/paper/status/?account={floor.account.pk}"), 404, "not_found")
    fresh = api.post("/api/dev/paper/start/", {}, format="json")
    assert (fresh.status_code, fresh.json()["account"]["name"]) == (201, "Paper")
    assert fresh.json()["account"]["id"] != floor.account.pk
