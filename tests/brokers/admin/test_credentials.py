"""The admin's pages of credentials: keys go in, and none comes out."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from brokers import vault
from brokers.interface import Secret
from brokers.models import BrokerCredential
from tests.brokers.venue import Venue, fake_venue
from tests.trading.factories import make_user
from trading.accounts import opening
from trading.models import AccountMode

LIST, ADD = "admin:brokers_brokercredential_changelist", "admin:brokers_brokercredential_add"


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def venue() -> Iterator[Venue]:
    with fake_venue() as made:
        yield made


@pytest.fixture
def owner(db: None) -> Any:
    return make_user()


def add(staff: Client, owner: Any, **changes: Any) -> Any:
    body = {
        "owner": owner.pk,
        "broker": "delta",
        "label": "mine",
        "environment": "test",
        "account_id": "",
        "api_key": "good-key-1",
        "api_secret": "good-secret-1",
    }
    return staff.post(reverse(ADD), {**body, **changes})


def act(staff: Client, action: str, *rows: BrokerCredential) -> str:
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return staff.post(reverse(LIST), body, follow=True).content.decode()


def test_added_through_the_vault(staff: Client, owner: Any) -> None:
    assert add(staff, owner).status_code == 302
    row = BrokerCredential.objects.get()
    assert (row.owner, row.label, row.fields) == (owner, "mine", ["api_key", "api_secret"])
    assert vault.unseal(row)["api_key"] == Secret("good-key-1")
    pages = [reverse(LIST), reverse("admin:brokers_brokercredential_change", args=[row.pk])]
    pages += [reverse("admin:brokers_brokercredential_history", args=[row.pk]), reverse("admin:index")]
    for page in pages:
        shown = staff.get(page).content
        assert b"good-key" not in shown
        assert b"good-secret" not in shown
        assert bytes(row.ciphertext).hex().encode() not in shown
    assert "good" not in "".join(LogEntry.objects.values_list("change_message", flat=True))


def test_what_is_wrong_is_named_and_the_keys_are_not_shown_again(staff: Client, owner: Any) -> None:
    for changes, field in [
        ({"api_secret": ""}, "api_secret"),
        ({"broker": "okx"}, "password"),
        ({"token": "t"}, "token"),
        ({"broker": "mexc"}, "environment"),
        ({"broker": "bitmex"}, "broker"),
        ({"label": ""}, "label"),
    ]:
        answer = add(staff, owner, **changes)
        assert answer.status_code == 200, changes
        assert field in answer.context["adminform"].form.errors, changes
        assert "good-key" not in answer.content.decode()
        assert "good-secret" not in answer.content.decode()
    assert not BrokerCredential.objects.exists()


def test_a_label_twice(staff: Client, owner: Any) -> None:
    add(staff, owner)
    answer = add(staff, owner)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert BrokerCredential.objects.count() == 1


def test_never_changed_and_deleted_only_by_its_action(staff: Client, owner: Any) -> None:
    add(staff, owner)
    row = BrokerCredential.objects.get()
    assert staff.post(reverse("admin:brokers_brokercredential_change", args=[row.pk]), {}).status_code == 403
    assert staff.post(reverse("admin:brokers_brokercredential_delete", args=[row.pk])).status_code == 403
    assert "delete_selected" not in staff.get(reverse(LIST)).content.decode()
    assert "1 removed." in act(staff, "remove_credentials", row)
    assert not BrokerCredential.objects.exists()


def test_validating(staff: Client, owner: Any, venue: Venue) -> None:
    add(staff, owner)
    add(staff, owner, label="bad", api_key="another-key")
    page = act(staff, "validate_credentials", *BrokerCredential.objects.all())
    assert "1 valid." in page
    assert "The keys are not accepted." in page
    assert "another-key" not in page
    assert list(BrokerCredential.objects.order_by("pk").values_list("status", flat=True)) == ["VALID", "INVALID"]


def test_not_removed_while_in_use(staff: Client, owner: Any, venue: Venue) -> None:
    add(staff, owner)
    row = BrokerCredential.objects.get()
    opening.book(opening.prepare(owner_id=owner.pk, name="D", mode=AccountMode.DEMO, credential_id=row.pk))
    assert "close the account first" in act(staff, "remove_credentials", row)
    assert BrokerCredential.objects.exists()


def test_those_who_may_only_look(owner: Any, staff: Client, venue: Venue) -> None:
    add(staff, owner)
    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename="view_brokercredential"))
    client = Client()
    client.force_login(viewer)
    assert client.get(reverse(LIST)).status_code == 200
    assert client.get(reverse(ADD)).status_code == 403
    act(client, "remove_credentials", BrokerCredential.objects.get())
    act(client, "validate_credentials", BrokerCredential.objects.get())
    assert BrokerCredential.objects.get().status == "UNTESTED"
