from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from brokers.interface import Secret
from tests.telegram_api import FakeTelegram, fake_telegram
from tests.trading.factories import make_account, make_session
from trading.models import TelegramBot
from trading.telegram import bots, updates

TOKEN = "123456789:AbcDefGhiJklMnoPqrStuVwx-yz"
CHAT = 77


@pytest.fixture
def telegram(settings: Any) -> Iterator[FakeTelegram]:
    """A Bot API on this machine, with one bot."""
    with fake_telegram() as fake:
        fake.bots[TOKEN] = "desk_bot"
        settings.TELEGRAM_URL = fake.url
        settings.NOTIFY_PRIVATE = True
        yield fake


class Chat:
    """The owner's chat with his bot, update by update, without a poller."""

    def __init__(self, bot: TelegramBot) -> None:
        self.bot_id = bot.pk
        self.number = 500

    def update(
        self, text: str, chat: int = CHAT, *, kind: str = "private", age: float = 0, **more: Any
    ) -> dict[str, Any]:
        import time

        self.number += 1
        message = {"date": int(time.time() - age), "chat": {"id": chat, "type": kind}, "text": text, **more}
        return {"update_id": self.number, "message": message}

    def say(self, text: str, chat: int = CHAT, **more: Any) -> str | None:
        reply = updates.receive(self.bot_id, self.update(text, chat, **more))
        assert reply is None or reply.chat_id == chat
        return reply.text if reply else None

    @property
    def bot(self) -> TelegramBot:
        return TelegramBot.objects.select_related("owner").get(pk=self.bot_id)


@pytest.fixture
def desk(db: None, telegram: FakeTelegram) -> SimpleNamespace:
    """A user with an account, two running sessions, and a bot that is not linked yet."""
    account = make_account(name="Paper desk")
    bot = bots.set_token(owner_id=account.owner_id, token=Secret(TOKEN))
    sessions = [make_session(account), make_session(account)]
    return SimpleNamespace(owner=account.owner, account=account, sessions=sessions, bot=bot, chat=Chat(bot))


@pytest.fixture
def linked(desk: SimpleNamespace) -> SimpleNamespace:
    """The same, linked to the chat 77."""
    assert desk.chat.say(f"/start {desk.bot.link_code}")
    return desk
