"""One-time passwords: each opens one trading socket, once, for a while."""

import secrets
from collections.abc import Callable

from brokers.simulator.deriv.accounts import Account


class OneTimePasswords:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[Account, float]] = {}

    def issue(self, account: Account, seconds: float) -> str:
        now = self._clock()
        self._waiting = {text: held for text, held in self._waiting.items() if held[1] > now}
        text = secrets.token_urlsafe(24)
        self._waiting[text] = (account, now + seconds)
        return text

    def redeem(self, text: str) -> Account | None:
        """The account that the password opens; None for one that is unknown, used, or too old."""
        account, until = self._waiting.pop(text, (None, 0.0))
        return account if account is not None and self._clock() < until else None
