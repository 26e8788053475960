"""Daily results in the admin: looked at, never changed."""

from django.test import Client

from analytics.daily.refresh import refresh_daily
from analytics.models import DailyPerformance
from tests.analytics.closed_trades import make_trade
from tests.trading.factories import make_account, make_user


def test_the_pages(db: None) -> None:
    boss = make_user("boss", is_staff=True, is_superuser=True)
    make_trade(make_account(), "7.5")
    refresh_daily()
    row = DailyPerformance.objects.get()
    browser = Client()
    browser.force_login(boss)
    page = browser.get("/admin/analytics/dailyperformance/")
    assert page.status_code == 200
    assert "+$7.50" in page.content.decode()
    one = f"/admin/analytics/dailyperformance/{row.pk}/"
    assert browser.get(f"{one}change/").status_code == 200
    assert browser.post(f"{one}delete/", {"post": "yes"}).status_code == 403
    assert browser.get("/admin/analytics/dailyperformance/add/").status_code == 403
    assert DailyPerformance.objects.exists()
