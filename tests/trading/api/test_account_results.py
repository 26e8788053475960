"""GET /api/accounts/<id>/summary/: what came of an account in any mode."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error, client_of, open_trade
from tests.trading.factories import make_account, make_user
from trading.accounts import paper
from trading.models import AccountMode, Trade, TradeStatus


def test_the_same_as_on_paper(api: APIClient, floor: SimpleNamespace) -> None:
    paper.close_by_hand(open_trade(floor).pk)
    body = api.get(f"/api/accounts/{floor.account.pk}/summary/").json()
    assert body == api.get("/api/dev/paper/summary/").json()
    assert body["performance"]["total_trades"] == len(body["recent_trades"]) == 1


def test_what_is_being_closed_is_held_still(api: APIClient, floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    Trade.objects.filter(pk=trade.pk).update(status=TradeStatus.CLOSING)
    (held,) = api.get(f"/api/accounts/{floor.account.pk}/summary/").json()["open_positions"]
    assert (held["id"], held["status"]) == (trade.pk, "CLOSING")


@pytest.mark.parametrize("mode", ["DEMO", "LIVE"])
def test_at_a_broker(db: None, mode: str) -> None:
    account = make_account(mode=AccountMode(mode))
    path = f"/api/accounts/{account.pk}/summary/"
    body = client_of(account.owner).get(path).json()
    assert (body["account"]["mode"], body["open_positions"], body["recent_trades"]) == (mode, [], [])
    check_error(client_of(make_user()).get(path), 404, "not_found")
