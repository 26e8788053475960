"""The admin site: for administrators."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from tests.trading.factories import make_account, make_user
from trading.models import Account

PAGES = ["admin:index", "admin:trading_account_changelist", "admin:auth_user_changelist", "admin:jsi18n"]


def browser_of(*groups: str, staff: bool = True) -> Client:
    user = make_user()
    user.is_staff = staff
    user.save()
    user.groups.set(Group.objects.filter(name__in=groups))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("groups", "staff"), [(["viewer"], True), (["viewer", "admin"], True), (["admin"], False)])
def test_viewers_and_those_who_are_no_staff_see_nothing(db: None, page: str, groups: list[str], staff: bool) -> None:
    answer = browser_of(*groups, staff=staff).get(reverse(page))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


def test_staff_in_the_admin_group_work_there(db: None) -> None:
    browser, account = browser_of("admin"), make_account()
    assert browser.get(reverse("admin:trading_account_changelist")).status_code == 200
    body = {"action": "disable_auto_trading", "_selected_action": [account.pk]}
    browser.post(reverse("admin:trading_account_changelist"), body)
    assert Account.objects.get().auto_trading_enabled is False
    assert browser.get(reverse("admin:auth_user_changelist")).status_code == 403, "users are for superusers"


def test_the_admin_group_has_the_rights_of_every_floor(db: None) -> None:
    """After the very first migration, which makes each floor's rights after those of the floors below."""
    floors = {"brokers", "signals", "trading", "analytics"}
    rights = Permission.objects.filter(content_type__app_label__in=floors)
    group = Group.objects.get(name="admin")
    assert set(group.permissions.all()) == set(rights)
    assert {right.content_type.app_label for right in rights.select_related("content_type")} == floors
    assert browser_of("admin").get(reverse("admin:analytics_backtest_changelist")).status_code == 200


def test_staff_in_no_group_have_no_rights(db: None) -> None:
    browser = browser_of()
    assert browser.get(reverse("admin:index")).status_code == 200
    assert browser.get(reverse("admin:trading_account_changelist")).status_code == 403
