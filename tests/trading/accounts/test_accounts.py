"""Closing accounts: what it takes, what it sets free, and what the database keeps by itself."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from brokers import credentials
from brokers.models import BrokerCredential
from tests.clients import open_trade, twin
from tests.trading.factories import make_account, make_credential, make_session, make_user
from trading.accounts import accounts, paper
from trading.accounts.account_checks import AccountClosed, AccountConflict
from trading.accounts.standing import attach_standing
from trading.models import (
    Account,
    AccountMode,
    Event,
    Order,
    OrderPurpose,
    OrderStatus,
    SessionStatus,
    Trade,
    TradeStatus,
)
from trading.sessions import sessions


@pytest.fixture
def live(db: None) -> Account:
    account = make_account(mode=AccountMode.LIVE, live_trading_enabled=True, live_trading_enabled_at=timezone.now())
    make_session(account)
    return account


def test_closed_it_is_off_and_holds_no_keys(live: Account) -> None:
    closed = accounts.close(account_id=live.pk)
    closed.refresh_from_db()
    assert closed.closed_at is not None
    assert closed.credential is None
    assert [closed.is_enabled, closed.auto_trading_enabled, closed.live_trading_enabled] == [False] * 3
    assert closed.live_trading_enabled_at is None
    assert closed.balance == live.balance, "its past stays"
    assert [session.status for session in closed.sessions.all()] == [SessionStatus.STOPPED]
    event = Event.objects.filter(owner=closed.owner, type="status").latest("number")
    assert (event.type, event.payload["change"]) == ("status", "account_closed")
    assert event.payload["account"]["closed_at"]
    assert event.payload["sessions"][0]["status"] == "STOPPED"
    attach_standing([closed])  # paper or not, a closed account asks nobody for a connection that it has not
    assert list(Account.objects.open()) == []


def test_its_keys_can_be_forgotten_then(live: Account) -> None:
    row = BrokerCredential.objects.get()
    with pytest.raises(credentials.CredentialInUse):
        credentials.remove(credential=row)
    accounts.close(account_id=live.pk)
    credentials.remove(credential=row)
    assert not BrokerCredential.objects.exists()


def test_its_name_and_its_keys_are_free(live: Account) -> None:
    row = live.credential
    accounts.close(account_id=live.pk)
    again = make_account(live.owner, name=live.name, mode=AccountMode.LIVE, credential=row)
    assert again.pk != live.pk
    accounts.close(account_id=again.pk)  # two closed ones of one name stand side by side
    assert Account.objects.filter(owner=live.owner, name=live.name).count() == 2


@pytest.mark.parametrize("status", ["PENDING", "OPEN", "CLOSING"])
def test_not_with_a_trade_that_is_not_over(floor: SimpleNamespace, status: str) -> None:
    twin(open_trade(floor), status)
    with pytest.raises(AccountConflict) as refused:
        accounts.close(account_id=floor.account.pk)
    assert refused.value.code == "open_trades"
    floor.account.refresh_from_db()
    assert (floor.account.closed_at, floor.account.is_enabled) == (None, True)


def test_not_with_an_order_that_rests_at_the_broker(live: Account) -> None:
    trade = Trade.objects.create(
        account=live, venue="deribit-test", symbol="ABC", market_type="FUTURES", direction="LONG", quantity=Decimal(1),
        status=TradeStatus.FAILED,
    )  # fmt: skip
    order = Order.objects.create(
        account=live, trade=trade, client_order_id="leg-1", symbol="ABC", side="SELL", quantity=Decimal(1),
        purpose=OrderPurpose.STOP, status=OrderStatus.SUBMITTED,
    )  # fmt: skip
    with pytest.raises(AccountConflict) as refused:
        accounts.close(account_id=live.pk)
    assert refused.value.code == "open_orders"
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CANCELLED)
    assert accounts.close(account_id=live.pk).is_closed


CHANGES: list[Callable[[Account], Any]] = [
    lambda account: accounts.close(account_id=account.pk),
    lambda account: accounts.update(account_id=account.pk, changes={"is_enabled": True}),
    lambda account: accounts.switch_live_trading(account_id=account.pk, enabled=True, confirm=account.name),
    lambda account: accounts.check_connection(account_id=account.pk),
    lambda account: paper.update_settings(account.pk, {"auto_trading_enabled": True}),
    lambda account: paper.reset(account.pk),
    lambda account: sessions.start(session_id=account.sessions.get().pk),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_closed_account_stays_as_it_is(live: Account, change: Callable[[Account], Any]) -> None:
    accounts.close(account_id=live.pk)
    before = Account.objects.values().get(pk=live.pk)
    with pytest.raises(AccountClosed):
        change(live)
    assert Account.objects.values().get(pk=live.pk) == before
    assert live.sessions.get().status == SessionStatus.STOPPED


class TestTheDatabase:
    def test_one_open_account_for_each_credential(self, db: None) -> None:
        owner = make_user()
        row = make_credential(owner)
        first = make_account(owner, mode=AccountMode.DEMO, credential=row)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_account(owner, mode=AccountMode.DEMO, credential=row)
        accounts.close(account_id=first.pk)
        make_account(owner, mode=AccountMode.DEMO, credential=row)

    def test_only_a_closed_account_at_a_broker_has_no_keys(self, live: Account) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=live.pk).update(credential=None)

    @pytest.mark.parametrize("switch", ["is_enabled", "auto_trading_enabled", "live_trading_enabled"])
    def test_a_closed_account_is_off(self, live: Account, switch: str) -> None:
        accounts.close(account_id=live.pk)
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=live.pk).update(**{switch: True})
