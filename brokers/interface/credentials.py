"""Keys to an account. Their text is seen by whoever asks for it by name, and by nothing that prints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Environment(StrEnum):
    LIVE = "live"
    TEST = "test"  # the broker's demo, testnet or sandbox


class Secret:
    """A text that neither prints, nor formats, nor pickles."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")


@dataclass(frozen=True, slots=True)
class Credentials:
    """By the field names that the broker's catalog entry asks for, e.g. api_key, api_secret, password, token, app_id.

    `account_id` picks one of the login's accounts where there are several.
    """

    secrets: Mapping[str, Secret] = field(repr=False)
    environment: Environment = Environment.LIVE
    account_id: str = ""

    def get(self, name: str) -> str:
        """The text of a field, "" where it was not given."""
        secret = self.secrets.get(name)
        return secret.reveal() if secret is not None else ""
