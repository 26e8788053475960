"""A broker in memory: it knows which keys it accepts, and can answer in every unpleasant way."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from brokers.errors import AuthenticationFailed, InvalidOrder
from brokers.interface import Balance, ConnectionState, ConnectionStatus, Credentials, Environment, Instrument

GOOD = {
    "deriv": {"token": "good-token-1", "app_id": "1089"},
    "okx": {"api_key": "good-key-1", "api_secret": "good-secret-1", "password": "good-pass-1"},
}
DEFAULT = {"api_key": "good-key-1", "api_secret": "good-secret-1"}


def keys_of(broker: str) -> dict[str, str]:
    """Keys that the venue accepts."""
    return dict(GOOD.get(broker, DEFAULT))


def money(currency: str, total: str) -> Balance:
    return Balance(currency, Decimal(total), Decimal(total), Decimal(total))


@dataclass
class Venue:
    """`trouble`, called with the credentials, raises or returns a status in place of connecting."""

    balances: list[Balance] = field(default_factory=lambda: [money("USDT", "1000")])
    account_type: str = ""
    account_id: str = ""
    scopes: tuple[str, ...] | None = None
    symbols: tuple[str, ...] = ("BTCUSD", "ETHUSD")
    trouble: Callable[[Credentials], ConnectionStatus | None] | None = None
    disconnect_trouble: Callable[[Credentials], None] | None = None
    seen: list[tuple[str, Environment]] = field(default_factory=list)
    left: int = 0

    def make(self, broker_id: str, credentials: Credentials) -> "VenueBroker":
        self.seen.append((broker_id, credentials.environment))
        return VenueBroker(self, broker_id, credentials)


class VenueBroker:
    def __init__(self, venue: Venue, broker_id: str, credentials: Credentials) -> None:
        self._venue, self._broker_id, self._credentials = venue, broker_id, credentials

    @property
    def account(self) -> SimpleNamespace | None:
        """As Deriv's adapter tells its account."""
        if not self._venue.account_type:
            return None
        return SimpleNamespace(
            account_id=self._venue.account_id, account_type=self._venue.account_type, scopes=self._venue.scopes
        )

    def connect(self) -> ConnectionStatus:
        if self._venue.trouble is not None and (status := self._venue.trouble(self._credentials)) is not None:
            return status
        given = {name: self._credentials.get(name) for name in keys_of(self._broker_id)}
        if given != keys_of(self._broker_id):
            raise AuthenticationFailed("The keys are not accepted.")
        return ConnectionStatus(ConnectionState.CONNECTED, latency_ms=12.5, connected_at=1_800_000_000.0)

    def get_balance(self) -> list[Balance]:
        return list(self._venue.balances)

    def get_instrument_info(self, symbol: str) -> Instrument:
        if symbol not in self._venue.symbols:
            raise InvalidOrder(f"symbol: the venue does not list {symbol!r}")
        return Instrument(self._broker_id, symbol, "FUTURES", 0.5, 1.0, 1.0, 0.0)

    def disconnect(self) -> None:
        self._venue.left += 1
        if self._venue.disconnect_trouble is not None:
            self._venue.disconnect_trouble(self._credentials)


@contextmanager
def fake_venue(**settings: Any) -> Iterator[Venue]:
    """Every broker is this venue, behind the registry and its guard."""
    venue = Venue(**settings)
    deriv = SimpleNamespace(DerivBroker=lambda credentials: venue.make("deriv", credentials))
    ccxt = SimpleNamespace(ccxt_broker=venue.make)
    modules: dict[str, Any] = {"brokers.adapters.deriv.adapter": deriv, "brokers.adapters.ccxt.factory": ccxt}
    before = {name: sys.modules.get(name) for name in modules}
    sys.modules.update(modules)
    try:
        yield venue
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
