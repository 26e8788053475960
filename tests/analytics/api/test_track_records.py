"""/api/track-records/ and the public page's JSON."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.settings import api_settings

from analytics.api.track_records import PublicThrottle
from analytics.models import TrackRecord
from analytics.track_record import checking
from tests.analytics.track_record.trading import make_trader, trade_once
from tests.clients import check_error, client_of
from tests.trading.factories import make_session
from trading.models import Event

pytestmark = pytest.mark.django_db
URL = "/api/track-records/"


@pytest.fixture
def desk(db: None) -> SimpleNamespace:
    cache.clear()
    session = make_trader()
    trade_once(session, 104.0)
    return SimpleNamespace(session=session, account=session.account, api=client_of(session.account.owner))


def publish(desk: SimpleNamespace, **values: Any) -> Any:
    body = {"title": "Mine", "account": desk.account.pk, **values}
    return desk.api.post(URL, {name: value for name, value in body.items() if value is not None}, format="json")


def public(slug: str, **headers: str) -> Any:
    return Client(headers=headers).get(f"/api/public/track-records/{slug}/")


def test_published_it_is_there_for_anybody(desk: SimpleNamespace) -> None:
    made = publish(desk)
    assert made.status_code == 201
    body = made.json()
    assert len(body["slug"]) >= 20
    assert (body["address"], body["is_published"], body["show_amounts"]) == (f"/r/{body['slug']}", True, False)
    assert body["verified"]["ok"] is None
    checking.check_record(body["id"])
    told = public(body["slug"]).json()
    assert (told["title"], told["mode"], told["verified"]["ok"]) == ("Mine", "PAPER", True)
    assert told["figures"]["core"]["trades"] == 1
    [listed] = desk.api.get(URL).json()["results"]
    assert listed["verified"]["ok"] is True
    assert Event.objects.filter(payload__action="track_record.published").count() == 1


def test_addresses_differ_and_may_be_chosen(desk: SimpleNamespace) -> None:
    first = publish(desk).json()["slug"]
    second = publish(desk, account=None, session=desk.session.pk, slug="my-record").json()["slug"]
    assert (first != second, second) == (True, "my-record")
    other = make_session(desk.account)
    check_error(publish(desk, account=None, session=other.pk, slug="my-record"), 400, "invalid", "slug")
    check_error(publish(desk, account=None, session=other.pk, slug="Ab"), 400, "invalid", "slug")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"account": None}, "account"),
        ({"session": 1}, "account"),
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"owner": 1}, "owner"),
    ],
)
def test_what_is_wrong_is_named(desk: SimpleNamespace, values: dict[str, Any], field: str) -> None:
    check_error(publish(desk, **values), 400, "invalid", field)


def test_once_an_account_and_once_a_key(desk: SimpleNamespace) -> None:
    body = {"title": "Mine", "account": desk.account.pk}
    answers = [desk.api.post(URL, body, format="json", headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [item.status_code for item in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert TrackRecord.objects.count() == 1
    check_error(publish(desk), 409, "already_published")


def test_taken_off_the_air_it_is_not_there(desk: SimpleNamespace) -> None:
    made = publish(desk).json()
    change = {"is_published": False, "title": "Other"}
    assert desk.api.patch(f"{URL}{made['id']}/", change, format="json").json()["title"] == "Other"
    check_error(public(made["slug"]), 404, "not_found")
    desk.api.patch(f"{URL}{made['id']}/", {"is_published": True}, format="json")
    assert public(made["slug"]).status_code == 200
    assert desk.api.delete(f"{URL}{made['id']}/").status_code == 204
    check_error(public(made["slug"]), 404, "not_found")
    actions = Event.objects.filter(type="audit", payload__subject=f"track record {made['id']}").order_by("number")
    changed = ["track_record.changed"] * 2
    assert [item.payload["action"] for item in actions] == ["track_record.published", *changed, "track_record.removed"]


def test_amounts_are_hidden_from_the_moment_that_it_is_asked_for(desk: SimpleNamespace) -> None:
    made = publish(desk, show_amounts=True).json()
    checking.check_record(made["id"])
    told = public(made["slug"]).json()
    assert told["currency"] == "USD"
    assert told["trades"][0]["quantity"]
    desk.api.patch(f"{URL}{made['id']}/", {"show_amounts": False}, format="json")
    told = public(made["slug"]).json()
    assert not {"currency", "trades"} & told.keys()
    assert "total_pnl" not in told["figures"]["core"]


def test_a_copy_is_good_for_a_minute_and_asked_for_again(desk: SimpleNamespace) -> None:
    made = publish(desk).json()
    assert public(made["slug"]).headers["Cache-Control"] == "no-store", "nothing is known before the first check"
    checking.check_record(made["id"])
    answer = public(made["slug"])
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    same = public(made["slug"], **{"If-None-Match": answer.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == answer.headers["ETag"]
    desk.api.patch(f"{URL}{made['id']}/", {"title": "Renamed"}, format="json")
    assert public(made["slug"], **{"If-None-Match": answer.headers["ETag"]}).status_code == 200


def test_a_look_asks_for_the_kept_result_alone(desk: SimpleNamespace, django_assert_max_num_queries: Any) -> None:
    made = publish(desk).json()
    checking.check_record(made["id"])
    with django_assert_max_num_queries(2):
        assert public(made["slug"]).json()["verified"]["ok"]


def test_strangers_are_limited(desk: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PublicThrottle, "THROTTLE_RATES", {**api_settings.DEFAULT_THROTTLE_RATES, "public": "2/min"})
    codes = [public("nowhere").status_code for _ in range(3)]
    assert codes == [404, 404, 429]
