"""What we bought: Deriv keeps no order ids of ours, so this record is what ties a contract to its order."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Protocol

import redis

from brokers.errors import BrokerUnavailable
from brokers.interface import ContractTerms, ContractType

KEPT_SECONDS = 40 * 86_400
_TRIM_EVERY = 50  # purchases


@dataclass(frozen=True, slots=True)
class Purchase:
    """`contract_id` is "" until it is known; `sent_at` in epoch seconds."""

    client_order_id: str
    symbol: str
    terms: ContractTerms
    sent_at: float
    contract_id: str = ""


@dataclass(frozen=True, slots=True)
class Sale:
    contract_id: str
    sent_at: float


class PurchaseJournal(Protocol):
    """Written before anything is sent. Raises BrokerUnavailable where it cannot be reached."""

    def remember(self, client_order_id: str, symbol: str, terms: ContractTerms, sent_at: float) -> bool:
        """Record a purchase about to be sent; False when that order is recorded already: it must not be sent again."""
        ...

    def forget(self, client_order_id: str) -> None:
        """Nothing was bought for that order."""
        ...

    def purchase(self, client_order_id: str) -> Purchase | None: ...

    def unclaimed(self) -> list[Purchase]:
        """Purchases whose contract is not known, the oldest first."""
        ...

    def claim(self, client_order_id: str, contract_id: str) -> bool:
        """Tie a contract to its order; False when it belongs to another."""
        ...

    def contract_id_of(self, client_order_id: str) -> str:
        """The contract that an order bought, or sold; "" when that is not known."""
        ...

    def client_order_id_of(self, contract_id: str) -> str: ...

    def known_contract_ids(self) -> frozenset[str]: ...

    def remember_sale(self, client_order_id: str, contract_id: str, sent_at: float) -> None:
        """Record the order that is about to sell a contract."""
        ...

    def sale_of(self, contract_id: str) -> str:
        """The client order id of the last order that was to sell the contract, or ""."""
        ...

    def sale(self, client_order_id: str) -> "Sale | None": ...

    def kept_since(self) -> float:
        """Epoch seconds from which on the record is complete."""
        ...


class RedisJournal:
    """Hashes for each account, so that restarts and other processes find it. Entries go after 40 days.

    `account_id` is asked for at each use: it is known once the connection is made.
    """

    def __init__(
        self, client: "redis.Redis", account_id: Callable[[], str], clock: Callable[[], float] = time.time
    ) -> None:
        self._redis = client
        self._clock = clock
        self._account_id = account_id
        self._until_trim = 0

    def remember(self, client_order_id: str, symbol: str, terms: ContractTerms, sent_at: float) -> bool:
        entry = encode_purchase(Purchase(client_order_id, symbol, terms, sent_at))
        is_new = bool(self._do("hsetnx", "purchases", client_order_id, entry))
        if is_new:
            self._trim()
        return is_new

    def forget(self, client_order_id: str) -> None:
        self._do("hdel", "purchases", client_order_id)

    def purchase(self, client_order_id: str) -> Purchase | None:
        text = self._do("hget", "purchases", client_order_id)
        if text is None:
            return None
        found = decode_purchase(text)
        return replace(found, contract_id=self._text("hget", "contract-of", client_order_id))

    def unclaimed(self) -> list[Purchase]:
        claimed = {key.decode() for key in self._do("hkeys", "contract-of")}
        entries = [decode_purchase(text) for text in self._do("hvals", "purchases")]
        return sorted((item for item in entries if item.client_order_id not in claimed), key=lambda item: item.sent_at)

    def claim(self, client_order_id: str, contract_id: str) -> bool:
        if not self._do("hsetnx", "order-of", contract_id, client_order_id):
            return self.client_order_id_of(contract_id) == client_order_id
        self._do("hset", "contract-of", client_order_id, contract_id)
        return True

    def contract_id_of(self, client_order_id: str) -> str:
        found = self._text("hget", "contract-of", client_order_id)
        sale = None if found else self.sale(client_order_id)
        return sale.contract_id if sale else found

    def client_order_id_of(self, contract_id: str) -> str:
        return self._text("hget", "order-of", contract_id)

    def known_contract_ids(self) -> frozenset[str]:
        return frozenset(key.decode() for key in self._do("hkeys", "order-of"))

    def remember_sale(self, client_order_id: str, contract_id: str, sent_at: float) -> None:
        self._do("hset", "sold-by", client_order_id, json.dumps([contract_id, sent_at]))
        self._do("hset", "sale-of", contract_id, client_order_id)

    def sale_of(self, contract_id: str) -> str:
        return self._text("hget", "sale-of", contract_id)

    def sale(self, client_order_id: str) -> Sale | None:
        text = self._text("hget", "sold-by", client_order_id)
        return Sale(*json.loads(text)) if text else None

    def kept_since(self) -> float:
        self._do("set", "since", repr(self._clock()), nx=True)
        return float(self._text("get", "since"))

    def _trim(self) -> None:
        """Drop what is older than is kept: some entries, once in a while."""
        self._until_trim -= 1
        if self._until_trim >= 0:
            return
        self._until_trim = _TRIM_EVERY
        oldest = self._clock() - KEPT_SECONDS
        _, entries = self._do("hscan", "purchases", cursor=0, count=4 * _TRIM_EVERY)
        for name, text in entries.items():
            if decode_purchase(text).sent_at >= oldest:
                continue
            client_order_id = name.decode()
            contract_id = self._text("hget", "contract-of", client_order_id)
            sale = self.sale_of(contract_id)
            self._do("hdel", "purchases", client_order_id)
            self._do("hdel", "contract-of", client_order_id)
            self._do("hdel", "order-of", contract_id)
            self._do("hdel", "sale-of", contract_id)
            self._do("hdel", "sold-by", sale)

    def _text(self, command: str, name: str, *arguments: str) -> str:
        value = self._do(command, name, *arguments)
        return "" if value is None else value.decode()

    def _do(self, command: str, name: str, *arguments: Any, **options: Any) -> Any:
        key = f"signalist:deriv:{self._account_id()}:{name}"
        try:
            return getattr(self._redis, command)(key, *arguments, **options)
        except (redis.RedisError, OSError):
            raise BrokerUnavailable("The record of purchases cannot be reached.") from None


class MemoryJournal:
    """The same for as long as the process lives: for checks of credentials, and where there is no Redis."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._since = clock()
        self._purchases: dict[str, Purchase] = {}
        self._orders: dict[str, str] = {}
        self._sold_by: dict[str, Sale] = {}
        self._sales: dict[str, str] = {}
        self._lock = threading.RLock()

    def remember(self, client_order_id: str, symbol: str, terms: ContractTerms, sent_at: float) -> bool:
        with self._lock:
            if client_order_id in self._purchases:
                return False
            self._purchases[client_order_id] = Purchase(client_order_id, symbol, terms, sent_at)
            return True

    def forget(self, client_order_id: str) -> None:
        self._purchases.pop(client_order_id, None)

    def purchase(self, client_order_id: str) -> Purchase | None:
        return self._purchases.get(client_order_id)

    def unclaimed(self) -> list[Purchase]:
        entries = [item for item in list(self._purchases.values()) if not item.contract_id]
        return sorted(entries, key=lambda item: item.sent_at)

    def claim(self, client_order_id: str, contract_id: str) -> bool:
        with self._lock:
            if self._orders.setdefault(contract_id, client_order_id) != client_order_id:
                return False
            if client_order_id in self._purchases:
                found = self._purchases[client_order_id]
                self._purchases[client_order_id] = replace(found, contract_id=contract_id)
            return True

    def contract_id_of(self, client_order_id: str) -> str:
        found, sale = self._purchases.get(client_order_id), self._sold_by.get(client_order_id)
        return (found.contract_id if found else "") or (sale.contract_id if sale else "")

    def client_order_id_of(self, contract_id: str) -> str:
        return self._orders.get(contract_id, "")

    def known_contract_ids(self) -> frozenset[str]:
        return frozenset(list(self._orders))

    def remember_sale(self, client_order_id: str, contract_id: str, sent_at: float) -> None:
        with self._lock:
            self._sold_by[client_order_id] = Sale(contract_id, sent_at)
            self._sales[contract_id] = client_order_id

    def sale_of(self, contract_id: str) -> str:
        return self._sales.get(contract_id, "")

    def sale(self, client_order_id: str) -> Sale | None:
        return self._sold_by.get(client_order_id)

    def kept_since(self) -> float:
        return self._since


def encode_purchase(purchase: Purchase) -> str:
    return json.dumps(asdict(purchase), default=str)


def decode_purchase(text: str | bytes) -> Purchase:
    row = json.loads(text)
    terms = dict(row["terms"])
    for name in ("stake", "multiplier", "growth_rate", "stop_loss", "take_profit"):
        if terms[name] is not None:
            terms[name] = Decimal(terms[name])
    terms["contract_type"] = ContractType(terms["contract_type"])
    return Purchase(**{**row, "terms": ContractTerms(**terms)})
