"""Trying keys out: connect, ask for the balance, leave."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from brokers.errors import AuthenticationFailed, BrokerUnavailable, InvalidOrder
from brokers.interface import (
    Balance,
    ConnectionState,
    ConnectionStatus,
    Credentials,
    Environment,
    Instrument,
    LiveBroker,
)
from brokers.redaction import redact, texts_of
from brokers.registry import live_broker_for

logger = logging.getLogger(__name__)

DEMO, REAL = "demo", "real"
_CONNECTED = (ConnectionState.CONNECTED, ConnectionState.DEGRADED)


@dataclass(frozen=True, slots=True)
class Check:
    """What a broker said to the keys. `account_type` is demo or real; `permissions` None where it does not tell.

    `instruments` holds those of the symbols asked about that it lists, `unknown` its words on the others, by symbol.
    """

    broker: str
    environment: Environment
    account_id: str
    account_type: str
    balances: tuple[Balance, ...]
    status: ConnectionStatus
    permissions: tuple[str, ...] | None = None
    instruments: tuple[Instrument, ...] = ()
    unknown: Mapping[str, str] = field(default_factory=dict)

    def facts(self) -> dict[str, Any]:
        """As plain JSON, for keeping; amounts as strings."""
        return {
            "account_id": self.account_id,
            "account_type": self.account_type,
            "latency_ms": self.status.latency_ms,
            "permissions": None if self.permissions is None else list(self.permissions),
            "balances": [_amounts(item) for item in self.balances],
        }


def _amounts(balance: Balance) -> dict[str, str]:
    amounts = {name: f"{getattr(balance, name):f}" for name in ("total", "free", "equity")}
    return {"currency": balance.currency, **amounts}


@contextmanager
def connected(broker_id: str, credentials: Credentials) -> Iterator[tuple[LiveBroker, ConnectionStatus]]:
    """An adapter that is connected inside the block, and what connecting said.

    Raises AuthenticationFailed, BrokerUnavailable and what else the adapter raises.
    """
    broker = live_broker_for(broker_id, credentials)
    try:
        status = broker.connect()
        if status.state == ConnectionState.REFUSED:
            raise AuthenticationFailed(status.error or "The broker does not accept these keys.")
        if status.state not in _CONNECTED:
            raise BrokerUnavailable(status.error or "The broker cannot be reached.")
        yield broker, status
    finally:
        _leave(broker)


def check(
    broker_id: str,
    credentials: Credentials,
    *,
    symbols: Sequence[str] = (),
    clock: Callable[[], float] = time.perf_counter,
) -> Check:
    """Connect with these keys, read the balance and look the symbols up; nothing is stored. Raises as `connected`."""
    with connected(broker_id, credentials) as (broker, status):
        started = clock()
        balances = tuple(broker.get_balance())
        if status.latency_ms is None:
            status = replace(status, latency_ms=round((clock() - started) * 1000, 1))
        instruments, unknown = _look_up(broker, symbols)
        test = credentials.environment == Environment.TEST
        # Deriv's tells which of the login's accounts it is; an exchange's key has one account.
        account = getattr(broker, "account", None)
        scopes = getattr(account, "scopes", None)
        found = Check(
            broker=broker_id,
            environment=credentials.environment,
            account_id=str(getattr(account, "account_id", "") or credentials.account_id),
            account_type=str(getattr(account, "account_type", "") or (DEMO if test else REAL)),
            balances=balances,
            status=status,
            permissions=None if scopes is None else tuple(sorted(map(str, scopes))),
            instruments=instruments,
            unknown=unknown,
        )
        secrets = texts_of(credentials)
        return replace(found, account_id=redact(found.account_id, secrets))


def _look_up(broker: LiveBroker, symbols: Sequence[str]) -> tuple[tuple[Instrument, ...], dict[str, str]]:
    instruments, unknown = [], {}
    for symbol in symbols:
        try:
            instruments.append(broker.get_instrument_info(symbol))
        except InvalidOrder as error:
            told = str(error).removeprefix("symbol: ")
            unknown[symbol] = told[:1].upper() + told[1:]
    return tuple(instruments), unknown


def _leave(broker: LiveBroker) -> None:
    """Disconnecting that fails changes nothing of what was found out."""
    try:
        broker.disconnect()
    except Exception as error:
        logger.warning("disconnecting from a broker failed: %s", type(error).__name__)
