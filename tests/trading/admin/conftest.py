from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from brokers.interface import Secret
from tests.clients import open_trade
from tests.trading.factories import make_signal, publish_quote
from trading import sealed
from trading.accounts import paper
from trading.alerts import alerts
from trading.decisions import dispatch
from trading.killswitch import killswitch
from trading.models import AlertKind, Contract, Difference, NotificationChannel, TelegramBot


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("root"))
    return client


@pytest.fixture
def busy(floor: SimpleNamespace) -> SimpleNamespace:
    """The floor after a closed trade, with an open one, a refusal, a contract and a difference."""
    floor.closed = open_trade(floor)
    publish_quote(101.0)
    floor.closed = paper.close_by_hand(floor.closed.pk)
    publish_quote(100.0)
    floor.opened = open_trade(floor)
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    Contract.objects.create(
        trade=floor.closed, account=floor.account, contract_id="7", contract_type="CALL", status="won", stake=10
    )
    Difference.objects.create(
        account=floor.account, kind="POSITION", subject="ABC", message="They differ.", seen_at=timezone.now()
    )
    add_alerts(floor.owner)
    return floor


def add_alerts(owner: Any) -> None:
    """An alert, a channel, its delivery, a bot, and a kill switch that was lifted again."""
    channel = NotificationChannel(owner=owner, label="Phone", service="discord")
    sealed.seal_url(channel, Secret("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"))
    channel.save()
    alerts.raise_alert(owner_id=owner.pk, kind=AlertKind.HALTED, code="halted", message="Too deep.")
    bot = TelegramBot(owner=owner, username="desk_bot")
    sealed.seal_token(bot, Secret("123456789:AbcDefGhiJklMnoPqrStuVwx"))
    bot.save()
    killswitch.engage(owner_id=owner.pk, actor_id=owner.pk, reason="A drill.")
    killswitch.lift(owner_id=owner.pk, actor_id=owner.pk)
