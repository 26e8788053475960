"""Deliveries: through real servers, once, again after failures, and held back in quiet hours."""

import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections

from tests.sinks import HttpSink, http_sink, smtp_sink
from tests.telegram_api import fake_telegram
from tests.trading.factories import make_account, make_user
from tests.trading.notifications.messages import channel_to, deliver_all, move_clock, shout, statuses
from trading import queueing
from trading.models import (
    Alert,
    AlertKind,
    DeliveryStatus,
    NotificationChannel,
    NotificationDelivery,
    Severity,
)
from trading.notifications import channels, delivery
from trading.notifications.texts import compose


class TestSending:
    def test_http(self, owner: Any, sink: HttpSink) -> None:
        channel_to(owner, sink.url("a-secret-path"))
        account = make_account(owner, name="Desk")
        shout(owner, "Stop!", kind=AlertKind.HALTED, account_id=account.pk)
        deliver_all()
        assert statuses() == ["SENT"]
        assert sink.paths == ["/a-secret-path"]
        assert sink.posts[0]["title"] == "Signalist: halted (critical)"
        assert sink.posts[0]["message"] == "Stop!\nAccount: Desk"
        assert sink.posts[0]["type"] == "failure"

    def test_mail(self, owner: Any, settings: Any) -> None:
        settings.NOTIFY_PRIVATE = True
        with smtp_sink() as box:
            channel_to(owner, f"mailto://127.0.0.1:{box.port}/?from=desk@example.com&to=me@example.com")
            shout(owner, "Half < way & more")
            deliver_all()
        assert statuses() == ["SENT"], NotificationDelivery.objects.get().error
        mail = box.mails[0]
        assert mail.rcpt_tos == ["me@example.com"]
        assert b"limit near" in mail.content

    def test_telegram_through_apprise(self, owner: Any, settings: Any) -> None:
        with fake_telegram() as telegram:
            telegram.bots["123456789:AbcDefGhiJklMnoPqrStuVwx"] = "desk_bot"
            settings.TELEGRAM_URL, settings.NOTIFY_PRIVATE = telegram.url, True
            channel_to(owner, "tgram://123456789:AbcDefGhiJklMnoPqrStuVwx/77/")
            shout(owner, "Half < way & more")
            deliver_all()
            assert statuses() == ["SENT"], NotificationDelivery.objects.get().error
            assert telegram.sent[0][0] in (77, "77")
            assert "Half" in telegram.sent[0][1]

    def test_each_row_is_sent_once(self, owner: Any, sink: HttpSink) -> None:
        channel_to(owner, sink.url())
        row = shout(owner).deliveries.get()
        assert [delivery.deliver(row.pk) for _ in range(3)] == ["sent", "", ""]
        assert len(sink.posts) == 1
        assert delivery.deliver(10**9) == ""

    def test_two_at_once_send_it_once(self, transactional_db: None, sink: HttpSink) -> None:
        owner = make_user()
        channel_to(owner, sink.url())
        row = shout(owner).deliveries.get()
        sink.go_on.clear()
        outcomes: list[str] = []

        def run() -> None:
            try:
                outcomes.append(delivery.deliver(row.pk))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert sink.arrived.wait(10)
        sink.go_on.set()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["", "", "sent"]
        assert len(sink.posts) == 1

    def test_what_comes_while_one_is_sent_follows_as_one_message(self, owner: Any, sink: HttpSink) -> None:
        channel_to(owner, sink.url())
        first = shout(owner, "first").deliveries.get()
        _, claimed = delivery._claim(first.channel_id)
        assert [row.pk for row in claimed] == [first.pk]
        for number in range(3):
            row = shout(owner, f"later {number}").deliveries.get()
            assert delivery.deliver(row.pk) == "", "one message at a time"
        delivery._note_sent(first.channel_id, claimed)
        assert delivery.deliver(row.pk) == "sent"
        assert sink.posts[0]["title"] == "Signalist: 3 alerts"
        assert sink.posts[0]["message"].count("\n") == 2
        assert set(statuses()) == {"SENT"}

    def test_what_is_critical_waits_for_nothing(self, owner: Any, sink: HttpSink) -> None:
        channel_to(owner, sink.url())
        first = shout(owner).deliveries.get()
        delivery._claim(first.channel_id)
        grave = shout(owner, "Now!", kind=AlertKind.KILL_SWITCH).deliveries.get()
        assert delivery.deliver(grave.pk) == "sent"
        assert sink.posts[0]["message"] == "Now!"

    def test_a_sender_who_dies_is_followed_by_another(
        self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel_to(owner, sink.url())
        row = shout(owner).deliveries.get()
        delivery._claim(row.channel_id)
        assert delivery.deliver(row.pk) == "", "it may still be at it"
        move_clock(monkeypatch, datetime.now(UTC) + delivery.LEASE + timedelta(minutes=1))
        queued: list[int] = []
        monkeypatch.setattr(queueing, "send", lambda task, pk: queued.append(pk))
        assert delivery.sweep_deliveries() == 1
        assert queued == [row.pk]
        assert delivery.deliver(row.pk) == "sent"

    def test_a_switched_off_channel_sends_nothing_more(self, owner: Any, sink: HttpSink) -> None:
        channel = channel_to(owner, sink.url())
        shout(owner)
        channels.change(channel_id=channel.pk, changes={"is_enabled": False})
        deliver_all()
        assert statuses() == ["FAILED"]
        assert not sink.posts

    def test_a_test_message_ignores_rules_and_hours(self, owner: Any, sink: HttpSink) -> None:
        channel = channel_to(
            owner, sink.url(), min_severity=Severity.CRITICAL, quiet_from=time(0), quiet_until=time(23, 59)
        )
        assert channels.send_test(channel=channel).status == DeliveryStatus.SENT
        sink.statuses = [500]
        failed = channels.send_test(channel=channel)
        assert failed.status == DeliveryStatus.FAILED
        assert "500" in failed.error
        assert delivery.sweep_deliveries() == 0, "a test is not tried again"
        assert not Alert.objects.filter(read_at=None).exists()


class TestAgain:
    def test_a_failure_is_tried_again_later(self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        channel_to(owner, sink.url())
        sink.statuses = [503, 503]
        row = shout(owner).deliveries.get()
        now = datetime.now(UTC)
        for attempt in (1, 2):
            move_clock(monkeypatch, now)
            assert delivery.deliver(row.pk) == "failed"
            row.refresh_from_db()
            assert (row.status, row.attempts) == ("PENDING", attempt)
            assert "503" in row.error
            assert row.due_at == now + delivery.pause_after(attempt)
            assert delivery.deliver(row.pk) == "", "not before its time"
            now = row.due_at
        move_clock(monkeypatch, now)
        assert delivery.deliver(row.pk) == "sent"
        row.refresh_from_db()
        assert (row.status, row.error, row.attempts) == ("SENT", "", 3)

    def test_there_is_an_end_to_it(self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
        channel_to(owner, sink.url())
        sink.statuses = [500] * 50
        row = shout(owner).deliveries.get()
        for _ in range(delivery.MOST_ATTEMPTS):
            row.refresh_from_db()
            move_clock(monkeypatch, row.due_at)
            delivery.deliver(row.pk)
        row.refresh_from_db()
        assert row.status == DeliveryStatus.FAILED
        assert len(sink.posts) == delivery.MOST_ATTEMPTS
        move_clock(monkeypatch, row.due_at + timedelta(days=1))
        assert delivery.deliver(row.pk) == ""

    def test_a_bad_hour_costs_one_try_not_one_for_each_alert(
        self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        channel_to(owner, sink.url())
        sink.statuses = [500]
        delivery.deliver(shout(owner).deliveries.get().pk)
        for _ in range(20):
            delivery.deliver(shout(owner).deliveries.get().pk)
        assert len(sink.posts) == 1
        move_clock(monkeypatch, datetime.now(UTC) + delivery.pause_after(1))
        deliver_all()
        assert len(sink.posts) == 2
        assert sink.posts[1]["title"] == "Signalist: 21 alerts"
        assert set(statuses()) == {"SENT"}

    def test_pauses_grow(self) -> None:
        pauses = [delivery.pause_after(attempt) for attempt in range(15)]
        assert pauses == sorted(pauses)
        assert pauses[0] == pauses[1] == timedelta(seconds=10)
        assert pauses[-1] == timedelta(hours=1)

    def test_a_dead_server_is_a_reason_not_an_error(self, owner: Any, settings: Any) -> None:
        settings.NOTIFY_PRIVATE = True
        with http_sink() as sink:
            url = sink.url()
        channel_to(owner, url)
        deliver_failed = delivery.deliver(shout(owner).deliveries.get().pk)
        assert deliver_failed == "failed"
        assert NotificationDelivery.objects.get().error

    def test_a_channel_whose_secret_cannot_be_read(self, owner: Any, sink: HttpSink) -> None:
        channel = channel_to(owner, sink.url())
        NotificationChannel.objects.filter(pk=channel.pk).update(ciphertext=b"something else")
        assert delivery.deliver(shout(owner).deliveries.get().pk) == "failed"
        assert "not as they were stored" in NotificationDelivery.objects.get().error


class TestQuietHours:
    NIGHT = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)

    @pytest.fixture
    def asleep(self, owner: Any, sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> NotificationChannel:
        """22:00 to 07:00 in Lisbon, where it is half past midnight."""
        channel = channel_to(owner, sink.url(), quiet_from=time(22), quiet_until=time(7), time_zone="Europe/Lisbon")
        move_clock(monkeypatch, self.NIGHT)
        monkeypatch.setattr("trading.notifications.outbox.wall_now", lambda: self.NIGHT)
        return channel

    def test_what_is_held_back_comes_as_one_in_the_morning(
        self, owner: Any, asleep: NotificationChannel, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(3):
            shout(owner, f"number {number}")
        deliver_all()
        assert statuses() == ["QUIET"] * 3
        assert not sink.posts
        morning = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)
        assert {row.due_at for row in NotificationDelivery.objects.all()} == {morning}
        move_clock(monkeypatch, morning + timedelta(seconds=10))
        queued: list[int] = []
        monkeypatch.setattr(queueing, "send", lambda task, pk: queued.append(pk))
        assert delivery.sweep_deliveries() == 1
        assert delivery.deliver(queued[0]) == "sent"
        assert statuses() == ["SENT"] * 3
        assert len(sink.posts) == 1
        assert all(f"number {number}" in sink.posts[0]["message"] for number in range(3))

    def test_what_is_critical_goes_through(self, owner: Any, asleep: NotificationChannel, sink: HttpSink) -> None:
        shout(owner, "asleep")
        shout(owner, "awake!", kind=AlertKind.STOP_MISSING)
        deliver_all()
        assert statuses() == ["QUIET", "SENT"]
        assert [post["message"] for post in sink.posts] == ["awake!"]

    def test_by_day_nothing_is_held_back(
        self, owner: Any, asleep: NotificationChannel, sink: HttpSink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noon = datetime(2026, 6, 2, 12, tzinfo=UTC)
        move_clock(monkeypatch, noon)
        shout(owner)
        deliver_all()
        assert statuses() == ["SENT"]


class TestTexts:
    NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def alert(self, message: str, severity: Severity = Severity.WARNING, minutes: int = 0) -> Alert:
        return Alert(
            kind=AlertKind.LIMIT_NEAR,
            severity=severity,
            message=message,
            created_at=self.NOW - timedelta(minutes=minutes),
        )

    def test_a_late_one_says_when(self) -> None:
        assert compose([self.alert("Near.")], zone="UTC", now=self.NOW) == ("Signalist: limit near", "Near.")
        _, body = compose([self.alert("Near.", minutes=90)], zone="Asia/Tokyo", now=self.NOW)
        assert body == "Near.\n01 Jun 19:30"

    def test_the_gravest_come_first_and_the_rest_is_counted(self) -> None:
        many = [self.alert("x" * 380) for _ in range(40)] + [self.alert("grave", Severity.CRITICAL)]
        title, body = compose(many, zone="UTC", now=self.NOW)
        assert title == "Signalist: 41 alerts (critical)"
        assert body.splitlines()[0].endswith("grave")
        assert body.splitlines()[-1] == f"… and {41 - (len(body.splitlines()) - 1)} more, in the dashboard."
        assert len(body) < 3200
