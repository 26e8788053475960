"""An entry's stop and target: found where the exchange holds them, placed and tied by us where it does not.

Ours are reduce-only triggers for what the entry has filled, named after it (see client_ids). The stop goes first. Where
it cannot be placed, the entry is closed at market at once: a position without a stop is the one thing not to have.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.client_ids import Role, family_of, leg_id, leg_of
from brokers.adapters.ccxt.errors import OrderMissing
from brokers.adapters.ccxt.lookup import Found, Lookup
from brokers.adapters.ccxt.venue import SPOT, STOP, TARGET
from brokers.edge import fit_quantity, fit_trigger
from brokers.errors import BrokerError, BrokerUnavailable, InvalidOrder, OutcomeUnknown, RateLimited
from brokers.interface import Bracket, Instrument, OrderChange, OrderReport, OrderType, Side

logger = logging.getLogger(__name__)

_TRIES = 3
_LOOKS = 4
_PAUSE = 0.3
_LONGEST_WAIT = 2.0
_TIED = (Role.STOP, Role.TARGET)


class Brackets:
    """`is_flat` says whether a unified symbol has no position.

    `protect` raises nothing that would leave a filled entry bare: it reports what was done about it.
    """

    def __init__(
        self,
        client: Client,
        lookup: Lookup,
        is_flat: Callable[[str], bool],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._lookup, self._is_flat, self._sleep = client, lookup, is_flat, sleep

    # --- held by the exchange

    def find_native(self, entry: OrderReport, bracket: Bracket, unified: str) -> OrderReport:
        """The entry with the ids of the legs that the exchange made of its bracket, as far as they show by now."""
        if not entry.filled_quantity or entry.side is None:
            return entry
        try:
            legs = [found for found in self._lookup.open_orders(unified) if _closes(found, entry.side)]
        except BrokerError as error:
            logger.warning("%s: the bracket's legs could not be read (%s)", self._client.name, error.code)
            return entry
        stop = _at(legs, bracket.stop_loss, self._lookup)
        target = _at(legs, bracket.take_profit, self._lookup)
        return replace(entry, stop_order_id=stop, target_order_id=target, stop_in_force=bool(stop))

    def attached(self, entry: OrderReport, unified: str) -> OrderReport:
        """The entry with the ids of the legs that wait for it now: ours by their names, the exchange's own by side.

        Its stop is in force where it covers all that has filled.
        """
        if not entry.filled_quantity or entry.side is None or entry.reduce_only:
            return entry
        form, native = self._client.venue.id_format, self._client.venue.native_bracket
        family = family_of(entry.client_order_id, form) if entry.client_order_id else ""
        found, covered = {STOP: "", TARGET: ""}, Decimal(0)
        for item in self._lookup.open_orders(unified):
            named = leg_of(self._client.venue.raw_client_id(item.order), form)
            report = self._lookup.report(item.order, fills=())
            ours = named is not None and named[2] == family
            theirs = native and named is None and not report.client_order_id.startswith("sg") and report.reduce_only
            if (ours or theirs) and _closes(item, entry.side) and report.type in found:
                found[report.type] = report.order_id
                covered += report.quantity or Decimal(0) if report.type == STOP else Decimal(0)
        stop, target = found[STOP], found[TARGET]
        in_force = bool(stop) and covered >= entry.filled_quantity
        return replace(entry, stop_order_id=stop, target_order_id=target, stop_in_force=in_force)

    # --- tied by us

    def grow(self, entry: OrderReport, unified: str) -> None:
        """Bring the legs that wait for the entry up to what it has filled by now, at their prices."""
        quantity = entry.filled_quantity
        if not quantity or entry.side is None or not entry.client_order_id:
            return
        held = self._legs(entry.client_order_id, unified)
        for role, kind in ((Role.STOP, STOP), (Role.TARGET, TARGET)):
            for _, item in held[role][-1:]:
                report = self._lookup.report(item.order, fills=())
                price = report.stop_price or report.limit_price
                if price is not None and report.quantity is not None and report.quantity < quantity:
                    self._put(kind, entry, price, quantity, unified, held)

    def protect(
        self, entry: OrderReport, bracket: Bracket, unified: str, instrument: Instrument, *, fresh: bool = False
    ) -> OrderReport:
        """Stop and target for what has filled. Safe to repeat as more fills: the legs grow with the entry.

        `fresh`: the entry has just been placed, so it can have no legs yet, and nothing is read that could fail.

        A stop that the exchange refuses closes the entry at market: the report then has `stop_refused`, the rule in
        `reason`, and in `stop_order_id` the order that closed the position.
        """
        quantity = fit_quantity(entry.filled_quantity, instrument)
        if not quantity or entry.side is None:
            return entry
        held = {role: [] for role in _TIED} if fresh else self._legs(entry.client_order_id, unified)
        report = entry
        if bracket.stop_loss is not None:
            try:
                stop = self._put(STOP, entry, bracket.stop_loss, quantity, unified, held)
            except BrokerError as error:
                return self._close(entry, bracket.stop_loss, quantity, unified, error)
            report = replace(report, stop_order_id=stop, stop_in_force=True)
        if bracket.take_profit is not None:
            try:
                target = self._put(TARGET, entry, bracket.take_profit, quantity, unified, held)
            except BrokerError as error:
                logger.warning("%s: a target could not be placed (%s)", self._client.name, error.code)
                return replace(report, reason=f"The target at {bracket.take_profit} was not placed: {error}")
            report = replace(report, target_order_id=target)
        return report

    def move(self, entry: OrderReport, change: OrderChange, unified: str, instrument: Instrument) -> OrderReport:
        """New legs at the changed prices, then the old ones go. Raises what the exchange says where a new one is
        refused: the old one stands then.
        """
        quantity = fit_quantity(entry.filled_quantity, instrument)
        if not self._client.venue.holds_stops or self._client.venue.stops == "none":
            raise InvalidOrder(f"stop_loss: {self._client.name} holds no stops")
        if not quantity or entry.side is None:
            raise InvalidOrder("stop_loss: the entry has not filled, so there is nothing to protect")
        held = self._legs(entry.client_order_id, unified)
        strangers = [item for item in self._lookup.open_orders(unified) if _closes(item, entry.side)]
        for kind, price, old in (
            (STOP, change.stop_loss, entry.stop_order_id),
            (TARGET, change.take_profit, entry.target_order_id),
        ):
            if price is None:
                continue
            price = fit_trigger(price, instrument)
            if any(str(item.order["id"]) == old and self._is_at(item, price, quantity) for item in strangers):
                continue
            placed = self._put(kind, entry, price, quantity, unified, held)
            for item in strangers:  # the exchange's own leg, from a native bracket
                if str(item.order["id"]) == old and old != placed:
                    self._cancel(item)
            names = {"stop_order_id": placed, "stop_in_force": True} if kind == STOP else {"target_order_id": placed}
            entry = replace(entry, **names)
        return entry

    def sweep(self, unified: str, wire_id: str = "") -> None:
        """After an exit: cancel the siblings of the leg that filled (`wire_id`, "" for another exit), and where the
        position is flat, every reduce-only trigger left on the symbol. One left behind would act on the next position.
        """
        form = self._client.venue.id_format
        named = leg_of(wire_id, form) if wire_id else None
        flat = self._client.venue.market_type != SPOT and self._is_flat(unified)
        for item in self._lookup.open_orders(unified) if flat or named else ():
            other = leg_of(self._client.venue.raw_client_id(item.order), form)
            report = self._lookup.report(item.order, fills=())
            sibling = named is not None and other is not None and other[2] == named[2] and other[0] in _TIED
            if sibling or (flat and report.reduce_only and report.stop_price is not None):
                self._cancel(item)

    # --- steps

    def _legs(self, entry_id: str, unified: str) -> dict[Role, list[tuple[int, Found]]]:
        """The entry's legs that wait now, by role, with their generations."""
        form = self._client.venue.id_format
        family, legs = family_of(entry_id, form), {Role.STOP: [], Role.TARGET: []}  # type: ignore[var-annotated]
        for item in self._lookup.open_orders(unified):
            named = leg_of(self._client.venue.raw_client_id(item.order), form)
            if named is not None and named[2] == family and named[0] in legs:
                legs[named[0]].append((named[1], item))
        return legs

    def _put(
        self,
        kind: OrderType,
        entry: OrderReport,
        price: Decimal,
        quantity: Decimal,
        unified: str,
        held: dict[Role, list[tuple[int, Found]]],
    ) -> str:
        """The id of the leg at that price and quantity: one that waits already, or a new one in the others' place."""
        role = Role.STOP if kind == STOP else Role.TARGET
        fitting = next((item for _, item in held[role] if self._is_at(item, price, quantity)), None)
        if fitting is not None:
            for _, item in held[role]:
                if item is not fitting:
                    self._cancel(item)
            return str(fitting.order["id"])
        generation = max((number + 1 for number, _ in held[role]), default=0)
        if generation == 0 and kind == STOP and entry.stop_order_id:
            generation = 1  # generation 0 has been and gone
        new_id = leg_id(entry.client_order_id, role, generation)
        side = _exit_side(entry)
        order_id = self._send(
            unified, side, quantity, self._client.venue.trigger_order(kind, side, price, new_id), new_id
        )
        for _, item in held[role]:
            self._cancel(item)
        return order_id

    def _is_at(self, item: Found, price: Decimal, quantity: Decimal) -> bool:
        report = self._lookup.report(item.order, fills=())
        return price in (report.stop_price, report.limit_price) and report.quantity == quantity

    def _send(
        self, unified: str, side: Side, quantity: Decimal, how: tuple[str, float | None, dict[str, Any]], new_id: str
    ) -> str:
        """Create the order: its id. What was not sent may be tried again, what may have been is looked up."""
        wire_type, price, params = how
        for attempt in range(_TRIES):
            try:
                order = self._client.act(
                    "create_order", unified, wire_type, side.lower(), float(quantity), price, params
                )
            except OutcomeUnknown:
                if (found_id := self._looked_up(unified, new_id)) is not None:
                    return found_id
                raise
            except (BrokerUnavailable, RateLimited) as error:
                if attempt == _TRIES - 1:
                    raise
                self._sleep(min(getattr(error, "retry_after", _PAUSE), _LONGEST_WAIT))
            else:
                return str(order["id"])
        raise BrokerUnavailable(f"{self._client.name} took no order")

    def _looked_up(self, unified: str, new_id: str) -> str | None:
        """The id of an order that may have arrived; None where it is not to be seen after several looks."""
        for _ in range(_LOOKS):
            self._sleep(_PAUSE)
            try:
                if (found := self._lookup.by_client_id(unified, new_id)) is not None:
                    return str(found.order["id"])
            except (BrokerUnavailable, RateLimited):
                continue
        return None

    def _close(
        self, entry: OrderReport, stop: Decimal, quantity: Decimal, unified: str, why: BrokerError
    ) -> OrderReport:
        """The emergency exit. Says which rule refused the stop, and whether the exit went through."""
        venue, exit_id = self._client.venue, leg_id(entry.client_order_id, Role.EXIT)
        how = "market", None, venue.exit_params(exit_id)
        reason = f"The stop at {stop} could not be placed ({why})"
        logger.error("%s: %s: %s; closing at market", venue.name, entry.symbol, reason)
        if not entry.status.is_final:
            self._stop_filling(entry, unified)
        try:
            order_id = self._send(unified, _exit_side(entry), quantity, how, exit_id)
        except BrokerError as error:
            reason = f"{reason}, and closing the entry at market failed too ({error}): close it by hand."
            return replace(entry, reason=reason, stop_refused=True)
        reason = f"{reason}: the entry was closed at market at once."
        return replace(entry, reason=reason, stop_refused=True, stop_order_id=order_id)

    def _stop_filling(self, entry: OrderReport, unified: str) -> None:
        """Cancel what is open of the entry: it must not fill behind the exit's back."""
        try:
            found = self._lookup.by_id(unified, entry.order_id)
        except BrokerError:
            found = None
        self._cancel(found or Found({"id": entry.order_id, "symbol": unified}, {}))

    def _cancel(self, item: Found) -> None:
        """A leg that is gone already has been cancelled, or has filled: either way there is nothing left to do."""
        try:
            self._client.act("cancel_order", str(item.order["id"]), str(item.order["symbol"]), dict(item.params))
        except (OrderMissing, InvalidOrder):
            pass
        except BrokerError as error:
            logger.warning("%s: a leg could not be cancelled (%s)", self._client.name, error.code)


def _exit_side(entry: OrderReport) -> Side:
    if entry.side is None:
        raise InvalidOrder("side: the entry's side is needed to close it")
    return entry.side.opposite


def _closes(found: Found, entry_side: Side) -> bool:
    return str(found.order.get("side") or "") == entry_side.opposite.lower()


def _at(legs: list[Found], price: Decimal | None, lookup: Lookup) -> str:
    """The id of the leg that triggers, or rests, at the price; "" for none."""
    for item in legs if price is not None else ():
        report = lookup.report(item.order, fills=())
        if price in (report.stop_price, report.limit_price):
            return report.order_id
    return ""
