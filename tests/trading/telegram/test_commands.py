"""What the linked chat may ask, what nobody else may, and that each message counts once."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clients import open_trade
from tests.trading.factories import make_instrument, make_user, publish_quote
from trading import sealed
from trading.killswitch import killswitch
from trading.market import wall_now
from trading.models import AutoTradingSession, Event, KillSwitch, NotificationChannel, TelegramBot
from trading.telegram import commands, updates
from trading.telegram.message import Message


def statuses(desk: SimpleNamespace) -> list[str]:
    return list(AutoTradingSession.objects.filter(account=desk.account).order_by("pk").values_list("status", flat=True))


def age_link(desk: SimpleNamespace, minutes: float) -> None:
    TelegramBot.objects.update(link_code_at=wall_now() - timedelta(minutes=minutes))


class TestLinking:
    def test_the_code_links_the_chat_that_sends_it(self, desk: SimpleNamespace) -> None:
        assert desk.bot.chat_id is None
        reply = desk.chat.say(f"/start {desk.bot.link_code.lower()}")
        assert reply is not None
        assert reply.startswith("Linked.")
        bot = desk.chat.bot
        assert (bot.chat_id, bot.link_code) == (77, "")
        assert Event.objects.filter(owner=desk.owner, type="audit", payload__action="telegram.linked").exists()

    def test_the_code_alone_will_do(self, desk: SimpleNamespace) -> None:
        assert desk.chat.say(desk.bot.link_code)
        assert desk.chat.bot.chat_id == 77

    def test_it_is_good_once(self, linked: SimpleNamespace) -> None:
        assert linked.chat.say(f"/start {linked.bot.link_code}", chat=99) is None
        assert linked.chat.say("/start ", chat=99) is None, "no code left is not an empty code"
        assert linked.chat.bot.chat_id == 77
        assert linked.chat.bot.ignored == 2

    def test_it_ends(self, desk: SimpleNamespace) -> None:
        age_link(desk, 16)
        assert desk.chat.say(f"/start {desk.bot.link_code}") is None
        assert desk.chat.bot.chat_id is None
        age_link(desk, 14)
        assert desk.chat.say(f"/start {desk.bot.link_code}")

    def test_alerts_follow_the_link(self, linked: SimpleNamespace) -> None:
        channel = NotificationChannel.objects.get(owner=linked.owner)
        assert (channel.label, channel.service) == ("Telegram", "tgram")
        assert sealed.url_of(channel).reveal().endswith("/77/")
        TelegramBot.objects.update(link_code="ABCDEFGHJK", link_code_at=wall_now())
        assert linked.chat.say("/start ABCDEFGHJK", chat=78)
        assert sealed.url_of(NotificationChannel.objects.get()).reveal().endswith("/78/")
        assert linked.chat.bot.chat_id == 78
        assert linked.chat.say("/status", chat=77) is None, "the first chat is a stranger now"

    @given(st.text(max_size=40))
    @settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_nothing_else_links(self, desk: SimpleNamespace, text: str) -> None:
        assert desk.chat.say(text, chat=99) is None
        assert desk.chat.bot.chat_id is None


class TestStrangers:
    @pytest.mark.parametrize(
        "text", ["/status", "/positions", "/pause", "/resume", "/kill", "/help", "hello", "/start"]
    )
    def test_they_are_ignored_and_counted(self, linked: SimpleNamespace, text: str) -> None:
        assert linked.chat.say(text, chat=99) is None
        assert linked.chat.bot.ignored == 1
        assert statuses(linked) == ["RUNNING", "RUNNING"]

    def test_a_group_is_nobody(self, linked: SimpleNamespace) -> None:
        assert linked.chat.say("/pause", chat=77, kind="group") is None
        assert statuses(linked) == ["RUNNING", "RUNNING"]

    @pytest.mark.parametrize(
        "update",
        [
            {},
            {"message": None},
            {"message": {"chat": {"id": 77, "type": "private"}, "date": 1}},
            {"message": {"chat": {"id": "77", "type": "private"}, "date": 1, "text": "/pause"}},
            {"message": {"chat": None, "date": 1, "text": "/pause"}},
            {"edited_message": {"chat": {"id": 77, "type": "private"}, "date": 1, "text": "/pause"}},
            {"channel_post": {"chat": {"id": 77, "type": "channel"}, "date": 1, "text": "/pause"}},
        ],
    )
    def test_what_is_no_message_is_done_with(self, linked: SimpleNamespace, update: dict[str, Any]) -> None:
        assert updates.receive(linked.bot.pk, {"update_id": 9000, **update}) is None
        assert linked.chat.bot.next_update == 9001
        assert statuses(linked) == ["RUNNING", "RUNNING"]

    def test_empty_words(self) -> None:
        update = {"message": {"chat": {"id": 7, "type": "private"}, "date": 1, "text": "   "}}
        found = Message.read(update)
        assert found is not None
        assert (found.command, found.argument) == ("", "")


class TestReports:
    def test_status(self, linked: SimpleNamespace) -> None:
        reply = linked.chat.say("/status@desk_bot")
        assert reply is not None
        assert "Paper desk (PAPER) – equity $1,000.00, balance $1,000.00, 0 open trades ($0.00)" in reply
        assert "Sessions: 2 running" in reply
        assert "Kill switch: off" in reply

    def test_positions(self, linked: SimpleNamespace) -> None:
        assert linked.chat.say("/positions") == "No open trades."
        make_instrument()
        publish_quote(100.0)
        trade = open_trade(linked)
        publish_quote(110.0)
        reply = linked.chat.say("/positions")
        assert reply is not None
        assert trade.entry_price is not None
        pnl = (110 - trade.entry_price) * trade.quantity
        assert reply.startswith(f"LONG {trade.quantity.normalize():f} ABC at ")
        assert f"+${pnl:.2f}" in reply
        assert "stop 99 – Paper desk" in reply

    def test_another_owners_things_are_not_shown(self, linked: SimpleNamespace) -> None:
        from tests.trading.factories import make_account

        make_account(name="Not mine")
        assert "Not mine" not in (linked.chat.say("/status") or "")

    @pytest.mark.parametrize("text", ["/help", "/start", "what?", "/nonsense"])
    def test_help(self, linked: SimpleNamespace, text: str) -> None:
        assert "/positions" in (linked.chat.say(text) or "")


class TestPausing:
    def test_pause_and_resume(self, linked: SimpleNamespace) -> None:
        assert linked.chat.say("/pause") == "2 sessions paused."
        assert statuses(linked) == ["PAUSED", "PAUSED"]
        assert linked.chat.say("/pause") == "0 sessions paused."
        assert linked.chat.say("/resume") == "2 sessions resumed."
        assert statuses(linked) == ["RUNNING", "RUNNING"]

    def test_who_did_it_and_how_is_on_record(self, linked: SimpleNamespace) -> None:
        before = Event.objects.filter(owner=linked.owner).latest("number").number
        linked.chat.say("/pause")
        told = Event.objects.filter(owner=linked.owner, number__gt=before)
        assert told.exists()
        assert {(event.actor_id, event.via) for event in told} == {(linked.owner.pk, "telegram")}

    def test_an_old_resumption_is_asked_for_again(self, linked: SimpleNamespace) -> None:
        linked.chat.say("/pause", age=3600)
        assert statuses(linked) == ["PAUSED", "PAUSED"], "an old pause is a pause"
        assert "60 minutes ago" in (linked.chat.say("/resume", age=3600) or "")
        assert statuses(linked) == ["PAUSED", "PAUSED"]

    def test_a_halted_session_stays_halted(self, linked: SimpleNamespace) -> None:
        linked.chat.say("/pause")
        AutoTradingSession.objects.filter(pk=linked.sessions[0].pk).update(status="HALTED", halted_by="x")
        reply = linked.chat.say("/resume") or ""
        assert reply.startswith("1 session resumed.")
        assert len(reply.splitlines()) == 2, "and why the other was not"
        assert statuses(linked) == ["HALTED", "RUNNING"]

    def test_nothing_resumes_under_the_kill_switch(self, linked: SimpleNamespace) -> None:
        linked.chat.say("/pause")
        killswitch.engage(owner_id=linked.owner.pk, actor_id=linked.owner.pk)
        assert "kill switch" in (linked.chat.say("/resume") or "").lower()
        assert "RUNNING" not in statuses(linked)

    def test_another_owners_sessions_go_on(self, linked: SimpleNamespace) -> None:
        from tests.trading.factories import make_account, make_session

        other = make_session(make_account())
        linked.chat.say("/pause")
        other.refresh_from_db()
        assert other.status == "RUNNING"

    @pytest.mark.parametrize("text", ["/pause", "/resume", "/kill", "/kill 123456"])
    def test_a_viewer_looks_on(self, linked: SimpleNamespace, text: str) -> None:
        linked.owner.groups.add(Group.objects.get_or_create(name="viewer")[0])
        assert linked.chat.say(text) == commands._LOOK_ONLY
        assert statuses(linked) == ["RUNNING", "RUNNING"]
        assert not KillSwitch.objects.exists()
        assert linked.chat.say("/status") != commands._LOOK_ONLY


def code_in(reply: str | None) -> str:
    assert reply is not None
    return next(word for word in reply.split() if word.isdigit() and len(word) == 6)


class TestKill:
    def test_it_asks_first(self, linked: SimpleNamespace) -> None:
        code = code_in(linked.chat.say("/kill"))
        assert killswitch.engaged(linked.owner.pk) is None
        assert "engaged" in (linked.chat.say(f"/kill {code}") or "")
        switch = killswitch.engaged(linked.owner.pk)
        assert switch is not None
        assert (switch.owner, switch.engaged_by, switch.close_positions) == (linked.owner, linked.owner, False)
        assert "Kill switch: engaged" in (linked.chat.say("/status") or "")

    def test_it_may_close_everything(self, linked: SimpleNamespace) -> None:
        linked.chat.say(f"/kill {code_in(linked.chat.say('/kill close'))}")
        switch = killswitch.engaged(linked.owner.pk)
        assert switch is not None
        assert switch.close_positions

    def test_one_try(self, linked: SimpleNamespace) -> None:
        code = code_in(linked.chat.say("/kill"))
        wrong = "000000" if code != "000000" else "000001"
        assert "not the code" in (linked.chat.say(f"/kill {wrong}") or "")
        assert "not the code" in (linked.chat.say(f"/kill {code}") or "")
        assert killswitch.engaged(linked.owner.pk) is None

    def test_a_minute(self, linked: SimpleNamespace) -> None:
        code = code_in(linked.chat.say("/kill"))
        TelegramBot.objects.update(pending_at=wall_now() - timedelta(seconds=61))
        assert "too late" in (linked.chat.say(f"/kill {code}") or "")
        assert killswitch.engaged(linked.owner.pk) is None

    def test_a_message_that_was_held_up_counts_from_when_it_was_sent(self, linked: SimpleNamespace) -> None:
        code = code_in(linked.chat.say("/kill"))
        TelegramBot.objects.update(pending_at=wall_now() - timedelta(seconds=300))
        linked.chat.say(f"/kill {code}", age=280)
        assert killswitch.engaged(linked.owner.pk) is not None

    def test_no_code_is_no_code(self, linked: SimpleNamespace) -> None:
        for text in ("/kill 0", "/kill ''", "/kill  000000"):
            linked.chat.say(text)
        assert killswitch.engaged(linked.owner.pk) is None

    def test_another_chat_cannot_confirm(self, linked: SimpleNamespace) -> None:
        code = code_in(linked.chat.say("/kill"))
        assert linked.chat.say(f"/kill {code}", chat=99) is None
        assert killswitch.engaged(linked.owner.pk) is None


class TestOnce:
    def test_an_update_that_comes_twice_counts_once(self, linked: SimpleNamespace) -> None:
        update = linked.chat.update("/pause")
        assert updates.receive(linked.bot.pk, update) is not None
        AutoTradingSession.objects.update(status="RUNNING")
        assert updates.receive(linked.bot.pk, update) is None
        assert statuses(linked) == ["RUNNING", "RUNNING"]
        assert linked.chat.bot.next_update == update["update_id"] + 1

    def test_what_fails_is_answered_and_not_tried_again(
        self, linked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(**_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr("trading.sessions.sessions.take_all", fail)
        update = linked.chat.update("/pause")
        reply = updates.receive(linked.bot.pk, update)
        assert reply is not None
        assert "did not work" in reply.text
        assert "a bug" in caplog.text
        assert updates.receive(linked.bot.pk, update) is None

    def test_a_database_that_is_away_leaves_everything_as_it_was(
        self, linked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        update = linked.chat.update("/pause")
        before = linked.chat.bot.next_update

        def fail(self: TelegramBot, **_: object) -> None:
            raise DatabaseError("gone")

        with monkeypatch.context() as patched:
            patched.setattr(TelegramBot, "save", fail)
            with pytest.raises(DatabaseError):
                updates.receive(linked.bot.pk, update)
        assert statuses(linked) == ["RUNNING", "RUNNING"], "the pause was rolled back with it"
        assert linked.chat.bot.next_update == before
        assert updates.receive(linked.bot.pk, update) is not None
        assert statuses(linked) == ["PAUSED", "PAUSED"]

    def test_a_kill_that_crashed_behind_the_switch_is_finished(
        self, linked: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        update = linked.chat.update(f"/kill {code_in(linked.chat.say('/kill'))}")

        def crash(bot_id: int, number: int) -> None:
            raise DatabaseError("the power went")

        with monkeypatch.context() as patched:
            patched.setattr(updates, "_next", crash)
            with pytest.raises(DatabaseError):
                updates.receive(linked.bot.pk, update)
        assert killswitch.engaged(linked.owner.pk) is not None
        reply = updates.receive(linked.bot.pk, update)
        assert reply is not None
        assert "engaged" in reply.text
        assert KillSwitch.objects.count() == 1


def test_two_users_do_not_share_a_bot(desk: SimpleNamespace) -> None:
    from brokers.interface import Secret
    from tests.trading.telegram.conftest import TOKEN
    from trading.telegram.bots import BotTaken, set_token

    with pytest.raises(BotTaken):
        set_token(owner_id=make_user().pk, token=Secret(TOKEN))
