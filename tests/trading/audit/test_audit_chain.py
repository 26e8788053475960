"""The hash chain: it survives the databases, and whatever is changed behind its back shows."""

import importlib
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.trading.chained import EVENTS, sql
from tests.trading.factories import make_account, make_session, make_user
from trading import triggers
from trading.audit import audit_chain, audit_check
from trading.audit.audit_check import (
    ADDED,
    CHANGED,
    CUT_OFF,
    MISSING,
    NO_COUNTER,
    NOT_AS_NOTED,
    TWICE,
    UNREADABLE,
    UNSEALED,
    Finding,
    Head,
    verify,
)
from trading.feed import events
from trading.models import AlgorithmConfig, Event, EventCounter, EventType

_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # PostgreSQL takes no others
_numbers = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**40), 10**40)
_edges = st.sampled_from([-0.0, 0.0, 1.0, 1e16, 1e22, 1e300, 1.5e300, 5e-324, 1e-7, 123456789.125, 2**53 + 1, 0.1])
_leaves = st.none() | st.booleans() | _numbers | _edges | st.text(_letters, max_size=20)
_keys = st.text(_letters, max_size=8) | st.integers(0, 20)
_payloads = st.recursive(_leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4))


def found(owner: int, noted: Head | None = None) -> list[tuple[int, int, str]]:
    return [(item.first, item.last, item.problem) for item in verify(owner, noted)]


def hash_of(owner: int, number: int) -> str:
    return Event.objects.get(owner=owner, number=number).hash


def test_each_event_says_who_did_it(log: SimpleNamespace) -> None:
    first, second = Event.objects.filter(owner=log.owner).order_by("number")[:2]
    assert (first.actor_id, first.via) == (log.admin.pk, "admin")
    assert (second.actor_id, second.via) == (None, "")


def test_a_log_that_was_left_alone(log: SimpleNamespace) -> None:
    assert found(log.owner) == []
    assert found(make_user().pk) == []
    events.hold_counter(empty := make_user().pk)
    assert found(empty) == []


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(payloads=st.lists(st.dictionaries(_keys, _payloads, max_size=5), min_size=1, max_size=3))
def test_any_payload_comes_back_as_it_was_hashed(db: None, payloads: list[dict[str, Any]]) -> None:
    owner = make_user().pk
    events.emit(owner, [events.Draft(EventType.STATUS, payload) for payload in payloads])
    assert list(verify(owner)) == []


@given(payload=_payloads)
def test_hashing_does_not_depend_on_the_order_of_keys(payload: Any) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    once = audit_chain.normalized(json.dumps(payload))
    assert link(once) == link(turned(once))


def link(payload: Any) -> str:
    moment = audit_chain.datetime(2026, 1, 2, tzinfo=audit_chain.UTC)
    content: dict[str, Any] = {"owner": 1, "number": 1, "type": "x", "account": None, "actor": None, "via": ""}
    return audit_chain.event_hash("", **content, payload=payload, created_at=moment)


@pytest.mark.parametrize("other", [2, 2.5, "1", True, None, [1], 10**40 + 1])
def test_other_numbers_hash_otherwise(other: Any) -> None:
    assert link({"a": 1}) != link({"a": other})
    assert link({"a": 10**40}) != link({"a": other})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_number_no_event(db: None, number: float) -> None:
    user = make_user()
    with pytest.raises(ValueError, match="JSON compliant"):
        events.emit(user.pk, [events.Draft(EventType.STATUS, {"x": number})])
    assert not Event.objects.filter(owner=user).exists()


@pytest.mark.parametrize(
    "change",
    [
        'payload = \'{"text": "9"}\'',
        "payload = '{}'",
        "actor_id = NULL",
        "actor_id = owner_id",
        "via = 'web'",
        "type = 'error'",
        "account_id = NULL",
        "created_at = '2020-01-01 00:00:00+00:00'",
    ],
)
def test_a_changed_row(log: SimpleNamespace, change: str) -> None:
    sql(f"UPDATE trading_event SET {change} WHERE owner_id = %s AND number = 3", log.owner)
    assert found(log.owner) == [(3, 3, CHANGED)]


def test_a_changed_hash(log: SimpleNamespace) -> None:
    sql("UPDATE trading_event SET hash = %s WHERE owner_id = %s AND number = 3", "0" * 64, log.owner)
    assert found(log.owner) == [(3, 4, CHANGED)]


def test_content_that_nobody_could_have_written(log: SimpleNamespace) -> None:
    sql("UPDATE trading_event SET payload = %s WHERE owner_id = %s AND number = 3", "1" + "0" * 5000, log.owner)
    assert found(log.owner) == [(3, 3, UNREADABLE)]


def test_removed_rows(log: SimpleNamespace) -> None:
    sql("DELETE FROM trading_event WHERE owner_id = %s AND number IN (1, 4, 5)", log.owner)
    assert found(log.owner) == [(1, 1, MISSING), (4, 5, MISSING)]


def test_a_row_given_to_another_owner(log: SimpleNamespace) -> None:
    sql("UPDATE trading_event SET owner_id = %s WHERE owner_id = %s AND number = 3", log.admin.pk, log.owner)
    assert found(log.owner) == [(3, 3, MISSING)]
    assert found(log.admin.pk) == [(3, 3, ADDED)]
    assert log.admin.pk in audit_check.owners()


def test_an_end_cut_off(log: SimpleNamespace) -> None:
    sql("DELETE FROM trading_event WHERE owner_id = %s AND number > 6", log.owner)
    assert found(log.owner) == [(7, 8, CUT_OFF)]


@pytest.mark.parametrize("numbers_too", [True, False])
def test_an_end_cut_off_with_the_counter_put_back(log: SimpleNamespace, numbers_too: bool) -> None:
    sql("DELETE FROM trading_event WHERE owner_id = %s AND number > 6", log.owner)
    sql("UPDATE trading_eventcounter SET head = %s WHERE owner_id = %s", hash_of(log.owner, 6), log.owner)
    if numbers_too:
        sql("UPDATE trading_eventcounter SET last = 6 WHERE owner_id = %s", log.owner)
    assert found(log.owner) == [(6, 6, UNSEALED) if numbers_too else (7, 8, CUT_OFF)]


def test_all_removed_but_the_counter(log: SimpleNamespace) -> None:
    sql("DELETE FROM trading_event WHERE owner_id = %s", log.owner)
    assert found(log.owner) == [(1, 8, CUT_OFF)]


def test_a_removed_counter(log: SimpleNamespace) -> None:
    EventCounter.objects.filter(owner=log.owner).delete()
    assert found(log.owner) == [(8, 8, NO_COUNTER)]
    assert log.owner in audit_check.owners()


def test_two_rows_swapped(log: SimpleNamespace) -> None:
    for old, new in ((3, 99), (5, 3), (99, 5)):
        sql("UPDATE trading_event SET number = %s WHERE owner_id = %s AND number = %s", new, log.owner, old)
    assert found(log.owner) == [(3, 6, CHANGED)]


def test_a_row_renumbered(log: SimpleNamespace) -> None:
    sql("UPDATE trading_event SET number = 10 WHERE owner_id = %s AND number = 8", log.owner)
    assert found(log.owner) == [(8, 8, CUT_OFF), (10, 10, ADDED)]


def add(owner: int, number: int) -> None:
    row = Event.objects.get(owner=owner, number=2)
    row.pk, row.number = None, number
    row.save(force_insert=True)


def test_a_row_added_behind_the_end(log: SimpleNamespace) -> None:
    add(log.owner, 9)
    assert found(log.owner) == [(9, 9, ADDED)]


def test_a_row_put_in_between(log: SimpleNamespace) -> None:
    for number in range(8, 4, -1):
        sql("UPDATE trading_event SET number = %s WHERE owner_id = %s AND number = %s", number + 1, log.owner, number)
    add(log.owner, 5)
    sql("UPDATE trading_eventcounter SET last = 9 WHERE owner_id = %s", log.owner)
    assert found(log.owner) == [(5, 9, CHANGED), (9, 9, UNSEALED)]


def test_a_number_given_twice(log: SimpleNamespace) -> None:
    if connection.vendor == "sqlite":  # the constraint is part of the table there, and cannot be dropped
        row = audit_check._rows(log.owner)[0]
        walk = audit_check._Walk(log.owner, None)
        assert [item.problem for item in [*walk._step(row), *walk._step(row)]] == [TWICE]
        return
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("ALTER TABLE trading_event DROP CONSTRAINT event_number_once_per_owner")
    add(log.owner, 4)
    assert (4, 4, TWICE) in found(log.owner)


def rewrite(owner: int, secret: str | None) -> None:
    """What somebody with the database can do: change an event, compute the chain anew, and the seal with some key."""
    sql('UPDATE trading_event SET payload = \'{"text": "9"}\' WHERE owner_id = %s AND number = 3', owner)
    previous = ""
    for row in audit_check._rows(owner):
        previous = audit_chain.event_hash(
            previous,
            owner=owner,
            account=row["account_id"],
            actor=row["actor_id"],
            payload=audit_chain.normalized(row["text"]),
            **{name: row[name] for name in ("number", "type", "via", "created_at")},
        )
        sql("UPDATE trading_event SET hash = %s WHERE owner_id = %s AND number = %s", previous, owner, row["number"])
    EventCounter.objects.filter(owner=owner).update(head=previous)
    if secret is not None:
        EventCounter.objects.filter(owner=owner).update(seal=audit_chain.seal(owner, EVENTS, previous, secret))


@pytest.mark.parametrize("secret", [None, "a guess"])
def test_a_chain_written_anew_without_the_key(log: SimpleNamespace, secret: str | None) -> None:
    rewrite(log.owner, secret)
    assert found(log.owner) == [(8, 8, UNSEALED)]


def test_only_the_seal_keeps_from_writing_it_anew(log: SimpleNamespace, settings: Any) -> None:
    """That the test above finds it is due to the key, and to nothing else."""
    rewrite(log.owner, settings.SECRET_KEY)
    assert found(log.owner) == []


def test_a_seal_of_another_owner_or_number_does_not_fit(log: SimpleNamespace) -> None:
    counter = EventCounter.objects.get(owner=log.owner)
    for forged in (
        audit_chain.seal(log.owner + 1, counter.last, counter.head),
        audit_chain.seal(log.owner, counter.last - 1, counter.head),
        audit_chain.seal(log.owner, counter.last, "0" * 64),
        "",
    ):
        EventCounter.objects.filter(owner=log.owner).update(seal=forged)
        assert found(log.owner) == [(8, 8, UNSEALED)]


def test_a_log_that_was_rolled_back_shows_against_an_earlier_note(log: SimpleNamespace) -> None:
    """Its old seal is genuine: that is what the note is for."""
    early = EventCounter.objects.get(owner=log.owner)
    events.emit(log.owner, [events.Draft(EventType.STATUS, {"text": "later"})])
    late = EventCounter.objects.get(owner=log.owner)
    assert found(log.owner, Head(early.last, early.head)) == found(log.owner, Head(late.last, late.head)) == []
    sql("DELETE FROM trading_event WHERE owner_id = %s AND number = 9", log.owner)
    early.save()
    assert found(log.owner) == []
    assert found(log.owner, Head(late.last, late.head)) == [(9, 9, NOT_AS_NOTED)]
    assert found(log.owner, Head(early.last, "0" * 64)) == [(8, 8, NOT_AS_NOTED)]


def test_old_keys_still_count(log: SimpleNamespace, settings: Any) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "new" * 20
    assert found(log.owner) == [(8, 8, UNSEALED)]
    settings.SECRET_KEY_FALLBACKS = [old]
    assert found(log.owner) == []
    events.emit(log.owner, [events.Draft(EventType.STATUS, {})])
    settings.SECRET_KEY_FALLBACKS = []
    assert found(log.owner) == [], "the next event is sealed with the new key"


def test_events_that_come_meanwhile_do_no_harm(log: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    original = audit_check._rows

    def rows(owner_id: int) -> Any:
        events.emit(owner_id, [events.Draft(EventType.STATUS, {"text": "meanwhile"})] * 2)
        return original(owner_id)

    monkeypatch.setattr(audit_check, "_rows", rows)
    assert found(log.owner) == []


def test_neighbors_are_one_finding() -> None:
    findings = [Finding(1, 2, 2, "a"), Finding(1, 3, 4, "a"), Finding(1, 5, 5, "b"), Finding(1, 7, 7, "b")]
    assert [str(item) for item in audit_check._joined(iter(findings))] == [
        "events 2 to 4: a",
        "event 5: b",
        "event 7: b",
    ]


def test_events_older_than_the_chain_are_chained(log: SimpleNamespace) -> None:
    """Migration 0006, with the triggers in place."""
    sql("UPDATE trading_event SET hash = ''")
    sql("UPDATE trading_eventcounter SET head = '', seal = ''")
    triggers.install(connection)
    migration = importlib.import_module("trading.migrations.0006_hash_events")
    migration.hash_events(apps, SimpleNamespace(connection=connection))
    assert found(log.owner) == []
    triggers.install(connection)
    events.emit(log.owner, [events.Draft(EventType.STATUS, {})])
    assert found(log.owner) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda: AlgorithmConfig.objects.update(config={}),
        lambda: AlgorithmConfig.objects.filter(version=99).delete(),
        lambda: Event.objects.update(via="web"),
        lambda: Event.objects.all().delete(),
    ],
)
def test_the_database_keeps_them_as_they_are(db: None, change: Callable[[], Any]) -> None:
    session = make_session(make_account())
    AlgorithmConfig.objects.create(session=session, version=99, config={"a": 1}, digest="x")
    events.emit(session.account.owner_id, [events.Draft(EventType.STATUS, {})])
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()
