"""Reading the bots' messages: one task a bot in the streamer, which holds the bot's lease in Redis while it reads."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db import close_old_connections

from brokers.vault import VaultError
from signals.marketdata.lease import StreamLease
from trading.models import TelegramBot
from trading.sealed import token_of

if TYPE_CHECKING:
    import redis.asyncio

    from trading.telegram.client import BotApi
    from trading.telegram.updates import Reply

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0
WAIT_SECONDS = 25  # how long Telegram holds a request open while there is nothing to tell
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_SEND_TRIES = 3

_T = TypeVar("_T")


async def _in_database(work: Callable[..., _T], *arguments: Any) -> _T:
    """Carry it out in a thread, with a database connection that is good."""

    def carry_out() -> _T:
        close_old_connections()
        try:
            return work(*arguments)
        finally:
            close_old_connections()

    return await asyncio.to_thread(carry_out)


class TelegramBots:
    """Keeps a reader for every bot that is switched on, and lets go of those that are not or have a new token."""

    def __init__(self, client: "redis.asyncio.Redis", owner: str) -> None:
        self._redis = client
        self._owner = owner
        self._readers: dict[tuple[int, bytes], asyncio.Task[None]] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._look()
                except Exception:
                    logger.exception("the telegram bots could not be looked after; trying again")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for task in self._readers.values():
                task.cancel()
            await asyncio.gather(*self._readers.values(), return_exceptions=True)

    async def _look(self) -> None:
        bots = {(bot.pk, bytes(bot.nonce)): bot for bot in await _in_database(_enabled)}
        for key in [key for key, task in self._readers.items() if key not in bots or task.done()]:
            self._readers.pop(key).cancel()
        for key, bot in bots.items():
            if key not in self._readers:
                reader = BotReader(bot, self._redis, self._owner)
                self._readers[key] = asyncio.create_task(reader.run(), name=f"telegram-{bot.pk}")


def _enabled() -> list[TelegramBot]:
    return list(TelegramBot.objects.filter(is_enabled=True, owner__is_active=True).order_by("pk"))


class BotReader:
    """Reads one bot's messages and answers them."""

    def __init__(self, bot: TelegramBot, client: "redis.asyncio.Redis", owner: str) -> None:
        self._bot = bot
        self._lease = StreamLease(client, f"telegram:{bot.pk}", owner)
        self._pause = _FIRST_PAUSE

    async def run(self) -> None:
        """Wait for the lease, read, and start over when something fails or the lease is lost."""
        while True:
            await self._lease.acquire()
            try:
                await self._read()
            except _Failed as failure:
                await asyncio.sleep(self._next_pause() if failure.pause is None else failure.pause)
            except Exception:
                logger.exception("telegram bot %s: its messages could not be read; trying again", self._bot.pk)
                await asyncio.sleep(self._next_pause())
            finally:
                await self._lease.release()

    def _next_pause(self) -> float:
        pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE)
        return pause

    async def _read(self) -> None:
        """Until the lease is lost. Raises _Failed where Telegram does not let it go on."""
        from trading.telegram.client import TelegramError, TooManyRequests, bot_api
        from trading.telegram.updates import note_error

        try:
            async with bot_api(token_of(self._bot), settings.TELEGRAM_URL) as api:
                await self._follow(api)
        except TooManyRequests as error:
            raise _Failed(error.retry_after) from None
        except TelegramBot.DoesNotExist:
            raise _Failed(LOOK_SECONDS) from None
        except (TelegramError, VaultError) as error:
            await _in_database(note_error, self._bot.pk, str(error))
            raise _Failed from None

    async def _follow(self, api: "BotApi") -> None:
        from trading.telegram.updates import note_error, note_offset, receive

        offset = await _in_database(note_offset, self._bot.pk)
        while self._lease.held:
            updates = await api.updates(offset, WAIT_SECONDS)
            self._pause = _FIRST_PAUSE
            await _in_database(note_error, self._bot.pk, "")
            for update in updates:
                if not self._lease.held:
                    return
                reply = await _in_database(receive, self._bot.pk, update)
                offset = update["update_id"] + 1
                if reply is not None:
                    await self._send(api, reply)

    async def _send(self, api: "BotApi", reply: "Reply") -> None:
        """A reply that cannot be sent is given up: what it tells of is done."""
        from trading.telegram.client import TelegramError, TooManyRequests

        for _ in range(_SEND_TRIES):
            try:
                await api.send(reply.chat_id, reply.text)
            except TooManyRequests as error:
                await asyncio.sleep(min(error.retry_after, 30.0))
            except TelegramError as error:
                logger.warning("telegram bot %s: a reply was not sent: %s", self._bot.pk, error)
                await asyncio.sleep(_FIRST_PAUSE)
            else:
                return


class _Failed(Exception):
    """Reading ended; `pause` is how many seconds to wait, where that is known."""

    def __init__(self, pause: float | None = None) -> None:
        super().__init__()
        self.pause = pause
