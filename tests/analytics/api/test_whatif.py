"""Asking what other settings would have made of a session; what comes of it: tests/analytics/whatif/test_whatif.py."""

from typing import Any

import pytest

from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_session, make_user

pytestmark = pytest.mark.django_db

PATH = "/api/whatif/"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"risk": {"max_trades_per_day": 0}}, "risk.max_trades_per_day"),
        ({"sizing": {"method": "MOON"}}, "sizing.method"),
        ({"exit_plan": {"time_exit_minutes": "soon"}}, "exit_plan.time_exit_minutes"),
        ({"schedule": {"time_zone": "Mars"}}, "schedule.time_zone"),
        ({"min_confidence": 1.5}, "min_confidence"),
        ({"default_stop_percent": 0}, "default_stop_percent"),
        ({"account": {"balance": 5}}, "account.balance"),
        ({"account": {"leverage": 0}}, "account.leverage"),
        ({"start": "yesterday"}, "start"),
        ({"start": "2026-01-02", "end": "2026-01-01"}, "end"),
        ({"venue": "../x"}, "venue"),
        ({"colour": "red"}, "colour"),
        ({"session": None}, "session"),
        ({}, "session"),  # it has decided on nothing yet
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], named: str) -> None:
    session = make_session(make_account())
    asked = {"session": session.pk, **given}
    check_error(client_of(session.account.owner).post(PATH, asked, format="json"), 400, "invalid", named)


def test_contracts_cannot_be_replayed_from_candles() -> None:
    account = make_account(mode="DEMO", broker="deriv")
    session = make_session(account, venue=account.venue)
    error = check_error(
        client_of(account.owner).post(PATH, {"session": session.pk}, format="json"), 400, "invalid", "session"
    )
    assert "contracts" in error["message"]


def test_another_users_session_is_not_there() -> None:
    session = make_session(make_account())
    check_error(client_of(make_user()).post(PATH, {"session": session.pk}, format="json"), 404, "not_found")
