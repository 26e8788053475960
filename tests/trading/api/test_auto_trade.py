"""/api/auto-trade/: all sessions at once."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error
from tests.trading.factories import make_account, make_session
from trading.accounts import paper
from trading.market import wall_now
from trading.models import AutoTradingSession, KillSwitch, SessionStatus
from trading.sessions import sessions

PATH = "/api/auto-trade/"


def step(api: APIClient, name: str, **more: Any) -> Any:
    key = more.pop("key", None)
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return api.post(f"{PATH}{name}/", more, format="json", **headers)


@pytest.fixture
def other(floor: SimpleNamespace) -> AutoTradingSession:
    """A stopped session of another account of the owner."""
    return make_session(make_account(floor.owner), status=SessionStatus.STOPPED)


def test_how_they_stand(api: APIClient, stranger: APIClient, floor: SimpleNamespace, other: AutoTradingSession) -> None:
    told = api.get(f"{PATH}status/").json()
    assert (told["is_running"], told["kill_switch_engaged"]) == (True, False)
    assert {name: told[name] for name in ("running", "paused", "halted", "stopped")} == {
        "running": 1,
        "paused": 0,
        "halted": 0,
        "stopped": 1,
    }
    assert [item["id"] for item in told["sessions"]] == [floor.session.pk, other.pk]
    own = api.get(f"{PATH}status/?account={other.account_id}").json()
    assert (own["is_running"], [item["id"] for item in own["sessions"]]) == (False, [other.pk])
    assert stranger.get(f"{PATH}status/").json()["sessions"] == []
    check_error(stranger.get(f"{PATH}status/?account={other.account_id}"), 404, "not_found")


def test_nothing_runs_with_the_account_off_or_the_kill_switch_on(api: APIClient, floor: SimpleNamespace) -> None:
    paper.update_settings(floor.account.pk, {"auto_trading_enabled": False})
    assert api.get(f"{PATH}status/").json()["is_running"] is False
    paper.update_settings(floor.account.pk, {"auto_trading_enabled": True})
    KillSwitch.objects.create(owner=None, engaged_at=wall_now())
    told = api.get(f"{PATH}status/").json()
    assert (told["is_running"], told["kill_switch_engaged"]) == (False, True)
    check_error(step(api, "start"), 409, "kill_switch_engaged")
    assert step(api, "stop").status_code == 200


def test_the_whole_way_round(api: APIClient, floor: SimpleNamespace, other: AutoTradingSession) -> None:
    both = [floor.session.pk, other.pk]
    assert step(api, "start").json()["changed"] == [other.pk]
    assert step(api, "pause").json()["changed"] == both
    paused = step(api, "pause").json()
    assert (paused["changed"], paused["paused"], paused["is_running"]) == ([], 2, False)
    assert step(api, "resume", account=other.account_id).json()["changed"] == [other.pk]
    stopped = step(api, "stop").json()
    assert (stopped["changed"], stopped["stopped"]) == (both, 2)


def test_who_was_halted_is_resumed_by_itself(api: APIClient, floor: SimpleNamespace) -> None:
    sessions.halt(session_id=floor.session.pk, limit="max_drawdown_percent", reason="Fell.")
    for name in ("start", "resume"):
        told = step(api, name).json()
        assert [(item["session"], item["code"]) for item in told["refused"]] == [(floor.session.pk, "session_halted")]
        assert (told["halted"], told["changed"]) == (1, [])


def test_once_for_a_key(api: APIClient, floor: SimpleNamespace) -> None:
    first = step(api, "stop", key="k")
    sessions.start(session_id=floor.session.pk)
    assert step(api, "stop", key="k").json() == first.json()
    floor.session.refresh_from_db()
    assert floor.session.status == SessionStatus.RUNNING


def test_nobody_elses(stranger: APIClient, api: APIClient, floor: SimpleNamespace) -> None:
    assert step(stranger, "stop").json()["changed"] == []
    check_error(step(stranger, "stop", account=floor.account.pk), 404, "not_found")
    check_error(step(api, "stop", accounts=[1]), 400, "invalid", "accounts")
    floor.session.refresh_from_db()
    assert floor.session.status == SessionStatus.RUNNING
