"""A broker in memory, which does to each order what a test tells it to: the wire's misfortunes without the wire."""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from brokers.adapters.ccxt.client_ids import Role, leg_id
from brokers.errors import BrokerUnavailable, InvalidOrder, OutcomeUnknown
from brokers.interface import (
    Balance,
    Capabilities,
    ConnectionState,
    ConnectionStatus,
    Execution,
    Instrument,
    OrderChange,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderType,
    Position,
    Quote,
    Side,
    Subscription,
)

FEE = Decimal("0.0005")


@dataclass
class Held:
    """An order as the broker keeps it."""

    report: OrderReport
    request: OrderRequest | None = None
    bracket_of: str = ""


@dataclass
class BenchBroker:
    """Fills market orders at `price`, whole. `script` holds what is to happen to the next orders instead:
    "lost_reply" (taken, no answer), "lost" (never arrives), "refuse", "unavailable", "half" (fills half, the rest is
    cancelled), "rest" (waits unfilled, until `fill` is called), or "stop_refused".

    `amend_script` is the same for changes of legs: "unavailable", "refuse" (the old legs stay), or "lost_reply"
    (changed, no answer).
    """

    price: Decimal = Decimal(100)
    cash: Decimal = Decimal(1000)
    holds_stops: bool = True
    script: list[str] = field(default_factory=list)
    orders: dict[str, Held] = field(default_factory=dict)
    sent: list[OrderRequest] = field(default_factory=list)
    net: Decimal = Decimal(0)
    entry: Decimal = Decimal(0)
    hear: Callable[[OrderReport], None] | None = None
    down: bool = False
    closes_itself: bool = False
    amend_script: list[str] = field(default_factory=list)
    amended: list[OrderChange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(1)

    def capabilities(self) -> Capabilities:
        kinds = frozenset({"SPOT", "FUTURES"})
        return Capabilities(kinds, partial_fills=True, holds_stops=self.holds_stops, native_bracket=self.holds_stops)

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        self._answer()
        self.sent.append(request)
        fate = self.script.pop(0) if self.script else "fill"
        if fate == "unavailable":
            self.sent.pop()
            raise BrokerUnavailable("The line is down.")
        if fate == "refuse":
            raise InvalidOrder("quantity: the broker does not like it")
        if fate == "lost":
            raise OutcomeUnknown("No answer.")
        known = self._by_client_id(request.client_order_id)
        if known is not None:
            raise InvalidOrder("client_order_id: it was used before")
        if fate == "rest":
            return self._wait(request)
        report = self._take(request, half=fate == "half", stop_refused=fate == "stop_refused")
        if fate == "lost_reply":
            raise OutcomeUnknown("No answer.")
        return report

    def _wait(self, request: OrderRequest) -> OrderReport:
        order_id = f"b{next(self._numbers)}"
        report = OrderReport(
            OrderStatus.SUBMITTED,
            order_id=order_id,
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=request.side,
            quantity=request.quantity,
        )
        self.orders[order_id] = Held(report, request)
        return report

    def fill(self, client_order_id: str) -> OrderReport:
        """An entry that waited fills, whole; its bracket rests from then on."""
        held = self._by_client_id(client_order_id)
        assert held is not None
        assert held.request is not None
        held.report = replace(
            held.report,
            status=OrderStatus.FILLED,
            executions=(self._execute(held.request.side, held.request.quantity),),
        )
        if held.request.bracket is not None and self.holds_stops:
            held.report = self._hold_legs(held.request, held.report, held.request.quantity)
        return held.report

    def _take(self, request: OrderRequest, *, half: bool, stop_refused: bool) -> OrderReport:
        quantity = request.quantity / 2 if half else request.quantity
        if request.reduce_only:
            room = -self.net if request.side == Side.BUY else self.net
            if room <= 0:
                raise InvalidOrder("reduce_only: there is nothing to reduce")
            quantity = min(quantity, room)
        order_id = f"b{next(self._numbers)}"
        execution = self._execute(request.side, quantity)
        done = quantity == request.quantity
        report = OrderReport(
            OrderStatus.FILLED if done else OrderStatus.CANCELLED,
            (execution,),
            order_id=order_id,
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=request.side,
            quantity=request.quantity,
        )
        if request.bracket is not None and self.holds_stops and not stop_refused:
            report = self._hold_legs(request, report, quantity)
        if stop_refused:
            report = replace(report, stop_refused=True, reason="PERCENT_PRICE_BY_SIDE: the stop is too far away")
            if self.closes_itself:
                out = self.trade_by_hand(request.side.opposite, quantity, request.symbol)
                report = replace(report, stop_order_id=out.order_id)
        self.orders[order_id] = Held(report, request)
        return report

    def _hold_legs(self, request: OrderRequest, report: OrderReport, quantity: Decimal) -> OrderReport:
        ids = {}
        assert request.bracket is not None
        levels = {"stop": request.bracket.stop_loss, "target": request.bracket.take_profit}
        for name, level in levels.items():
            if level is not None:
                kind = OrderType.STOP if name == "stop" else OrderType.TAKE_PROFIT
                ids[name] = self._rest(kind, report, level, quantity)
        return replace(
            report,
            stop_order_id=ids.get("stop", ""),
            target_order_id=ids.get("target", ""),
            stop_in_force="stop" in ids,
            stop_level=request.bracket.stop_loss,
            target_level=request.bracket.take_profit,
            stop_quantity=quantity,
            target_quantity=quantity,
        )

    def _execute(self, side: Side, quantity: Decimal, price: Decimal | None = None) -> Execution:
        price, signed = price or self.price, quantity if side == Side.BUY else -quantity
        fee = quantity * price * FEE
        if self.net * signed < 0:
            closed = min(abs(self.net), quantity)
            self.cash += (price - self.entry) * closed * (1 if self.net > 0 else -1)
        else:
            self.entry = (self.entry * abs(self.net) + price * quantity) / (abs(self.net) + quantity)
        self.net += signed
        self.cash -= fee
        return Execution(f"f{next(self._numbers)}", quantity, price, fee, time.time())

    def fill_leg(self, order_id: str, price: Decimal, share: Decimal = Decimal(1), *, tell: bool = True) -> OrderReport:
        """A resting leg fills, as far as there is something to reduce; the other goes, as the broker ties them."""
        held = self.orders[order_id]
        assert held.report.side is not None
        assert held.report.quantity is not None
        room = self.net if held.report.side == Side.SELL else -self.net
        quantity = held.report.quantity * share
        quantity = min(quantity, room) if room > 0 else quantity
        execution = self._execute(held.report.side, quantity, price)
        status = OrderStatus.FILLED if share == 1 else OrderStatus.PARTIALLY_FILLED
        if share == 1 and quantity < held.report.quantity:
            status = OrderStatus.CANCELLED
        held.report = replace(held.report, status=status, executions=(*held.report.executions, execution))
        for other in self.orders.values():
            if other.bracket_of == held.bracket_of and other is not held and share == 1:
                other.report = replace(other.report, status=OrderStatus.CANCELLED)
        if tell and self.hear is not None:
            self.hear(held.report)
        return held.report

    def trade_by_hand(self, side: Side, quantity: Decimal, symbol: str = "ABC") -> OrderReport:
        """Somebody trades on the broker's own page."""
        order_id = f"b{next(self._numbers)}"
        report = OrderReport(
            OrderStatus.FILLED,
            (self._execute(side, quantity),),
            order_id=order_id,
            symbol=symbol,
            side=side,
            quantity=quantity,
        )
        self.orders[order_id] = Held(report)
        return report

    def _by_client_id(self, client_order_id: str) -> Held | None:
        named = (held for held in self.orders.values() if held.report.client_order_id == client_order_id)
        return next(named, None) if client_order_id else None

    def _answer(self) -> None:
        if self.down:
            raise BrokerUnavailable("The line is down.")

    def connect(self) -> ConnectionStatus:
        self._answer()
        return self.get_connection_status()

    def disconnect(self) -> None:
        self.hear = None

    def get_connection_status(self) -> ConnectionStatus:
        return ConnectionStatus(ConnectionState.DISCONNECTED if self.down else ConnectionState.CONNECTED)

    def get_order(
        self, symbol: str, *, order_id: str = "", client_order_id: str = "", since: float | None = None
    ) -> OrderReport | None:
        self._answer()
        held = self.orders.get(order_id) or self._by_client_id(client_order_id)
        return self._with_legs(held) if held else None

    def _legs_of(self, order_id: str) -> dict[OrderType, list[OrderReport]]:
        """The entry's legs that rest now, by kind."""
        legs: dict[OrderType, list[OrderReport]] = {OrderType.STOP: [], OrderType.TAKE_PROFIT: []}
        for held in self.orders.values():
            if held.bracket_of == order_id and not held.report.status.is_final:
                legs[held.report.type].append(held.report)
        return legs

    def _with_legs(self, held: Held) -> OrderReport:
        """An entry as it stands: what rests for it now is told with it."""
        if held.request is None or held.request.reduce_only or held.report.stop_refused:
            return held.report
        stops, targets = self._legs_of(held.report.order_id).values()
        stop, target = (found[-1] if found else None for found in (stops, targets))
        return replace(
            held.report,
            stop_order_id=stop.order_id if stop else "",
            target_order_id=target.order_id if target else "",
            stop_client_id=stop.client_order_id if stop else "",
            target_client_id=target.client_order_id if target else "",
            stop_in_force=stop is not None,
            stop_level=stop.stop_price if stop else None,
            target_level=target.stop_price if target else None,
            stop_quantity=stop.quantity if stop else None,
            target_quantity=target.quantity if target else None,
        )

    def cancel_order(self, symbol: str, *, order_id: str = "", client_order_id: str = "") -> OrderReport:
        self._answer()
        held = self.orders.get(order_id) or self._by_client_id(client_order_id)
        if held is None:
            raise InvalidOrder("order_id: there is no such order")
        if not held.report.status.is_final:
            held.report = replace(held.report, status=OrderStatus.CANCELLED)
        return held.report

    def cancel_all_orders(self, symbol: str | None = None) -> list[OrderReport]:
        return [self.cancel_order(item.symbol, order_id=item.order_id) for item in self.open_orders(symbol)]

    def amend_order(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport:
        """New legs in the old ones' place; a stop that the price has passed is refused, and the old one stays."""
        self._answer()
        held = self.orders[order.order_id]
        fate = self.amend_script.pop(0) if self.amend_script else "change"
        if fate == "unavailable":
            raise BrokerUnavailable("The line is down.")
        if fate == "refuse":
            raise InvalidOrder("stop_loss: the broker does not like it")
        self.amended.append(change)
        filled = change.leg_quantity or held.report.filled_quantity
        assert held.report.side is not None
        sign = 1 if held.report.side == Side.BUY else -1
        if change.stop_loss is not None and sign * (self.price - change.stop_loss) <= 0:
            raise InvalidOrder("stop_loss: the order would trigger at once")
        for kind, level, dropped in (
            (OrderType.STOP, change.stop_loss, change.drop_stop),
            (OrderType.TAKE_PROFIT, change.take_profit, change.drop_target),
        ):
            if level is None and not dropped:
                continue
            for old in self._legs_of(order.order_id)[kind]:
                self.cancel_order(old.symbol, order_id=old.order_id)
            if level is not None:
                role = Role.STOP if kind == OrderType.STOP else Role.TARGET
                name = leg_id(held.report.client_order_id, role, next(self._numbers))  # as the adapters name theirs
                self._rest(kind, held.report, level, filled, name)
        if fate == "lost_reply":
            raise OutcomeUnknown("No answer.")
        return self._with_legs(held)

    def _rest(self, kind: OrderType, entry: OrderReport, level: Decimal, quantity: Decimal, name: str = "") -> str:
        assert entry.side is not None
        order_id = f"b{next(self._numbers)}"
        leg = OrderReport(
            OrderStatus.SUBMITTED,
            order_id=order_id,
            client_order_id=name,
            symbol=entry.symbol,
            side=entry.side.opposite,
            quantity=quantity,
            type=kind,
            reduce_only=True,
            stop_price=level,
        )
        self.orders[order_id] = Held(leg, bracket_of=entry.order_id)
        return order_id

    def quote(self, symbol: str) -> Quote:
        price, now = float(self.price), time.time()
        return Quote("bench", symbol, price, price, price, now, now)

    def open_orders(self, symbol: str | None = None) -> list[OrderReport]:
        self._answer()
        return [held.report for held in self.orders.values() if not held.report.status.is_final]

    def executions_since(self, since: float, symbol: str | None = None) -> list[OrderReport]:
        self._answer()
        return [
            held.report
            for held in self.orders.values()
            if any(execution.time >= since for execution in held.report.executions)
        ]

    def positions(self) -> list[Position]:
        self._answer()
        if not self.net:
            return []
        return [Position("ABC", Side.BUY if self.net > 0 else Side.SELL, abs(self.net), self.entry)]

    def get_balance(self) -> list[Balance]:
        self._answer()
        return [Balance("USD", self.cash, self.cash, self.cash)]

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        self.hear = handler
        return Subscription(1, "orders")

    def unsubscribe(self, subscription: Subscription) -> None:
        self.hear = None
