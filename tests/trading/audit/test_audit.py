"""The audit: what was done to money, keys, settings and people, by whom, from what to what."""

import base64
from datetime import UTC, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from brokers import credentials
from brokers.interface import Secret
from signals.models import WebhookEndpoint
from tests.brokers.venue import fake_venue, keys_of
from tests.clients import open_trade
from tests.trading.factories import make_account, make_user
from trading.accounts import accounts, opening, paper
from trading.audit import audit
from trading.audit.actors import acting
from trading.audit.audit_check import verify
from trading.models import AccountMode, Event, EventType, TradeStatus


def told(owner: Any, action: str = "") -> list[dict[str, Any]]:
    """The payloads of the owner's audit, oldest first."""
    found = Event.objects.filter(owner=owner, type=EventType.AUDIT).order_by("number")
    return [event.payload for event in found if action in ("", event.payload["action"])]


def changes(owner: Any, action: str) -> tuple[Any, Any]:
    """Before and after, of the only one."""
    (payload,) = told(owner, action)
    return payload["before"], payload["after"]


class TestRecord:
    def test_only_what_differs_is_kept(self, db: None) -> None:
        user = make_user()
        audit.record(
            owner_id=user.pk,
            action="thing.changed",
            subject="thing 1",
            before={"a": 1, "b": Decimal("1.50"), "gone": 1},
            after={"a": 1, "b": Decimal("2.00"), "new": True},
        )
        assert changes(user, "thing.changed") == ({"b": "1.5", "gone": 1}, {"b": "2", "new": True})

    def test_nothing_where_nothing_differs(self, db: None) -> None:
        user = make_user()
        same = {"a": Decimal("1.0")}
        said = audit.record(owner_id=user.pk, action="x", subject="x", before=same, after={"a": Decimal(1)})
        assert said is None
        assert not told(user)

    def test_any_value_becomes_json(self, db: None) -> None:
        user = make_user()
        moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        values = {"t": moment, "at": time(8, 30), "l": (1, Decimal("1E+3")), "s": {"b", "a"}, "e": TradeStatus.OPEN}
        audit.record(owner_id=user.pk, action="x", subject="x", before=None, after={**values, "o": object})
        before, after = changes(user, "x")
        assert before is None
        assert after == {
            "t": "2026-01-02T03:04:05Z",
            "at": "08:30:00",
            "l": [1, "1000"],
            "s": ["a", "b"],
            "e": "OPEN",
            "o": "<class 'object'>",
        }

    def test_with_the_work_or_not_at_all(self, db: None) -> None:
        user = make_user()
        with transaction.atomic():
            audit.record(owner_id=user.pk, action="x", subject="x", before=None, after={})
            transaction.set_rollback(True)
        assert not told(user)

    def test_who_and_how(self, db: None) -> None:
        user, admin = make_user(), make_user("boss")
        with acting(admin.pk, "admin"):
            audit.record(owner_id=user.pk, action="x", subject="x", before=None, after={}, account_id=None)
        audit.record(owner_id=user.pk, action="y", subject="y", before=None, after={})
        by_person, by_system = told(user)
        assert (by_person["actor"], by_person["via"]) == ({"id": admin.pk, "username": "boss"}, "admin")
        assert (by_system["actor"], by_system["via"]) == (None, "")


class TestAccounts:
    def test_opened_changed_closed(self, db: None) -> None:
        user = make_user()
        opened = accounts.open_paper(
            owner_id=user.pk, name="Desk", initial_balance=Decimal(500), leverage=Decimal(2), currency="USD"
        )
        accounts.update(account_id=opened.pk, changes={"name": "Table", "leverage": Decimal(3), "max_open_trades": 4})
        accounts.update(account_id=opened.pk, changes={"name": "Table"})
        accounts.update(account_id=opened.pk, changes={"fill_model": {"slippage_bps": 3}})
        accounts.close(account_id=opened.pk)
        assert changes(user, "account.opened")[1]["initial_balance"] == "500"
        seen = [(item["before"], item["after"]) for item in told(user, "account.changed")]
        assert ({"max_open_trades": 5}, {"max_open_trades": 4}) in seen
        assert ({"name": "Desk", "leverage": "2"}, {"name": "Table", "leverage": "3"}) in seen
        assert ({"fill_model": {}}, {"fill_model": {"slippage_bps": 3}}) in seen
        assert len(seen) == 3
        before, after = changes(user, "account.closed")
        assert (before["is_enabled"], after["is_enabled"]) == (True, False)
        assert after["closed_at"]
        assert {item["subject"] for item in told(user) if item["action"].startswith("account")} == {
            f"account {opened.pk}"
        }

    def test_started_and_reset(self, db: None) -> None:
        user = make_user()
        account = paper.start(owner_id=user.pk, account=None, initial_balance=Decimal(100), settings={})
        assert changes(user, "account.opened")[1]["name"] == "Paper"
        paper.reset(account.pk, Decimal(200))
        before, after = changes(user, "account.reset")
        assert (before["balance"], after["balance"]) == ("100", "200")
        paper.start(owner_id=user.pk, account=account, initial_balance=Decimal(200), settings={"max_open_trades": 2})
        assert changes(user, "account.changed") == ({"max_open_trades": 5}, {"max_open_trades": 2})

    def test_real_money(self, db: None) -> None:
        live = make_account(mode=AccountMode.LIVE, name="Desk")
        accounts.switch_live_trading(account_id=live.pk, enabled=True, confirm="Desk")
        accounts.switch_live_trading(account_id=live.pk, enabled=True, confirm="Desk")
        switch = "live_trading_enabled"
        assert changes(live.owner, "live_trading.switched") == ({switch: False}, {switch: True})

    def test_at_a_broker(self, db: None) -> None:
        user = make_user()
        with fake_venue() as venue:
            keys = {name: Secret(text) for name, text in keys_of("okx").items()}
            row = credentials.add(owner_id=user.pk, broker="okx", environment="test", secrets=keys)
            ready = opening.prepare(owner_id=user.pk, name="Demo", mode=AccountMode.DEMO, credential_id=row.pk)
            account = opening.book(ready)
            assert changes(user, "account.opened")[1]["credential_id"] == row.pk
            venue.balances = [venue.balances[0].__class__("USDT", *[Decimal(1500)] * 3)]
            accounts.check_connection(account_id=account.pk)
        assert changes(user, "account.checked")[1]["state"] == "CONNECTED"
        assert changes(user, "balance.adjusted") == ({"balance": "1000"}, {"balance": "1500"})


class TestKeys:
    def secrets(self) -> dict[str, Secret]:
        return {name: Secret(text) for name, text in keys_of("okx").items()}

    def test_added_checked_replaced_rotated_removed(self, db: None, settings: Any) -> None:
        user = make_user()
        with fake_venue():
            row = credentials.add(owner_id=user.pk, broker="okx", environment="test", secrets=self.secrets())
            found = credentials.validate(credential=row)
            credentials.replace(credential=row, secrets=self.secrets(), account_id="7", checked=found)
            new = base64.b64encode(bytes(range(32))).decode()
            settings.VAULT_KEYS = f"next:{new},{settings.VAULT_KEYS}"
            call_command("rotate_keys")
            credentials.remove(credential=row)
        assert [item["action"] for item in told(user)] == [
            "credential.added",
            "credential.checked",
            "credential.replaced",
            "secrets.resealed",
            "credential.removed",
        ]
        before, after = changes(user, "credential.replaced")
        assert (before["account_id"], after["account_id"], after["secrets"]) == ("", "7", "replaced")
        assert changes(user, "secrets.resealed")[1] == {"key_id": "next"}
        assert changes(user, "credential.removed")[1] is None
        for secret in (*keys_of("okx").values(), new):
            assert secret not in str(told(user))

    def test_keys_that_look_the_same_were_replaced_all_the_same(self, db: None) -> None:
        user = make_user()
        with fake_venue():
            row = credentials.add(owner_id=user.pk, broker="okx", environment="test", secrets=self.secrets())
            found = credentials.validate(credential=row)
            row.refresh_from_db()
            credentials.replace(credential=row, secrets=self.secrets(), account_id=row.account_id, checked=found)
        assert changes(user, "credential.replaced") == ({}, {"secrets": "replaced"})


class TestWebhooks:
    def test_added_switched_removed(self, db: None) -> None:
        user = make_user()
        endpoint, secret_id = WebhookEndpoint.issue(owner_id=user.pk, name="tv")
        endpoint.is_enabled = False
        endpoint.save(update_fields=["is_enabled"])
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(last_used_at=datetime.now(UTC))
        endpoint.delete()
        assert [(item["action"], item["before"], item["after"]) for item in told(user)] == [
            ("webhook.added", None, {"name": "tv", "is_enabled": True}),
            ("webhook.changed", {"is_enabled": True}, {"is_enabled": False}),
            ("webhook.removed", {"name": "tv", "is_enabled": False}, None),
        ]
        assert secret_id not in str(told(user))


class TestUsers:
    def test_what_a_user_may_do(self, db: None) -> None:
        user = make_user("ann")
        user.is_active, user.is_staff = False, True
        user.save()
        user.save(update_fields=["last_login"])
        user.save(update_fields=["is_staff"])
        assert changes(user, "user.changed") == (
            {"is_active": True, "is_staff": False},
            {"is_active": False, "is_staff": True},
        )

    def test_a_password_is_changed_and_not_told(self, db: None) -> None:
        user = make_user("ann")
        user.set_password("another horse")
        user.save()
        assert changes(user, "user.changed") == ({}, {"password": "changed"})

    def test_groups_and_permissions_from_either_side(self, db: None) -> None:
        user, other = make_user(), make_user()
        viewer, permission = Group.objects.get(name="viewer"), Permission.objects.get(codename="add_account")
        user.groups.add(viewer)
        user.groups.add(viewer)
        viewer.user_set.add(other)
        viewer.user_set.clear()
        user.groups.set([Group.objects.get(name="trader")])
        user.user_permissions.add(permission)
        assert [(item["before"], item["after"]) for item in told(user)] == [
            ({"groups": []}, {"groups": ["viewer"]}),
            ({"groups": ["viewer"]}, {"groups": []}),
            ({"groups": []}, {"groups": ["trader"]}),
            ({"user_permissions": []}, {"user_permissions": ["trading.add_account"]}),
        ]
        assert [item["after"]["groups"] for item in told(other)] == [["viewer"], []]

    def test_made_and_deleted_by_somebody(self, db: None) -> None:
        admin, silent = make_user("boss"), make_user("silent")
        with acting(admin.pk, "admin"):
            made = make_user("new")
            silent.delete()
            with pytest.raises(ProtectedError):
                made.delete()
        assert changes(made, "user.created")[1]["username"] == "new"
        assert changes(admin, "user.deleted")[0]["username"] == "silent"

    def test_in_the_admin(self, db: None) -> None:
        root, user, browser = get_user_model().objects.create_superuser("root"), make_user("ann"), Client()
        browser.force_login(root)
        viewer = Group.objects.get(name="viewer")
        page = reverse("admin:auth_user_change", args=[user.pk])
        joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
        answer = browser.post(page, {"username": "ann", "groups": [viewer.pk], **joined})
        assert answer.status_code == 302, answer.context["errors"]
        word = {"usable_password": "true", "password1": "an other Horse 9", "password2": "an other Horse 9"}
        assert browser.post(reverse("admin:auth_user_password_change", args=[user.pk]), word).status_code == 302
        seen = told(user)
        assert {(item["actor"]["username"], item["via"]) for item in seen} == {("root", "admin")}
        assert {"is_active": False} in [item["after"] for item in seen]
        assert {"groups": ["viewer"]} in [item["after"] for item in seen]
        assert {"password": "changed"} in [item["after"] for item in seen]
        assert list(verify(user.pk)) == []

    def test_the_groups_of_the_roles_stay(self, db: None) -> None:
        browser = Client()
        browser.force_login(get_user_model().objects.create_superuser("root"))
        viewer, other = Group.objects.get(name="viewer"), Group.objects.create(name="other")
        browser.post(reverse("admin:auth_group_change", args=[viewer.pk]), {"name": "looker"})
        browser.post(reverse("admin:auth_group_delete", args=[viewer.pk]), {"post": "yes"})
        chosen = {"action": "delete_selected", "_selected_action": [viewer.pk, other.pk], "post": "yes"}
        browser.post(reverse("admin:auth_group_changelist"), chosen)
        assert Group.objects.get(pk=viewer.pk).name == "viewer"
        browser.post(reverse("admin:auth_group_delete", args=[other.pk]), {"post": "yes"})
        assert not Group.objects.filter(pk=other.pk).exists()


class TestAdminPages:
    @pytest.fixture
    def root(self, db: None) -> Client:
        browser = Client()
        browser.force_login(get_user_model().objects.create_superuser("root"))
        return browser

    def test_the_fill_model(self, root: Client) -> None:
        account = make_account()
        names = ("name", "min_signal_confidence", "max_position_size", "max_open_trades", "leverage")
        body = {name: getattr(account, name) for name in names}
        switches = dict.fromkeys(("is_enabled", "auto_trading_enabled", "auto_trade_spot", "auto_trade_futures"), "on")
        page = reverse("admin:trading_account_change", args=[account.pk])
        answer = root.post(page, {**body, **switches, "fill_model": '{"slippage_bps": 2}'})
        assert answer.status_code == 302, answer.context["errors"]
        assert changes(account.owner, "account.changed") == ({"fill_model": {}}, {"fill_model": {"slippage_bps": 2}})
        assert told(account.owner)[-1]["via"] == "admin"

    def test_a_new_account(self, root: Client) -> None:
        user = make_user()
        body = {"owner": user.pk, "name": "Desk", "currency": "USD", "initial_deposit": "50"}
        assert root.post(reverse("admin:trading_account_add"), body).status_code == 302
        assert changes(user, "account.opened")[1]["initial_balance"] == "50"

    def test_trades_closed_and_sessions_paused(self, root: Client, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        for page, action, row in (
            ("trading_trade", "close_trades", trade.pk),
            ("trading_autotradingsession", "pause_sessions", floor.session.pk),
        ):
            root.post(reverse(f"admin:{page}_changelist"), {"action": action, "_selected_action": [row]})
        for action, states in (("trade.closed", ("OPEN", "CLOSED")), ("session.paused", ("RUNNING", "PAUSED"))):
            before, after = changes(floor.owner, action)
            assert (before["status"], after["status"]) == states
        assert {item["via"] for item in told(floor.owner)} == {"admin"}

    def test_events_show_who_did_what(self, root: Client) -> None:
        user = make_user()
        with acting(user.pk, "telegram"):
            audit.record(owner_id=user.pk, action="thing.changed", subject="x", before=None, after={})
        page = root.get(reverse("admin:trading_event_changelist")).content.decode()
        assert "thing.changed" in page
        assert "telegram" in page
