"""One message as the Bot API sends it, as far as it is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Message:
    """A person's text in a private chat; `words` are its words, the command in front in lower case."""

    chat_id: int
    sent_at: datetime
    words: tuple[str, ...]

    @classmethod
    def read(cls, update: Mapping[str, Any]) -> Self | None:
        """None for what is no such thing: groups, channels, pictures, edited messages."""
        message = update.get("message")
        chat = message.get("chat") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(chat, dict) or chat.get("type") != "private":
            return None
        chat_id, text, date = chat.get("id"), message.get("text"), message.get("date")
        if not isinstance(chat_id, int) or not isinstance(text, str) or not isinstance(date, int):
            return None
        first, *rest = text[:_LONGEST].split() or [""]
        # In the menu a command may carry the bot's name: /status@the_bot
        return cls(chat_id, datetime.fromtimestamp(date, UTC), (first.partition("@")[0].lower(), *rest))

    @property
    def command(self) -> str:
        return self.words[0]

    @property
    def argument(self) -> str:
        """The word behind the command, or ""."""
        return self.words[1] if len(self.words) > 1 else ""
