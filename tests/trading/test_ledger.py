from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.factories import make_account
from trading import ledger
from trading.feed import events
from trading.models import Account, EntryKind, Event, EventType, LedgerEntry
from trading.models.fields import to_money

NOW = datetime(2026, 1, 2, tzinfo=UTC)
pytestmark = pytest.mark.django_db

amounts = st.decimals(min_value=Decimal("-500"), max_value=Decimal("500"), places=8, allow_nan=False)


def booked(account: Account) -> Decimal:
    return LedgerEntry.objects.filter(account=account).aggregate(total=Sum("amount"))["total"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(amounts, max_size=6), max_size=6))
def test_balance_is_the_exact_sum_of_the_entries(batches: list[list[Decimal]]) -> None:
    account = make_account(balance="1000000")
    for number, batch in enumerate(batches):
        with transaction.atomic():
            locked = Account.objects.locked().get(pk=account.pk)
            keys = [f"{account.pk}:{number}:{index}" for index in range(len(batch))]
            postings = [
                ledger.Posting(EntryKind.TRADE_PNL, amount, key, NOW) for amount, key in zip(batch, keys, strict=True)
            ]
            ledger.post(locked, postings)
        account.refresh_from_db()
        assert account.balance == locked.balance == booked(account)
        expected = Decimal(1_000_000) + sum((amount for done in batches[: number + 1] for amount in done), Decimal(0))
        assert account.balance == expected


def test_sum_of_many_cents_does_not_drift() -> None:
    account = make_account(balance="1000")
    with transaction.atomic():
        locked = Account.objects.locked().get(pk=account.pk)
        ledger.post(
            locked,
            [ledger.Posting(EntryKind.COMMISSION, Decimal("-0.01"), f"{account.pk}:{n}", NOW) for n in range(1000)],
        )
    account.refresh_from_db()
    assert account.balance == booked(account) == Decimal("990")


def test_a_key_is_booked_once() -> None:
    account = make_account()
    posting = ledger.Posting(EntryKind.TRADE_PNL, Decimal(5), "once", NOW)
    ledger.post(account, [posting])
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post(Account.objects.get(pk=account.pk), [posting])
    account.refresh_from_db()
    assert account.balance == Decimal(1005)


def test_the_database_refuses_a_balance_without_an_entry() -> None:
    account = make_account()
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(balance=Decimal(5000))
    account.refresh_from_db()
    assert account.balance == Decimal(1000)


def test_a_stale_account_cannot_bring_an_old_balance_back() -> None:
    account = make_account()
    stale = Account.objects.get(pk=account.pk)
    ledger.post(account, [ledger.Posting(EntryKind.TRADE_PNL, Decimal(5), "new", NOW)])
    with pytest.raises(DatabaseError), transaction.atomic():
        stale.save()


def test_the_database_refuses_a_broken_chain() -> None:
    account = make_account()
    wrong = LedgerEntry(
        account=account, sequence=account.ledger_sequence + 1, kind=EntryKind.TRADE_PNL, amount=Decimal(1),
        balance_before=Decimal(7), balance_after=Decimal(8), idempotency_key="broken", market_time=NOW,
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        wrong.save()


def test_the_database_refuses_an_entry_that_does_not_add_up() -> None:
    account = make_account()
    wrong = LedgerEntry(
        account=account, sequence=account.ledger_sequence + 1, kind=EntryKind.TRADE_PNL, amount=Decimal(1),
        balance_before=account.balance, balance_after=account.balance, idempotency_key="sum", market_time=NOW,
    )  # fmt: skip
    with pytest.raises(DatabaseError), transaction.atomic():
        wrong.save()


@pytest.mark.parametrize("verb", ["UPDATE trading_ledgerentry SET amount = 0", "DELETE FROM trading_ledgerentry"])
def test_entries_are_append_only(verb: str) -> None:
    make_account()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_events_are_append_only() -> None:
    events.emit(make_account().owner_id, [events.Draft(EventType.STATUS, {})])
    for change in (lambda: Event.objects.update(payload={"x": 1}), lambda: Event.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_an_account_starts_at_zero() -> None:
    account = make_account()
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.objects.create(owner=account.owner, name="rich", balance=Decimal(10))


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_to_money_keeps_what_a_float_shows(value: float) -> None:
    assert abs(to_money(value) - Decimal(str(value))) <= Decimal("0.000000005")
