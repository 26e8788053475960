"""manage.py verify_events."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.trading.chained import sql
from tests.trading.factories import make_user
from trading.feed import events
from trading.models import EventCounter, EventType


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_events", *arguments, stdout=out)
    return out.getvalue()


def test_all_well(log: SimpleNamespace) -> None:
    assert "8 events of 1 owners checked" in run()


def test_it_names_owner_and_number_and_fails(log: SimpleNamespace) -> None:
    sql("UPDATE trading_event SET via = 'web' WHERE owner_id = %s AND number = 3", log.owner)
    out = io.StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("verify_events", stdout=out)
    assert failed.value.returncode == 1
    assert f"owner {log.owner} ({log.account.owner.username}), event 3: not what was written" in out.getvalue()


def test_one_user(log: SimpleNamespace) -> None:
    sql("DELETE FROM trading_event WHERE owner_id = %s AND number = 3", log.owner)
    other = make_user("other")
    events.emit(other.pk, [events.Draft(EventType.STATUS, {})])
    assert "1 events of 1 owners" in run("--user", "other")
    with pytest.raises(CommandError, match="1 of 1 logs"):
        run("--user", log.account.owner.username)
    with pytest.raises(CommandError, match="--user"):
        run("--user", "nobody")


def test_json_and_against_it(log: SimpleNamespace, tmp_path: Any) -> None:
    note = tmp_path / "note.json"
    note.write_text(run("--json"))
    (told,) = json.loads(note.read_text())["owners"]
    assert told == {
        "owner": log.owner,
        "username": log.account.owner.username,
        "last": 8,
        "head": EventCounter.objects.get(owner=log.owner).head,
        "findings": [],
    }
    run("--against", str(note))
    sql("DELETE FROM trading_event WHERE owner_id = %s", log.owner)
    EventCounter.objects.all().delete()
    assert "0 events of 0 owners" in run(), "nothing is left that could tell"
    with pytest.raises(CommandError, match="1 of 1"):
        run("--against", str(note))
    note.write_text("{}")
    with pytest.raises(CommandError, match="--against"):
        run("--against", str(note))
