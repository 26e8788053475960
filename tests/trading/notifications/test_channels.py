"""Channels: what they ask for, what they cannot mean, and what is kept of them."""

import base64
import io
from datetime import time
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from brokers.interface import Secret
from brokers.vault import Tampered
from tests.sinks import HttpSink
from tests.trading.factories import make_account, make_user
from tests.trading.notifications.messages import channel_to, shout
from trading import queueing, sealed
from trading.alerts.trade_alerts import announce
from trading.feed.events import Draft
from trading.models import (
    Alert,
    AlertKind,
    EventType,
    NotificationChannel,
    Severity,
    TelegramBot,
)
from trading.notifications import channels
from trading.notifications.channels import InvalidChannel


class TestRules:
    def test_only_channels_that_ask_are_told(self, owner: Any, sink: HttpSink) -> None:
        by_default = channel_to(owner, sink.url("default"))
        grave = channel_to(owner, sink.url("grave"), min_severity=Severity.CRITICAL)
        of_kind = channel_to(owner, sink.url("kind"), kinds=["HALTED"])
        everything = channel_to(owner, sink.url("all"), min_severity=Severity.INFO)
        channel_to(owner, sink.url("off"), is_enabled=False)
        channel_to(make_user(), sink.url("other"))
        told = {
            (AlertKind.RESUMED, Severity.INFO): {everything},
            (AlertKind.LIMIT_NEAR, Severity.WARNING): {by_default, everything},
            (AlertKind.HALTED, Severity.CRITICAL): {by_default, grave, of_kind, everything},
        }
        for (kind, severity), expected in told.items():
            made = shout(owner, kind=kind, severity=severity)
            assert {row.channel for row in made.deliveries.all()} == expected, kind

    def test_trades_are_told_to_who_asked_for_them(self, owner: Any, sink: HttpSink) -> None:
        account = make_account(owner)
        trade = {
            "id": None, "session": None, "direction": "LONG", "quantity": "2", "symbol": "ABC", "entry_price": "100",
            "exit_price": "101.5", "exit_reason": "TAKE_PROFIT", "realized_pnl_formatted": "+$3.00",
        }  # fmt: skip
        drafts = [
            Draft(EventType.TRADE_EXECUTED, trade, account.pk),
            Draft(EventType.TRADE_CLOSED, trade, account.pk),
            Draft(EventType.BALANCE_UPDATE, {}, account.pk),
        ]
        channel_to(owner, sink.url())
        announce(owner.pk, drafts)
        assert not Alert.objects.exists(), "a channel of warnings does not ask for trades"
        channel_to(owner, sink.url(), kinds=["TRADE_CLOSED"], min_severity=Severity.INFO)
        announce(owner.pk, drafts)
        made = Alert.objects.get()
        assert made.message == "Closed LONG 2 ABC at 101.5: +$3.00 (take profit)."
        assert made.account == account
        with queueing.inline():
            announce(owner.pk, drafts)
        assert Alert.objects.count() == 1, "a replay tells nobody"
        announce(owner.pk, drafts * 30)
        assert Alert.objects.count() == 2, "a sweep of many is told as one"
        assert Alert.objects.latest("pk").message == "30 trades were closed."

    def test_a_replay_raises_alerts_and_sends_none(self, owner: Any, sink: HttpSink) -> None:
        channel_to(owner, sink.url())
        with queueing.inline():
            made = shout(owner)
        assert not made.deliveries.exists()

    @pytest.mark.parametrize(
        ("field", "rules"),
        [
            ("quiet_until", {"quiet_from": time(22)}),
            ("quiet_until", {"quiet_from": time(22), "quiet_until": time(22)}),
            ("time_zone", {"time_zone": "Mars/Olympus"}),
            ("kinds", {"kinds": ["NEVER"]}),
            ("min_severity", {"kinds": ["TRADE_OPENED"]}),
            ("label", {"label": "taken"}),
        ],
    )
    def test_rules_that_cannot_be_meant(self, owner: Any, sink: HttpSink, field: str, rules: dict[str, Any]) -> None:
        channel_to(owner, sink.url(), label="taken")
        with pytest.raises(InvalidChannel) as caught:
            channel_to(owner, sink.url(), **rules)
        assert set(caught.value.fields) == {field}
        assert NotificationChannel.objects.count() == 1

    def test_there_is_an_end_to_channels(self, owner: Any, sink: HttpSink) -> None:
        for _ in range(channels.MOST_CHANNELS):
            channel_to(owner, sink.url())
        with pytest.raises(InvalidChannel):
            channel_to(owner, sink.url())


class TestKeysThatRotate:
    """The vault's command finds these rows, too."""

    def test_every_secret_moves_and_old_keys_are_kept_while_one_needs_them(
        self, owner: Any, sink: HttpSink, settings: Any
    ) -> None:
        old, new = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
        settings.VAULT_KEYS = f"old:{old}"
        channel = channel_to(owner, sink.url("secret"))
        bot = TelegramBot(owner=owner)
        sealed.seal_token(bot, Secret("12345:token"))
        bot.save()
        settings.VAULT_KEYS = f"new:{new},old:{old}"
        out = io.StringIO()
        call_command("rotate_keys", stdout=out, stderr=out)
        assert "2 re-encrypted under new." in out.getvalue()
        settings.VAULT_KEYS = f"new:{new}"
        channel.refresh_from_db()
        bot.refresh_from_db()
        assert sealed.url_of(channel).reveal() == sink.url("secret")
        assert sealed.token_of(bot).reveal() == "12345:token"

    def test_a_row_that_cannot_be_read_is_named(self, owner: Any, sink: HttpSink, settings: Any) -> None:
        channel = channel_to(owner, sink.url("secret"))
        NotificationChannel.objects.update(ciphertext=b"something else")
        settings.VAULT_KEYS = f"next:{base64.b64encode(bytes(32)).decode()},{settings.VAULT_KEYS}"
        out = io.StringIO()
        with pytest.raises(CommandError):
            call_command("rotate_keys", stdout=out, stderr=out)
        assert f"notification channel {channel.pk}:" in out.getvalue()

    def test_secrets_do_not_move_between_rows(self, owner: Any, sink: HttpSink) -> None:
        one, other = channel_to(owner, sink.url("one")), channel_to(owner, sink.url("other"))
        other.nonce, other.ciphertext = one.nonce, one.ciphertext
        with pytest.raises(Tampered):
            sealed.url_of(other)
        one.owner = make_user()
        with pytest.raises(Tampered):
            sealed.url_of(one)
