"""Queries whose SQL is made once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, QuerySet
from django.test.utils import CaptureQueriesContext

from signals.models import Signal
from tests.trading.factories import make_account, make_signal, make_user
from trading.market import wall_now
from trading.models import Account
from trading.prepared import Prepared

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_query() -> None:
    accounts = [make_account(balance="12.5", fill_model={"seed": 3}) for _ in range(3)]
    prepared: Prepared[Account] = Prepared(lambda ids: Account.objects.filter(pk__in=ids).order_by("-pk"))
    found = prepared([accounts[0].pk, accounts[2].pk])
    assert found == [accounts[2], accounts[0]]
    assert (found[0].balance, found[0].fill_model, found[0].is_enabled) == (Decimal("12.5"), {"seed": 3}, True)
    assert found[0].created_at == Account.objects.get(pk=accounts[2].pk).created_at


def test_it_is_built_once_for_each_number_of_values() -> None:
    built: list[int] = []

    def build(ids: list[int]) -> "QuerySet[Account]":
        built.append(len(ids))
        return Account.objects.filter(pk__in=ids)

    accounts = [make_account() for _ in range(3)]
    prepared: Prepared[Account] = Prepared(build)
    for ids in ([accounts[0].pk], [accounts[1].pk], [item.pk for item in accounts[:2]], [accounts[2].pk]):
        assert [item.pk for item in prepared(ids)] == ids
    assert built == [1, 2]


def test_values_of_every_kind_in_the_order_of_the_query() -> None:
    now, owner = wall_now(), make_user()
    wanted = make_signal(owner, symbol="ABC", market_time=now, expires_at=now + timedelta(minutes=1))
    make_signal(owner, symbol="XYZ", market_time=now, expires_at=now + timedelta(minutes=1))
    make_signal(owner, symbol="ABC", market_time=now - timedelta(hours=1), expires_at=now)
    # the values stand in another order in the SQL than here
    prepared: Prepared[Signal] = Prepared(
        lambda moments, symbols, owners: Signal.objects.filter(
            owner__in=owners, symbol__in=symbols, expires_at__gt=moments[0], market_time__lte=moments[1]
        )
    )
    moments = [now, now + timedelta(microseconds=1)]
    assert prepared(moments, ["ABC", "none such"], [owner.pk]) == [wanted]
    assert prepared(moments, ["none", "such"], [owner.pk]) == []
    assert prepared(moments, ["ABC", "XYZ"], [make_user().pk]) == []


def test_a_value_is_never_part_of_the_sql() -> None:
    make_signal(symbol="ABC")
    prepared: Prepared[Signal] = Prepared(lambda symbols: Signal.objects.filter(symbol__in=symbols))
    assert prepared(["ABC"]) != []
    assert prepared(["ABC' OR '1' = '1"]) == []
    assert prepared(["%s"]) == []


def test_annotations_and_fields_left_out() -> None:
    account = make_account(name="Kept")
    prepared: Prepared[Account] = Prepared(
        lambda ids: Account.objects.filter(pk__in=ids).annotate(who=F("owner")).only("currency")
    )
    (found,) = prepared([account.pk])
    assert found.who == account.owner_id  # type: ignore[attr-defined]
    with CaptureQueriesContext(connection) as asked:
        assert found.currency == "USD"
    assert not asked.captured_queries
    assert found.name == "Kept"


def test_nothing_wanted_is_nothing_asked() -> None:
    prepared: Prepared[Account] = Prepared(lambda ids, owners: Account.objects.filter(pk__in=ids, owner__in=owners))
    with CaptureQueriesContext(connection) as asked:
        assert prepared([], [1]) == prepared([1], []) == []
    assert not asked.captured_queries


@pytest.mark.parametrize(
    "build", [lambda ids: Account.objects.filter(pk=1), lambda ids: Account.objects.filter(pk__gt=len(ids))]
)
def test_a_value_that_the_query_does_not_have_is_an_error(build: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="value 0 is not in the query"):
        Prepared(build)([1])
