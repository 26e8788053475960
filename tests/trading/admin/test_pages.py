"""Every admin page: it renders, shows money as money, keeps what is kept, and asks few questions."""

from types import SimpleNamespace

import pytest
import redis
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brokers.models import BrokerCredential, InstrumentRecord
from signals.models import Signal, WebhookEndpoint
from tests.clients import open_trade
from tests.trading.factories import make_account, make_session, publish_quote
from trading.accounts import accounts, paper
from trading.models import (
    Account,
    Alert,
    AutoTradingSession,
    Contract,
    Decision,
    Difference,
    Event,
    Fill,
    KillSwitch,
    LedgerEntry,
    NotificationChannel,
    NotificationDelivery,
    Order,
    TelegramBot,
    Trade,
)

EVERY = [
    Account,
    AutoTradingSession,
    Signal,
    Trade,
    Decision,
    Order,
    Fill,
    LedgerEntry,
    Event,
    Contract,
    Difference,
    InstrumentRecord,
    BrokerCredential,
    WebhookEndpoint,
    Alert,
    NotificationChannel,
    NotificationDelivery,
    TelegramBot,
    KillSwitch,
]
READ_ONLY = [
    Signal,
    Decision,
    Order,
    Fill,
    LedgerEntry,
    Event,
    Contract,
    Difference,
    InstrumentRecord,
    Alert,
    NotificationChannel,
    NotificationDelivery,
    TelegramBot,
]


def url(model: type, page: str, *arguments: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", EVERY)
def test_lists_and_details_render(staff: Client, busy: SimpleNamespace, model: type) -> None:
    WebhookEndpoint.issue(owner_id=busy.owner.pk, name="tv")
    listed = staff.get(url(model, "changelist"))
    assert listed.status_code == 200
    for row in model.objects.all():
        assert staff.get(url(model, "change", row.pk)).status_code == 200


@pytest.mark.parametrize("model", EVERY)
@pytest.mark.parametrize("term", ["ABC", "1", "8f7c1f5e-6f8b-4c1a-8a34-0b4f4f3f2a10", "%' \""])
def test_search(staff: Client, busy: SimpleNamespace, model: type, term: str) -> None:
    assert staff.get(url(model, "changelist"), {"q": term}).status_code == 200


@pytest.mark.parametrize("model", [model for model in EVERY if model not in (InstrumentRecord, WebhookEndpoint)])
def test_filters_and_dates(staff: Client, busy: SimpleNamespace, model: type) -> None:
    page = staff.get(url(model, "changelist"))
    assert page.context["cl"].has_filters
    assert page.context["cl"].date_hierarchy
    for spec in page.context["cl"].filter_specs:
        for choice in list(spec.choices(page.context["cl"]))[:3]:
            query = choice.get("query_string", "?")
            assert staff.get(url(model, "changelist") + query).status_code == 200


@pytest.mark.parametrize("model", READ_ONLY)
def test_what_the_pipeline_wrote_is_not_edited(staff: Client, busy: SimpleNamespace, model: type) -> None:
    row = model.objects.first()
    assert staff.get(url(model, "add")).status_code == 403
    assert staff.post(url(model, "change", row.pk), {}).status_code == 403
    assert staff.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in staff.get(url(model, "changelist")).content.decode()
    staff.post(url(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
    assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [Account, AutoTradingSession])
def test_accounts_and_sessions_are_not_deleted(staff: Client, busy: SimpleNamespace, model: type) -> None:
    assert staff.post(url(model, "delete", model.objects.first().pk), {"post": "yes"}).status_code == 403


def queries(staff: Client, model: type) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert staff.get(url(model, "changelist")).status_code == 200
    return len(seen)


@pytest.mark.parametrize("model", [model for model in EVERY if model is not InstrumentRecord])
def test_as_many_queries_for_many_as_for_few(staff: Client, busy: SimpleNamespace, model: type) -> None:
    WebhookEndpoint.issue(owner_id=busy.owner.pk, name="tv")
    few = queries(staff, model)
    for number in range(4):
        publish_quote(100.0, f"S{number}")
        open_trade(busy, symbol=f"S{number}", strategy=f"s{number}")
        make_session(make_account())
        WebhookEndpoint.issue(owner_id=busy.owner.pk, name=f"tv{number}")
    # Filters over accounts and sessions ask once whatever their number.
    assert queries(staff, model) <= few


def test_money_and_badges(staff: Client, busy: SimpleNamespace) -> None:
    accounts = staff.get(url(Account, "changelist")).content.decode()
    assert '<span class="badge badge-info">PAPER</span>' in accounts
    assert "$1,000." in accounts
    trades = staff.get(url(Trade, "changelist")).content.decode()
    for badge in ('badge-good">LONG', 'badge-info">OPEN', 'badge-plain">CLOSED', 'badge-info">MANUAL'):
        assert badge in trades
    assert 'badge-good">+$0.7' in trades
    assert 'badge-bad">-$0.01' in trades, "the open trade at the market"
    assert "signals/admin.css" in trades
    assert finders.find("signals/admin.css")


def test_a_decision_shows_its_gates(staff: Client, busy: SimpleNamespace) -> None:
    refused = Decision.objects.get(verdict="REJECTED")
    page = staff.get(url(Decision, "change", refused.pk)).content.decode()
    assert page.count("<tr><td>") >= len(refused.gates) == 36
    assert 'badge-bad">failed' in page
    assert "A trade in this symbol and direction is open already." in page
    approved = Decision.objects.get(pk=busy.opened.signal.decisions.get().pk)
    assert approved.order.client_order_id in staff.get(url(Decision, "change", approved.pk)).content.decode()


def test_gates_are_text_not_html(staff: Client, busy: SimpleNamespace) -> None:
    Decision.objects.update(gates=[{"name": "<b>", "passed": False, "message": "<script>alert(1)</script> 100 % {}"}])
    page = staff.get(url(Decision, "change", Decision.objects.first().pk)).content.decode()
    assert "<script>alert" not in page
    assert "100 % {}" in page


def test_evidence_is_text_not_html(staff: Client, busy: SimpleNamespace) -> None:
    Signal.objects.update(evidence={"why": "<script>alert(1)</script>"})
    assert "<script>alert" not in staff.get(url(Signal, "change", Signal.objects.first().pk)).content.decode()


def test_webhooks_show_no_secret(staff: Client, busy: SimpleNamespace) -> None:
    endpoint, secret_id = WebhookEndpoint.issue(owner_id=busy.owner.pk, name="tv")
    for page in (url(WebhookEndpoint, "changelist"), url(WebhookEndpoint, "change", endpoint.pk)):
        content = staff.get(page).content.decode()
        for secret in (secret_id, endpoint.digest, endpoint.signing_secret):
            assert secret not in content
    assert staff.get(url(WebhookEndpoint, "add")).status_code == 403
    staff.post(url(WebhookEndpoint, "change", endpoint.pk), {})
    endpoint.refresh_from_db()
    assert endpoint.is_enabled is False


def test_trades_are_shown_while_redis_is_down(
    staff: Client, busy: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trading.market.redis_client", lambda: redis.Redis(port=1, socket_connect_timeout=0.1))
    assert staff.get(url(Trade, "changelist")).status_code == 200


def test_those_who_may_only_look_get_no_actions(busy: SimpleNamespace) -> None:
    viewer = get_user_model().objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = Client()
    client.force_login(viewer)
    for model in EVERY:
        page = client.get(url(model, "changelist"))
        assert page.status_code == 200
        assert 'name="action"' not in page.content.decode(), model
    client.post(url(Trade, "changelist"), {"action": "close_trades", "_selected_action": [busy.opened.pk]})
    busy.opened.refresh_from_db()
    assert busy.opened.status == "OPEN"


def test_every_model_of_ours_that_is_listed_is_tested() -> None:
    ours = {model for model in admin.site._registry if model._meta.app_label in ("brokers", "signals", "trading")}
    assert ours == set(EVERY)


class TestClosedAccounts:
    def test_shown_and_not_changed(self, staff: Client, busy: SimpleNamespace) -> None:
        paper.close_by_hand(busy.opened.pk)
        accounts.close(account_id=busy.account.pk)
        page = staff.get(url(Account, "change", busy.account.pk))
        assert page.status_code == 200
        assert not page.context["has_change_permission"]
        assert busy.account.name in page.content.decode()
        assert staff.post(url(Account, "change", busy.account.pk), {"name": "New"}).status_code == 403
        listed = staff.get(url(Account, "changelist"), {"closed_at__isempty": "0"})
        assert [account.pk for account in listed.context["cl"].result_list] == [busy.account.pk]
        assert staff.get(url(Trade, "changelist"), {"account__id__exact": busy.account.pk}).status_code == 200

    def test_no_session_runs_or_is_added(self, staff: Client, busy: SimpleNamespace) -> None:
        paper.close_by_hand(busy.opened.pk)
        accounts.close(account_id=busy.account.pk)
        chosen = {"action": "start_sessions", "_selected_action": [busy.session.pk]}
        answer = staff.post(url(AutoTradingSession, "changelist"), chosen, follow=True)
        assert "The account is closed." in answer.content.decode()
        busy.session.refresh_from_db()
        assert busy.session.status == "STOPPED"
        form = {"account": busy.account.pk, "name": "More", "venue": "sim", "timeframe": "1m", "strategies": "[]"}
        refused = staff.post(url(AutoTradingSession, "add"), form)
        assert refused.context["adminform"].form.errors["account"] == ["The account is closed."]


def test_a_trade_shows_its_contract(staff: Client, busy: SimpleNamespace) -> None:
    Contract.objects.create(
        trade=busy.opened, account=busy.account, contract_id="c-77", contract_type="MULTUP", status="open", stake=50
    )
    assert "c-77" in staff.get(url(Trade, "change", busy.opened.pk)).content.decode()
