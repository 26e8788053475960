"""Reading bots over real HTTP, under a real lease: whatever goes wrong, each message is acted on once."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import redis.asyncio

from tests.telegram_api import FakeTelegram
from tests.trading.telegram.conftest import TOKEN
from trading.models import AutoTradingSession, TelegramBot
from trading.telegram import bots, poller
from trading.telegram.poller import TelegramBots


class Streamer:
    """A streamer's part that reads bots, in a thread with a loop of its own."""

    def __init__(self, redis_url: str, name: str) -> None:
        self._ready, self._stopping = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(redis_url, name)), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    async def _run(self, redis_url: str, name: str) -> None:
        self._loop = asyncio.get_running_loop()
        client = redis.asyncio.Redis.from_url(redis_url)
        task = asyncio.create_task(TelegramBots(client, name).run())
        self._ready.set()
        await self._stopping.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await client.aclose()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(20)
            assert not self._thread.is_alive()


@pytest.fixture
def streamer(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Streamer]]:
    for name, seconds in (("LOOK_SECONDS", 0.05), ("_FIRST_PAUSE", 0.05), ("_LONGEST_PAUSE", 0.2)):
        monkeypatch.setattr(poller, name, seconds)
    monkeypatch.setattr(poller, "WAIT_SECONDS", 1)
    running: list[Streamer] = []

    def begin(name: str = "one") -> Streamer:
        running.append(Streamer(redis_url, name))
        return running[-1]

    yield begin
    for item in running:
        item.stop()


@pytest.fixture
def desk(transactional_db: None, desk: SimpleNamespace) -> SimpleNamespace:
    return desk


@pytest.fixture
def linked(desk: SimpleNamespace) -> SimpleNamespace:
    TelegramBot.objects.update(chat_id=77)
    return desk


def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def paused() -> int:
    return AutoTradingSession.objects.filter(status="PAUSED").count()


def error() -> str:
    return TelegramBot.objects.get().error


def test_from_the_code_to_the_pause(
    desk: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer]
) -> None:
    streamer()
    telegram.says(f"/start {desk.bot.link_code}")
    assert telegram.wait_sent(1)[0].startswith("Linked.")
    telegram.says("/status")
    assert "2 running" in telegram.wait_sent(2)[1]
    last = telegram.says("/pause")
    assert telegram.wait_sent(3)[2] == "2 sessions paused."
    assert {chat for chat, _ in telegram.sent} == {77}
    telegram.wait_calls("getUpdates", telegram.calls.count("getUpdates") + 2)
    assert telegram.offsets[-1] == last + 1, "Telegram may forget what was done"


@pytest.mark.parametrize("fault", ["drop", "garbage", 500, 502, 429, 409, 401])
def test_after_a_fault_it_goes_on(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer], fault: int | str
) -> None:
    telegram.faults["getUpdates"] = [fault] * 3
    telegram.says("/pause")
    streamer()
    assert telegram.wait_sent(1) == ["2 sessions paused."]
    until(lambda: error() == "")
    assert telegram.calls.count("getUpdates") >= 4


@pytest.mark.parametrize(
    ("fault", "told"),
    [(401, "does not accept"), (409, "Another program"), ("drop", "cannot be reached"), (500, "refused")],
)
def test_the_owner_is_shown_what_is_wrong(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer], fault: int | str, told: str
) -> None:
    telegram.faults["getUpdates"] = [fault] * 1000
    streamer()
    until(lambda: told in error())
    assert TOKEN not in error()
    assert "AbcDef" not in error()
    telegram.faults["getUpdates"] = []
    until(lambda: error() == "")


def test_of_two_streamers_one_reads(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer]
) -> None:
    first = streamer("one")
    telegram.wait_calls("getUpdates", 1)
    streamer("two")
    telegram.says("/pause")
    assert telegram.wait_sent(1) == ["2 sessions paused."]
    telegram.wait_calls("getUpdates", 4)
    assert telegram.conflicts == 0, "one at a time"
    first.stop()
    telegram.says("/resume")
    assert telegram.wait_sent(2)[1] == "2 sessions resumed."


def test_what_was_done_before_a_crash_is_not_done_again(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The update was acted on, and the streamer died before Telegram was told: it is delivered again."""
    number = telegram.says("/pause")
    linked.chat.number = number - 1
    assert linked.chat.say("/pause") == "2 sessions paused."
    AutoTradingSession.objects.update(status="RUNNING")
    streamer()
    telegram.says("/status")
    assert "2 running" in telegram.wait_sent(1)[0]
    assert paused() == 0


def test_a_reply_waits_when_told_to_and_is_given_up_in_the_end(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer]
) -> None:
    streamer()
    telegram.faults["sendMessage"] = [429, 429]
    telegram.says("/pause")
    assert telegram.wait_sent(1) == ["2 sessions paused."]
    telegram.faults["sendMessage"] = ["drop", 500, 403]
    telegram.says("/resume")
    telegram.says("/help")
    assert telegram.wait_sent(2)[1].startswith("/status"), "the reply to /resume is lost, what it told of is done"
    assert paused() == 0


def test_a_bot_that_is_switched_off_or_removed_is_not_read(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer]
) -> None:
    streamer()
    telegram.wait_calls("getUpdates", 1)
    bots.switch(owner_id=linked.owner.pk, is_enabled=False)

    def is_silent() -> bool:
        before = telegram.calls.count("getUpdates")
        time.sleep(1.3)  # longer than a request is held open
        return telegram.calls.count("getUpdates") == before

    until(is_silent)
    telegram.says("/pause")
    bots.switch(owner_id=linked.owner.pk, is_enabled=True)
    assert telegram.wait_sent(1) == ["2 sessions paused."]
    bots.remove(owner_id=linked.owner.pk)
    until(is_silent)


def test_updates_that_make_no_sense_hold_up_no_other(
    linked: SimpleNamespace, telegram: FakeTelegram, streamer: Callable[..., Streamer]
) -> None:
    number = telegram.says("hello there")
    telegram.push({"update_id": number + 1, "message": {"chat": 5, "text": ["?"]}})
    telegram.push({"update_id": number + 2})
    telegram._next = number + 3
    telegram.says("/pause")
    streamer()
    assert telegram.wait_sent(2)[1] == "2 sessions paused."
