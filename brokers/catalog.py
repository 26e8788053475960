"""The brokers that Signalist knows: what each offers, and what it needs. One file of brokers/data/ is one broker."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from brokers.errors import BrokerError

PAPER = "paper"
_DATA = Path(__file__).parent / "data"
# The order in which they are listed.
_IDS = (
    "deribit",
    "binance",
    "bybit",
    "okx",
    "kraken",
    "bitget",
    "kucoin",
    "mexc",
    "gate",
    "bitmex",
    "htx",
    "phemex",
    "coinbase",
    "bitstamp",
    "bitfinex",
    "deriv",
    "delta",
    PAPER,
)


class BrokerState(StrEnum):
    AVAILABLE = "AVAILABLE"
    CLOSED = "CLOSED"


class UnknownBroker(BrokerError, LookupError):
    """No broker has that id."""

    code = "unknown_broker"


class BrokerClosed(BrokerError):
    """The broker has ceased; the message says when."""

    code = "broker_closed"


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing to paste. `secret`: not to be shown while it is typed; `choices`: what it may be, if not anything."""

    name: str
    label: str
    secret: bool
    required: bool
    help: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyGuide:
    """Where and how to make a key, with the least rights that trading needs."""

    url: str
    steps: tuple[str, ...]
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokerInfo:
    """`max_leverage` is the broker's own (None: spot only); strategies are capped below it."""

    id: str
    name: str
    state: BrokerState
    state_reason: str
    docs_url: str
    max_leverage: int | None
    supported_pairs: tuple[str, ...]
    testnet_available: bool
    features: Mapping[str, bool]
    credentials: tuple[CredentialField, ...]
    capabilities: Mapping[str, bool]
    key_guide: KeyGuide

    @property
    def logo(self) -> str:
        """Path below the static files."""
        return f"brokers/{self.id}.svg"

    def field(self, name: str) -> CredentialField | None:
        return next((item for item in self.credentials if item.name == name), None)


def _read(broker_id: str) -> BrokerInfo:
    data: dict[str, Any] = json.loads((_DATA / f"{broker_id}.json").read_text(encoding="utf-8"))
    guide = data.pop("key_guide")
    return BrokerInfo(
        **{
            **data,
            "state": BrokerState(data["state"]),
            "supported_pairs": tuple(data["supported_pairs"]),
            "credentials": tuple(_field(item) for item in data["credentials"]),
            "key_guide": KeyGuide(guide["url"], tuple(guide["steps"]), tuple(guide["permissions"])),
        }
    )


def _field(data: dict[str, Any]) -> CredentialField:
    return CredentialField(**{**data, "choices": tuple(data.get("choices", ()))})


@lru_cache(maxsize=1)
def _all() -> Mapping[str, BrokerInfo]:
    return {broker_id: _read(broker_id) for broker_id in _IDS}


def brokers() -> tuple[BrokerInfo, ...]:
    return tuple(_all().values())


def broker_info(broker_id: str) -> BrokerInfo:
    """Raises UnknownBroker."""
    info = _all().get(broker_id)
    if info is None:
        raise UnknownBroker(f"There is no broker {broker_id!r}.")
    return info


def open_broker(broker_id: str) -> BrokerInfo:
    """A broker that can be connected to. Raises UnknownBroker (paper needs no connection), or BrokerClosed."""
    info = broker_info(broker_id)
    if info.state == BrokerState.CLOSED:
        raise BrokerClosed(info.state_reason)
    if info.id == PAPER:
        raise UnknownBroker("Paper trading needs no keys and no connection.")
    return info
