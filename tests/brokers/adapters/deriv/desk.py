"""What the tests of the Deriv adapter share: brokers at a simulator, orders for them, and waiting."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import redis

from brokers.adapters.deriv import DerivBroker
from brokers.adapters.deriv.connection import BackOff
from brokers.adapters.deriv.socket import Timing
from brokers.interface import (
    Bracket,
    ContractTerms,
    ContractType,
    Credentials,
    Environment,
    OrderReport,
    OrderRequest,
    Secret,
    Side,
)
from brokers.simulator.server import RunningSimulator

QUICK = Timing(ping=5.0, silence=10.0, connect=5.0, reply=1.0)
DEMO, REAL = "VRTC9000001", "CR9000001"


def credentials(api: str, token: str = "sim-token-1", **options: Any) -> Credentials:
    fields = {"token": token, "app_id": "1089", "api": api}
    options.setdefault("environment", Environment.TEST)
    return Credentials({name: Secret(text) for name, text in fields.items() if text}, **options)


def until(condition: Callable[[], Any], seconds: float = 10.0) -> Any:
    """The condition's value, once it is true. Raises AssertionError when time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("it did not come true")


def multiplier(order_id: str, stake: str = "10", *, up: bool = True, bracket: Bracket | None = None) -> OrderRequest:
    kind = ContractType.MULTUP if up else ContractType.MULTDOWN
    terms = ContractTerms(kind, Decimal(stake), multiplier=Decimal(100))
    side = Side.BUY if up else Side.SELL
    return OrderRequest(order_id, "R_100", side, Decimal(stake), contract=terms, bracket=bracket)


def rise(order_id: str, stake: str = "10", ticks: int = 5) -> OrderRequest:
    terms = ContractTerms(ContractType.CALL, Decimal(stake), duration=ticks, duration_unit="t")
    return OrderRequest(order_id, "R_100", Side.BUY, Decimal(stake), contract=terms)


def sale(order_id: str, report: OrderReport) -> OrderRequest:
    assert report.quantity is not None
    return OrderRequest(
        order_id, "R_100", Side.SELL, report.quantity, reduce_only=True, position_id=report.order_id.split("-")[0]
    )


@dataclass
class Desk:
    """A simulator, and brokers of one API at it."""

    sim: RunningSimulator
    api: str
    redis: "redis.Redis"
    opened: list[DerivBroker] = field(default_factory=list)

    def broker(self, *, connect: bool = True, **options: Any) -> DerivBroker:
        options.setdefault("timing", QUICK)
        options.setdefault("settle", 0.0)
        options.setdefault("redis_client", self.redis)
        keys = options.pop("credentials", None) or credentials(self.api)
        found = DerivBroker(keys, back_off=BackOff(first=0.05, longest=0.2), random_source=random.Random(1), **options)
        self.opened.append(found)
        if connect:
            found.connect()
        return found

    def place(self, broker: DerivBroker, request: OrderRequest) -> OrderReport:
        instrument = broker.get_instrument_info(request.symbol)
        return broker.place_order(request, broker.quote(request.symbol), instrument)

    def faults(self, *rules: dict[str, Any]) -> None:
        self.sim.control.set_faults(*rules)

    def contracts(self, account: str = DEMO) -> list[dict[str, Any]]:
        """Every contract that the simulator has ever sold to the account."""
        found: list[dict[str, Any]] = self.sim.control.truth("deriv", account)["orders"]
        return found
