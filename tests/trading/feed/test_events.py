"""Events of several owners at once."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction

from tests.trading.factories import make_user
from trading.audit.audit_check import verify
from trading.feed import events
from trading.models import Event, EventCounter, EventType


def drafts(*names: str) -> list[events.Draft]:
    return [events.Draft(EventType.STATUS, {"name": name}) for name in names]


@pytest.mark.django_db
def test_each_owner_has_numbers_and_a_chain_of_his_own() -> None:
    first, second, idle = make_user(), make_user(), make_user()
    events.emit(second.pk, drafts("before"))
    found = events.emit_all({second.pk: drafts("c"), idle.pk: [], first.pk: drafts("a", "b")})
    assert {pk: [event.number for event in listed] for pk, listed in found.items()} == {
        first.pk: [1, 2],
        second.pk: [2],
    }
    assert not Event.objects.filter(owner=idle).exists()
    for owner in (first, second):
        assert list(verify(owner.pk)) == []
        counter, last = EventCounter.objects.get(owner=owner), Event.objects.filter(owner=owner).first()
        assert last is not None
        assert (counter.last, counter.head) == (last.number, last.hash)


@pytest.mark.django_db
def test_all_or_nothing() -> None:
    first, second = make_user(), make_user()
    with pytest.raises(ValueError), transaction.atomic():
        events.emit_all({first.pk: drafts("a"), second.pk: [events.Draft(EventType.STATUS, {"nan": float("nan")})]})
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_writers_for_the_same_owners_do_not_deadlock_over_their_first_events() -> None:
    owners = [make_user().pk for _ in range(6)]
    gathered, wrong = threading.Barrier(12), []

    def write(turn: int) -> None:
        order = owners[turn % 6 :] + owners[: turn % 6]
        try:
            gathered.wait()
            events.emit_all({pk: drafts(str(turn)) for pk in order[: 2 + turn % 4]})
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(turn,)) for turn in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    for pk in owners:
        numbers: list[Any] = list(Event.objects.filter(owner=pk).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert list(verify(pk)) == []
