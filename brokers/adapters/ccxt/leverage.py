"""Leverage and margin mode: set before an entry, and remembered so that they are set once."""

import threading
from decimal import Decimal

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.errors import Unchanged
from brokers.errors import BrokerUnavailable, OutcomeUnknown


class Leverage:
    """`margin_mode`: cross or isolated. Raises what the exchange answers: no entry goes out on another leverage."""

    def __init__(self, client: Client, margin_mode: str = "cross") -> None:
        if margin_mode not in ("cross", "isolated"):
            raise ValueError(f"margin_mode: cross or isolated, not {margin_mode!r}")
        self._client, self._mode = client, margin_mode
        self._set: dict[str, Decimal] = {}
        self._lock = threading.Lock()

    def ensure(self, symbol: str, leverage: Decimal) -> None:
        with self._lock:
            if not self._client.venue.sets_leverage or self._set.get(symbol) == leverage:
                return
            for method, arguments in self._client.venue.leverage_calls(symbol, leverage, self._mode):
                try:
                    self._client.act(method, *arguments)
                except Unchanged:
                    continue  # it was so already
                except OutcomeUnknown:
                    message = f"{self._client.name} did not say whether the leverage is set: nothing was ordered"
                    raise BrokerUnavailable(message) from None
            self._set[symbol] = leverage

    def forget(self) -> None:
        """After a reconnect: somebody else may have changed it meanwhile."""
        with self._lock:
            self._set.clear()
