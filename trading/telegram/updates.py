"""Receiving an update: acted on once, however often it is delivered, and in the name of the bot's owner."""

import logging
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, transaction

from trading.audit.actors import acting
from trading.models import TelegramBot
from trading.telegram import commands
from trading.telegram.message import Message

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    chat_id: int
    text: str


def receive(bot_id: int, update: dict[str, Any]) -> Reply | None:
    """Act on the update, and what to answer; None where it was acted on before or is not for us.

    The bot's `next_update` moves in the transaction that does the work. What fails is logged, answered and not tried
    again; only a database that does not answer is: raises DatabaseError, and then nothing was done.
    """
    number, message = int(update["update_id"]), Message.read(update)
    owner_id = TelegramBot.objects.values_list("owner_id", flat=True).get(pk=bot_id)
    with acting(owner_id, "telegram"):
        try:
            return _act(bot_id, number, message)
        except DatabaseError:
            raise
        except Exception:
            logger.exception("a message to telegram bot %s could not be acted on", bot_id)
        return _give_up(bot_id, number, message)


def _act(bot_id: int, number: int, message: Message | None) -> Reply | None:
    if message is not None:
        # Before the transaction, since its row is to be seen at once; engaging twice is engaging once.
        seen = TelegramBot.objects.select_related("owner").get(pk=bot_id)
        if number >= seen.next_update and message.chat_id == seen.chat_id:
            commands.engage_if_confirmed(seen, message)
    with transaction.atomic():
        bot = _next(bot_id, number)
        if bot is None:
            return None
        text = commands.answer(bot, message) if message is not None else None
        bot.save()
    return Reply(message.chat_id, text) if message is not None and text else None


def _give_up(bot_id: int, number: int, message: Message | None) -> Reply | None:
    with transaction.atomic():
        bot = _next(bot_id, number)
        if bot is None:
            return None
        bot.save(update_fields=["next_update"])
    if message is None or message.chat_id != bot.chat_id:
        return None
    return Reply(message.chat_id, "That did not work; the reason is in Signalist's log.")


def _next(bot_id: int, number: int) -> TelegramBot | None:
    """The bot, locked, with this update counted as done; None where it was before.

    Its row is locked before accounts are: nobody who holds an account asks for it.
    """
    bot = TelegramBot.objects.select_for_update(of=("self",)).select_related("owner").get(pk=bot_id)
    if number < bot.next_update:
        return None
    bot.next_update = number + 1
    return bot


def note_error(bot_id: int, error: str) -> None:
    """Show the owner why the bot does not listen; "" when it does."""
    differs = TelegramBot.objects.filter(pk=bot_id).exclude(error=error[:200])
    if differs.exists():  # mostly not: an update, even of nothing, would ask SQLite for its one write lock
        differs.update(error=error[:200])


def note_offset(bot_id: int) -> int:
    """The update to ask for next."""
    return TelegramBot.objects.values_list("next_update", flat=True).get(pk=bot_id)
