"""Two clicks on the button, one order (BTCT #651)."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests.clients import client_of, open_trade
from tests.trading.factories import make_account, make_instrument, make_session, make_user, publish_quote
from trading.models import Account, Event, IdempotencyKey, LedgerEntry, Order, OrderPurpose, Trade


@pytest.fixture
def committed(transactional_db: None) -> SimpleNamespace:
    """The floor, in a database where threads meet for real."""
    account = make_account()
    make_instrument()
    publish_quote(100.0)
    return SimpleNamespace(account=account, owner=account.owner, session=make_session(account))


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The calls' results, all started at one moment in threads of their own."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(index: int) -> None:
        try:
            gate.wait()
            results[index] = calls[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def closers(floor: SimpleNamespace, trade: Trade, keys: list[str | None]) -> list[Callable[[], Any]]:
    path = f"/api/dev/paper/trades/{trade.pk}/close/"
    clients = [client_of(floor.owner) for _ in keys]
    headers: list[dict[str, Any]] = [{} if key is None else {"HTTP_IDEMPOTENCY_KEY": key} for key in keys]
    return [
        lambda client=client, extra=extra: client.post(path, {}, format="json", **extra)
        for client, extra in zip(clients, headers, strict=True)
    ]


def check_closed_once(trade: Trade) -> None:
    trade.refresh_from_db()
    assert trade.status == "CLOSED"
    assert Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT).count() == 1
    assert Event.objects.filter(type="trade_closed").count() == 1
    account = Account.objects.get(pk=trade.account_id)
    assert account.total_trades == 1
    assert account.balance == sum(entry.amount for entry in LedgerEntry.objects.filter(account=account))


def test_two_clicks_with_one_key_close_once_and_are_answered_alike(committed: SimpleNamespace) -> None:
    trade = open_trade(committed)
    answers = at_once(closers(committed, trade, ["click", "click", "click"]))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert IdempotencyKey.objects.get().status_code == 200
    check_closed_once(trade)


def test_two_clicks_without_a_key_close_once(committed: SimpleNamespace) -> None:
    trade = open_trade(committed)
    answers = at_once(closers(committed, trade, [None, None]))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    check_closed_once(trade)


def test_two_starts_at_once_open_one_account(committed: SimpleNamespace) -> None:
    user = make_user()
    clients = [client_of(user) for _ in range(3)]
    answers = at_once(
        [lambda client=client: client.post("/api/dev/paper/start/", {}, format="json") for client in clients]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 200, 201]
    assert Account.objects.filter(owner=user).count() == 1


def test_two_users_may_use_the_same_key(committed: SimpleNamespace) -> None:
    for user in (make_user(), make_user()):
        answer = client_of(user).post("/api/dev/paper/start/", {}, format="json", HTTP_IDEMPOTENCY_KEY="k")
        assert answer.status_code == 201
