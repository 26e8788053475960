"""What the trading floor asks of a broker."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from brokers.interface.account import Balance, ConnectionStatus, Position
from brokers.interface.market import Candle, Capabilities, Instrument, PublicTrade, Quote
from brokers.interface.orders import OrderChange, OrderReport, OrderRequest


@dataclass(frozen=True, slots=True)
class Subscription:
    """A running subscription, for `unsubscribe`."""

    number: int
    topic: str


class Broker(Protocol):
    """What paper and live share. Errors are brokers.errors' family."""

    def capabilities(self) -> Capabilities: ...

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        """Send the order; `quote` is the market as last seen, `instrument` the steps and limits it must keep.

        Raises InvalidOrder, naming the rule, for an order that the instrument does not allow: nothing was sent then;
        OutcomeUnknown when the order may have arrived and no answer came. It never sends an order a second time.
        """
        ...


class LiveBroker(Broker, Protocol):
    """An account at a broker on a wire. Calls block, from any thread; callbacks run on the adapter's own threads."""

    def connect(self) -> ConnectionStatus: ...

    def disconnect(self) -> None: ...

    def get_connection_status(self) -> ConnectionStatus: ...

    def amend_order(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport: ...

    def cancel_order(self, symbol: str, *, order_id: str = "", client_order_id: str = "") -> OrderReport:
        """Cancel it; one that is done already is reported as it is. What has filled stays in the report."""
        ...

    def cancel_all_orders(self, symbol: str | None = None) -> list[OrderReport]: ...

    def get_order(
        self, symbol: str, *, order_id: str = "", client_order_id: str = "", since: float | None = None
    ) -> OrderReport | None:
        """The order with all its executions, found by either id; None when the broker has never seen it.

        Without client order ids at the broker, it is looked for in the account's history since `since` (epoch s).
        """
        ...

    def open_orders(self, symbol: str | None = None) -> list[OrderReport]: ...

    def executions_since(self, since: float, symbol: str | None = None) -> list[OrderReport]:
        """Orders with executions at or after `since` (epoch seconds), each with all those executions."""
        ...

    def positions(self) -> list[Position]: ...

    def get_balance(self) -> list[Balance]: ...

    def get_candles(
        self, symbol: str, timeframe: str, *, since_ms: int | None = None, limit: int = 500
    ) -> list[Candle]: ...

    def get_instrument_info(self, symbol: str) -> Instrument: ...

    def quote(self, symbol: str) -> Quote: ...

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription: ...

    def subscribe_trades(self, symbols: Sequence[str], handler: Callable[[PublicTrade], None]) -> Subscription: ...

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        """Every change of the account's own orders and contracts. After a reconnect, what was missed is told first."""
        ...

    def unsubscribe(self, subscription: Subscription) -> None: ...
