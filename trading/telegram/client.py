"""The few methods of Telegram's Bot API that are needed (https://core.telegram.org/bots/api)."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from brokers.interface import Secret
from brokers.redaction import forms_of, redact, watched

TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}")
LONGEST_TEXT = 4096
_TIMEOUT_SECONDS = 15.0


class TelegramError(Exception):
    """The API's refusal, in words fit to be shown: neither the token nor an address is in them."""


class TokenRefused(TelegramError):
    """There is no bot of this token (any more)."""


class PolledElsewhere(TelegramError):
    """Another program reads this bot's messages, or a webhook does."""


class TooManyRequests(TelegramError):
    """`retry_after` seconds are to be waited."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unreachable(TelegramError):
    """No answer, or none that can be read."""


@asynccontextmanager
async def bot_api(token: Secret, url: str) -> AsyncIterator["BotApi"]:
    """The API for the bot of this token, at `url`. Raises TokenRefused for what cannot be a token."""
    if not TOKEN.fullmatch(token.reveal()):
        raise TokenRefused("This is no bot token: BotFather writes them as 123456:ABC-…")
    async with aiohttp.ClientSession(trust_env=True) as session:
        yield BotApi(token, url, session)


class BotApi:
    """Every method raises TelegramError."""

    def __init__(self, token: Secret, url: str, session: aiohttp.ClientSession) -> None:
        self._token = token
        self._url = url.rstrip("/")
        self._session = session
        self._secrets = forms_of([token.reveal()])

    async def username(self) -> str:
        """The bot's name, without the @."""
        found = await self._call("getMe", {})
        name = found.get("username") if isinstance(found, dict) else None
        if not isinstance(name, str) or not name:
            raise Unreachable("Telegram's answer cannot be read.")
        return name[:64]

    async def updates(self, offset: int, wait_seconds: int) -> list[dict[str, Any]]:
        """New messages from the update `offset` on; waits for some that long. Updates below it are forgotten there."""
        asked = {"offset": offset, "timeout": wait_seconds, "allowed_updates": ["message"]}
        found = await self._call("getUpdates", asked, _TIMEOUT_SECONDS + wait_seconds)
        listed = found if isinstance(found, list) else []
        return [item for item in listed if isinstance(item, dict) and isinstance(item.get("update_id"), int)]

    async def send(self, chat_id: int, text: str) -> None:
        await self._call("sendMessage", {"chat_id": chat_id, "text": text[:LONGEST_TEXT]})

    async def _call(self, method: str, asked: dict[str, Any], seconds: float = _TIMEOUT_SECONDS) -> Any:
        address = f"{self._url}/bot{self._token.reveal()}/{method}"
        told = None
        with watched(self._secrets):
            try:
                timeout = aiohttp.ClientTimeout(total=seconds)
                async with self._session.post(address, json=asked, timeout=timeout) as response:
                    status, answer = response.status, json.loads(await response.read())
            except (aiohttp.ClientError, OSError, ValueError) as error:
                told = type(error).__name__
        if told is not None:  # out here, so that the first error, whose text may hold the address, is not its context
            raise Unreachable(f"Telegram cannot be reached ({told}).")
        if not isinstance(answer, dict):
            raise Unreachable("Telegram's answer cannot be read.")
        if answer.get("ok") is True:
            return answer.get("result")
        raise self._refusal(answer.get("error_code", status), answer)

    def _refusal(self, code: object, answer: dict[str, Any]) -> TelegramError:
        text = redact(str(answer.get("description", ""))[:150], self._secrets)
        if code in (401, 404):
            return TokenRefused("Telegram does not accept the bot's token.")
        if code == 409:
            return PolledElsewhere(f"Another program reads this bot's messages ({text}).")
        if code == 429:
            parameters = answer.get("parameters")
            wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
            seconds = float(wait) if isinstance(wait, int | float) and 0 < wait <= 3600 else 5.0
            return TooManyRequests("Telegram asks for a pause.", seconds)
        return TelegramError(f"Telegram refused: {text or code}")
