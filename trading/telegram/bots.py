"""A user's bot: its token tried out and stored, the chat linked by a code that is good once, all of it forgotten."""

import secrets
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import transaction

from brokers.interface import Secret
from trading import sealed
from trading.audit import audit
from trading.market import wall_now
from trading.models import TelegramBot

LINK_VALID = timedelta(minutes=15)
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # nothing that a person reads as something else
_CODE_LENGTH = 10


class BotTaken(ValueError):
    """Another user here has this bot: two readers of one bot would take each other's messages."""


def set_token(*, owner_id: int, token: Secret) -> TelegramBot:
    """Try the token out at Telegram and store it, with a new code to link a chat by.

    Another bot's token ends the link to the chat. Raises TelegramError (TokenRefused where it is no good), BotTaken.
    """
    token = Secret(token.reveal().strip())
    username = async_to_sync(_username)(token)
    with transaction.atomic():
        if TelegramBot.objects.filter(username__iexact=username).exclude(owner=owner_id).exists():
            raise BotTaken("Another user here has this bot; make one of your own with BotFather.")
        bot = TelegramBot.objects.select_for_update(of=("self",)).filter(owner=owner_id).first()
        bot = bot or TelegramBot(owner_id=owner_id)
        before = shown(bot) if bot.pk else None
        if bot.username != username:
            bot.chat_id, bot.next_update, bot.ignored = None, 0, 0
        bot.username, bot.error, bot.is_enabled = username, "", True
        bot.pending_command = bot.pending_code = ""
        _new_code(bot)
        sealed.seal_token(bot, token)
        bot.save()
        _record(bot, "telegram.token_set", before, shown(bot))
    return bot


async def _username(token: Secret) -> str:
    from trading.telegram.client import bot_api  # and with it aiohttp, which the web process mostly does without

    async with bot_api(token, settings.TELEGRAM_URL) as api:
        return await api.username()


@transaction.atomic
def new_link_code(*, owner_id: int) -> TelegramBot:
    """A new code in the place of the old one; the chat that is linked stays so until another sends it."""
    bot = _locked(owner_id)
    _new_code(bot)
    bot.save(update_fields=["link_code", "link_code_at"])
    _record(bot, "telegram.link_code_made", None, None)
    return bot


@transaction.atomic
def switch(*, owner_id: int, is_enabled: bool) -> TelegramBot:
    """Let the bot listen, or not."""
    bot = _locked(owner_id)
    if bot.is_enabled != is_enabled:
        bot.is_enabled, bot.error = is_enabled, ""
        bot.save(update_fields=["is_enabled", "error"])
        _record(bot, "telegram.switched", {"is_enabled": not is_enabled}, {"is_enabled": is_enabled})
    return bot


@transaction.atomic
def remove(*, owner_id: int) -> None:
    """Forget the bot. Raises TelegramBot.DoesNotExist."""
    bot = _locked(owner_id)
    _record(bot, "telegram.removed", shown(bot), None)
    bot.delete()


def code_is_good(bot: TelegramBot) -> bool:
    """Whether a chat can still be linked by the bot's code."""
    return bool(bot.link_code) and bot.link_code_at is not None and wall_now() - bot.link_code_at < LINK_VALID


def shown(bot: TelegramBot) -> dict[str, Any]:
    """The bot without its token and codes."""
    return {"username": bot.username, "linked": bot.chat_id is not None, "is_enabled": bot.is_enabled}


def _locked(owner_id: int) -> TelegramBot:
    return TelegramBot.objects.select_for_update(of=("self",)).get(owner=owner_id)


def _new_code(bot: TelegramBot) -> None:
    bot.link_code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    bot.link_code_at = wall_now()


def _record(bot: TelegramBot, action: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    audit.record(owner_id=bot.owner_id, action=action, subject="telegram bot", before=before, after=after)
