"""Two openings at once: the database keeps one, and the other is told what was taken."""

from decimal import Decimal
from typing import Any

import pytest

from brokers.interface import ConnectionState, ConnectionStatus
from tests.brokers.venue import money
from tests.trading.factories import make_account, make_credential, make_user
from trading.accounts import opening
from trading.accounts.account_checks import InvalidAccount
from trading.models import Account, AccountMode, AutoTradingSession, LedgerEntry


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither sees what the other opening is about to write."""
    monkeypatch.setattr(opening, "need_free_name", lambda *_, **__: None)
    monkeypatch.setattr(opening, "_need_unused", lambda *_: None)


def plan(owner: Any, credential: int, name: str) -> opening.Opening:
    return opening.Opening(
        owner_id=owner.pk,
        name=name,
        mode=AccountMode.DEMO,
        credential_id=credential,
        broker="deribit",
        leverage=Decimal(1),
        balance=money("USDC", "100"),
        status=ConnectionStatus(ConnectionState.CONNECTED),
        symbols=("BTC_USDC-PERPETUAL",),
    )


@pytest.mark.parametrize("taken", ["name", "credential"])
def test_the_second_is_told_what_was_taken(db: None, blind: None, taken: str) -> None:
    owner = make_user()
    first = make_account(owner, name="Desk", mode=AccountMode.DEMO)
    other = make_credential(owner).pk
    wanted = plan(owner, other, "Desk") if taken == "name" else plan(owner, first.credential_id or 0, "Second")
    with pytest.raises(InvalidAccount) as refused:
        opening.book(wanted)
    assert list(refused.value.fields) == [taken]
    assert Account.objects.count() == 1
    assert not AutoTradingSession.objects.exists()
    assert LedgerEntry.objects.count() == 1


def test_what_is_free_is_opened(db: None, blind: None) -> None:
    owner = make_user()
    account = opening.book(plan(owner, make_credential(owner).pk, "Desk"))
    assert account.balance == 100
    assert {session.venue for session in account.sessions.all()} == {"deribit-test"}
