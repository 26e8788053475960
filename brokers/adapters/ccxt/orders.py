"""Placing, amending and cancelling orders."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.brackets import Brackets
from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.errors import OrderMissing
from brokers.adapters.ccxt.leverage import Leverage
from brokers.adapters.ccxt.lookup import Found, Lookup
from brokers.adapters.ccxt.symbols import SymbolBook
from brokers.adapters.ccxt.venue import SPOT
from brokers.edge import fit_order, fit_trigger
from brokers.errors import BrokerError, InvalidOrder, OutcomeUnknown
from brokers.interface import (
    Bracket,
    Instrument,
    OrderChange,
    OrderReport,
    OrderRequest,
    OrderType,
    Quote,
    Side,
    TimeInForce,
)
from brokers.rules.order_limits import round_price

logger = logging.getLogger(__name__)

_MARKETABLE = 0.01  # how far past the far side a spot market buy may pay, where it goes as a limit order
_PAUSES = (0.0, 0.1, 0.2, 0.4, 0.8)


class OrderDesk:
    """`settle_pauses`: seconds between the looks at an order that should have filled at once."""

    def __init__(
        self,
        client: Client,
        lookup: Lookup,
        book: Callable[[], SymbolBook],
        leverage: Leverage,
        brackets: Brackets,
        *,
        sleep: Callable[[float], None] = time.sleep,
        settle_pauses: tuple[float, ...] = _PAUSES,
    ) -> None:
        self._client, self._lookup, self._book = client, lookup, book
        self._leverage, self._brackets = leverage, brackets
        self._sleep, self._pauses = sleep, settle_pauses

    def place(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        """As LiveBroker.place_order. One request creates the order; what follows only reads, until the legs."""
        if request.contract is not None:
            raise InvalidOrder(f"contract: {self._client.name} sells no contracts")
        venue = self._client.venue
        unified = self._book().unified(request.symbol, instrument.market_type)
        fitted = fit_order(request, quote, instrument)
        if fitted.leverage is not None and not fitted.reduce_only:
            self._leverage.ensure(unified, fitted.leverage)
        native = fitted.bracket is not None and venue.native_bracket
        order = self._create(unified, fitted, quote, instrument, native=native)
        report = self._settled(order, unified, fitted)
        if fitted.reduce_only and report.executions and venue.holds_stops:
            self._swept(unified)
        if fitted.bracket is None or not venue.holds_stops:
            return report
        if native:
            return self._brackets.find_native(report, fitted.bracket, unified)
        return self._brackets.protect(report, fitted.bracket, unified, instrument, fresh=True)

    def _swept(self, unified: str) -> None:
        try:
            self._brackets.sweep(unified)
        except BrokerError as error:
            logger.warning("%s: what an exit left behind was not cancelled (%s)", self._client.name, error.code)

    def _create(
        self, unified: str, request: OrderRequest, quote: Quote, instrument: Instrument, *, native: bool
    ) -> dict[str, Any]:
        venue, kind = self._client.venue, request.type
        price = None if request.limit_price is None else float(request.limit_price)
        wire_type = "limit" if kind == OrderType.LIMIT else "market"
        if kind in (OrderType.STOP, OrderType.TAKE_PROFIT):
            if venue.stops == "none":
                raise InvalidOrder(f"type: {venue.name} holds no {kind.lower()} orders")
            wire_type, price, params = venue.trigger_order(
                kind,
                request.side,
                request.stop_price or Decimal(0),
                request.client_order_id,
                reduce_only=request.reduce_only,
            )
        else:
            params = venue.entry_params(request)
        if native and request.bracket is not None:
            params |= venue.bracket_params(request.bracket, request)
        spot_buy = instrument.market_type == SPOT and request.side == Side.BUY
        if kind == OrderType.MARKET and spot_buy and venue.market_buy_by_cost:
            wire_type = "limit"
            price = round_price(quote.ask * (1 + _MARKETABLE), instrument.tick_size, True)
            params |= venue.time_in_force(TimeInForce.IOC)
        side = request.side.lower()
        created = self._client.act("create_order", unified, wire_type, side, float(request.quantity), price, params)
        return dict(created)

    def _settled(self, order: dict[str, Any], unified: str, request: OrderRequest) -> OrderReport:
        """The new order's state. One that fills at once is looked at until its fills are told, or patience ends.

        From here on the order exists: what cannot be read leaves it SUBMITTED, to be asked about again.
        """
        quick = request.type == OrderType.MARKET or request.time_in_force != TimeInForce.GTC
        order_id = str(order.get("id") or "")
        order = order | {"symbol": unified}
        report = self._named(self._lookup.report(order, fills=()), request)
        for pause in self._pauses:
            self._sleep(pause)
            try:
                if pause or order.get("status") is None or (quick and order.get("status") == "open"):
                    found = self._again(unified, order_id, request.client_order_id)
                    order = dict(found.order) if found else order
                report = self._named(self._lookup.report(order), request)
            except BrokerError as error:
                logger.warning("%s: a new order could not be read back (%s)", self._client.name, error.code)
                continue
            told = order.get("status") is not None
            if report.status.is_final or (told and not quick and not order.get("filled")):
                break
        return report

    def _again(self, unified: str, order_id: str, client_order_id: str) -> Found | None:
        if order_id:
            return self._lookup.by_id(unified, order_id)
        return self._lookup.by_client_id(unified, client_order_id)

    def _named(self, report: OrderReport, request: OrderRequest) -> OrderReport:
        """With what the request knows, where the exchange's answer does not repeat it."""
        return replace(
            report,
            client_order_id=request.client_order_id,
            symbol=request.symbol,
            side=report.side or request.side,
            quantity=report.quantity or request.quantity,
            type=request.type,
            reduce_only=request.reduce_only,
            limit_price=request.limit_price,
            stop_price=request.stop_price,
            stop_in_force=request.type == OrderType.STOP and not report.status.is_final,
        )

    # --- changing

    def amend(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport:
        """Prices on ticks, quantities in lots. A bracket leg is changed where it waits, or another takes its place."""
        unified = self._book().unified(order.symbol or instrument.symbol, instrument.market_type)
        if change.quantity is not None or change.limit_price is not None or change.stop_price is not None:
            order = self._edit(order, change, unified, instrument)
        if change.stop_loss is None and change.take_profit is None and not (change.drop_stop or change.drop_target):
            return order
        if order.stop_order_id or order.stop_in_force or change.stop_loss is None:
            return self._brackets.move(order, change, unified, instrument)
        # An entry that is bare (its reply was lost, or it rested and has filled since): it is protected, or closed.
        if not self._client.venue.holds_stops:
            raise InvalidOrder(f"stop_loss: {self._client.name} holds no stops")
        stop = fit_trigger(change.stop_loss, instrument)
        target = None if change.take_profit is None else fit_trigger(change.take_profit, instrument)
        bracket = Bracket(stop, target)
        return self._brackets.protect(order, bracket, unified, instrument, quantity=change.leg_quantity)

    def _edit(self, order: OrderReport, change: OrderChange, unified: str, instrument: Instrument) -> OrderReport:
        venue = self._client.venue
        if not venue.edits or change.stop_price is not None or order.type not in (OrderType.LIMIT, OrderType.MARKET):
            raise InvalidOrder(f"order: {venue.name} amends no such orders; cancel it and place another")
        quantity, price = change.quantity or order.quantity, change.limit_price or order.limit_price
        if quantity is None or price is None or order.side is None:
            raise InvalidOrder("limit_price: an amendment needs a limit order's price, quantity and side")
        fitted = _fit_change(order, quantity, price, instrument)
        amount, limit = float(fitted.quantity), float(fitted.limit_price or 0)
        self._client.act("edit_order", order.order_id, unified, "limit", order.side.lower(), amount, limit, {})
        found = self._again(unified, order.order_id, order.client_order_id)
        if found is None:  # some exchanges give an amended order a new id
            found = self._lookup.by_client_id(unified, order.client_order_id) if order.client_order_id else None
        if found is None:
            raise OutcomeUnknown(f"{venue.name} took the amendment, but does not show the order")
        return self._lookup.report(found.order, client_order_id=order.client_order_id)

    def cancel(self, symbol: str, order_id: str, client_order_id: str) -> OrderReport:
        """As LiveBroker.cancel_order. Raises InvalidOrder for an order that the exchange has never seen."""
        unified = self._book().unified(symbol)
        found = self._find(unified, order_id, client_order_id)
        if found is None:
            raise InvalidOrder(f"order: {self._client.name} knows no order {client_order_id or order_id!r}")
        return self.cancel_found(found, unified, client_order_id)

    def cancel_found(self, found: Found, unified: str, client_order_id: str = "") -> OrderReport:
        if found.order.get("status") not in ("open", None):
            return self._lookup.report(found.order, client_order_id=client_order_id)
        unknown: OutcomeUnknown | None = None
        try:
            self._client.act("cancel_order", str(found.order["id"]), unified, dict(found.params))
        except (OrderMissing, InvalidOrder):
            pass  # done already, or gone: what became of it is read below
        except OutcomeUnknown as error:
            unknown = error
        report = self._after_cancel(found, unified, client_order_id)
        if unknown is not None and not report.status.is_final:
            raise unknown
        return report

    def _after_cancel(self, found: Found, unified: str, client_order_id: str) -> OrderReport:
        """The order as it stands, looked at until it is done."""
        report = self._lookup.report(found.order, client_order_id=client_order_id)
        for pause in self._pauses:
            self._sleep(pause)
            again = self._lookup.by_id(unified, str(found.order["id"]))
            if again is None:
                # Not shown any more: a waiting trigger that is cancelled vanishes from most exchanges' lists.
                done = {**found.order, "status": "canceled"}
                return self._lookup.report(done, client_order_id=client_order_id)
            report = self._lookup.report(again.order, client_order_id=client_order_id)
            if report.status.is_final:
                break
        return report

    def cancel_all(self, symbol: str | None) -> list[OrderReport]:
        """Each by itself: what one exchange's cancel-all takes along, another's forgets (triggers)."""
        unified = None if symbol is None else self._book().unified(symbol)
        return [self.cancel_found(found, str(found.order["symbol"])) for found in self._lookup.open_orders(unified)]

    def get(self, symbol: str, order_id: str, client_order_id: str, since: float | None) -> OrderReport | None:
        unified = self._book().unified(symbol)
        found = self._find(unified, order_id, client_order_id, since)
        if found is None:
            return None
        report = self._lookup.report(found.order, client_order_id=client_order_id)
        is_entry = self._client.venue.holds_stops and report.stop_price is None
        return self._brackets.attached(report, unified) if is_entry else report

    def _find(self, unified: str, order_id: str, client_order_id: str, since: float | None = None) -> Found | None:
        if not order_id and not client_order_id:
            raise InvalidOrder("order_id: an order's id or its client order id is needed")
        found = self._lookup.by_id(unified, order_id) if order_id else None
        if found is None and client_order_id:
            found = self._lookup.by_client_id(unified, client_order_id, since)
        return found


def _fit_change(order: OrderReport, quantity: Decimal, price: Decimal, instrument: Instrument) -> OrderRequest:
    """The amended order against the instrument's limits, its own price standing for the market's."""
    request = OrderRequest(
        order.client_order_id, instrument.symbol, order.side or Side.BUY, quantity, OrderType.LIMIT, limit_price=price,
        reduce_only=order.reduce_only,
    )  # fmt: skip
    at = float(price)
    quote = Quote(instrument.venue, instrument.symbol, at, at, at, 0.0, 0.0)
    return fit_order(request, quote, instrument)
