"""An account at the simulator through the adapter, and what the simulator says is true of it."""

import os
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.factory import ccxt_broker
from brokers.interface import (
    Bracket,
    ConnectionState,
    Credentials,
    OrderReport,
    OrderRequest,
    Secret,
    Side,
)
from brokers.simulator.server import RunningSimulator

# Symbol, a quantity, and the call that creates an order, as the simulator names it for faults.
VENUES = {
    "binance": ("BTCUSDT", Decimal("0.01"), "POST /fapi/v1/order"),
    "delta": ("BTCUSD", Decimal(10), "POST /v2/orders"),
    "deribit": ("BTC-PERPETUAL", Decimal(100), "buy"),
}


def keys(number: int = 1, secret: str | None = None) -> Credentials:
    texts = {"api_key": f"sim-key-{number}", "api_secret": secret or f"sim-secret-{number}"}
    return Credentials({name: Secret(text) for name, text in texts.items()})


def briefly(seconds: float) -> None:
    """The adapter's pauses, short: the simulator answers at once."""
    time.sleep(min(seconds, 0.05))


class Floor:
    def __init__(self, simulator: RunningSimulator, broker_id: str, **options: Any) -> None:
        self.simulator, self.broker_id = simulator, broker_id
        self.symbol, self.quantity, self.create_call = VENUES[broker_id]
        self.broker = ccxt_broker(
            broker_id, keys(), **{"timeout_ms": 1500, "quiet": 1.0, "poll_seconds": 0.2, "sleep": briefly, **options}
        )
        self.broker._client.exchange.enableRateLimit = False
        assert self.broker.connect().state == ConnectionState.CONNECTED
        self.instrument = self.broker.get_instrument_info(self.symbol)
        self.heard: list[OrderReport] = []

    def new_id(self) -> str:
        return f"sg{os.urandom(15).hex()}"

    def request(self, **order: Any) -> OrderRequest:
        values = {"client_order_id": self.new_id(), "symbol": self.symbol, "side": Side.BUY, "quantity": self.quantity}
        return OrderRequest(**{**values, **order})

    def place(self, **order: Any) -> OrderReport:
        return self.broker.place_order(self.request(**order), self.broker.quote(self.symbol), self.instrument)

    def bracket(self, stop: str = "0.96", target: str = "1.04") -> Bracket:
        price = Decimal(str(self.broker.quote(self.symbol).last))
        return Bracket(price * Decimal(stop), price * Decimal(target))

    def truth(self) -> dict[str, Any]:
        return self.simulator.control.truth(self.broker_id, "sim-key-1")

    def position(self) -> Decimal:
        """Signed, as the simulator holds it."""
        rows = [row for row in self.truth()["positions"] if row["symbol"].startswith("BTC")]
        return sum((Decimal(str(row["quantity"])) for row in rows), Decimal(0))

    def orders(self, client_order_id: str = "") -> list[dict[str, Any]]:
        rows = self.truth()["orders"]
        return [row for row in rows if client_order_id in ("", row.get("client_id"), row.get("client_order_id"))]

    def fault(self, kind: str, call: str = "", **more: Any) -> None:
        rule = {"call": call or self.create_call, "kind": kind, "times": 1, "seconds": 3.0, **more}
        self.simulator.control.set_faults(rule)

    def move(self, factor: str) -> None:
        price = float(Decimal(str(self.broker.quote(self.symbol).last)) * Decimal(factor))
        self.simulator.control.set_price("BTC", price)
        self.simulator.control.advance(1)

    def listen(self) -> None:
        self.broker.subscribe_orders(self.heard.append)


def wait_for(what: Callable[[], Any], seconds: float = 15.0) -> Any:
    """The first true answer. Raises AssertionError where none comes."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError("it did not come about")
