"""An entry's stop and target: found where the exchange holds them, placed and tied by us where it does not.

The stop goes first. Where it cannot be placed, the entry is closed at market at once: a position without a stop is the
one thing not to have.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.client_ids import Role, leg_id, leg_of
from brokers.adapters.ccxt.legs import Legs, Placed, exit_side
from brokers.adapters.ccxt.lookup import Found, Lookup
from brokers.adapters.ccxt.venue import SPOT, STOP, TARGET
from brokers.edge import fit_quantity, fit_trigger
from brokers.errors import BrokerError, BrokerUnavailable, InvalidOrder, OutcomeUnknown, RateLimited
from brokers.interface import Bracket, Instrument, OrderChange, OrderReport

logger = logging.getLogger(__name__)

_TIED = (Role.STOP, Role.TARGET)
_LATER = (BrokerUnavailable, RateLimited, OutcomeUnknown)


class Brackets:
    """`held` is the size of the position in a unified symbol, 0 without one.

    `protect` raises nothing that would leave a fresh entry bare: it reports what was done about it.
    """

    def __init__(
        self,
        client: Client,
        lookup: Lookup,
        held: Callable[[str], Decimal],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._lookup, self._held = client, lookup, held
        self._legs = Legs(client, lookup, sleep=sleep)

    # --- held by the exchange

    def find_native(self, entry: OrderReport, bracket: Bracket, unified: str) -> OrderReport:
        """The entry with the ids of the legs that the exchange made of its bracket, as far as they show by now."""
        if not entry.filled_quantity or entry.side is None:
            return entry
        try:
            legs = [self._lookup.report(found.order, fills=()) for found in self._lookup.open_orders(unified)]
        except BrokerError as error:
            logger.warning("%s: the bracket's legs could not be read (%s)", self._client.name, error.code)
            return entry
        legs = [leg for leg in legs if leg.side == entry.side.opposite]
        return _with(entry, _at(legs, bracket.stop_loss), _at(legs, bracket.take_profit))

    def attached(self, entry: OrderReport, unified: str) -> OrderReport:
        """The entry with the legs that wait for it now; of several of a kind, their sum, so that it shows."""
        if not entry.filled_quantity or entry.side is None or entry.reduce_only:
            return entry
        waiting = self._legs.waiting_for(entry, unified)
        stops, targets = ([report for report, _ in waiting[kind]] for kind in (STOP, TARGET))
        return _with(entry, stops, targets)

    # --- tied by us

    def grow(self, entry: OrderReport, unified: str) -> None:
        """Bring the legs that wait for the entry up to what it has filled by now and is still held, at their prices."""
        if not entry.filled_quantity or entry.side is None or not entry.client_order_id:
            return
        waiting = self._legs.waiting_for(entry, unified)
        small = [
            (kind, legs[-1][0]) for kind, legs in waiting.items()
            if legs and legs[-1][0].quantity is not None and legs[-1][0].quantity < entry.filled_quantity
        ]  # fmt: skip
        if not small:
            return
        quantity = min(entry.filled_quantity, self._held(unified))
        for kind, leg in small:
            price = leg.stop_price or leg.limit_price
            if price is not None and leg.quantity is not None and leg.quantity < quantity:
                self._legs.put(kind, entry, price, quantity, unified, waiting[kind])

    def protect(
        self,
        entry: OrderReport,
        bracket: Bracket,
        unified: str,
        instrument: Instrument,
        *,
        quantity: Decimal | None = None,
        fresh: bool = False,
    ) -> OrderReport:
        """Stop and target for what has filled, or for `quantity` of it. Safe to repeat: the legs grow with the entry.

        `fresh`: the entry has just been placed, so it can have no legs yet, and nothing is read that could fail.

        A stop that the exchange refuses closes the entry at market: the report then has `stop_refused`, the rule in
        `reason`, and in `stop_order_id` the order that closed the position. An entry that is not fresh is left to the
        next try where the exchange could not be asked, and that is raised.
        """
        quantity = fit_quantity(entry.filled_quantity if quantity is None else quantity, instrument)
        if not quantity or entry.side is None:
            return entry
        waiting = {STOP: [], TARGET: []} if fresh else self._legs.waiting_for(entry, unified)  # type: ignore[var-annotated]
        report = entry
        if bracket.stop_loss is not None:
            try:
                stop = self._legs.put(STOP, entry, bracket.stop_loss, quantity, unified, waiting[STOP], fresh=fresh)
            except BrokerError as error:
                if isinstance(error, _LATER) and not fresh:
                    raise
                return self._close(entry, bracket.stop_loss, quantity, unified, error)
            report = _stop(report, stop, bracket.stop_loss, quantity)
        if bracket.take_profit is not None:
            try:
                target = self._legs.put(
                    TARGET, entry, bracket.take_profit, quantity, unified, waiting[TARGET], fresh=fresh
                )
            except BrokerError as error:
                logger.warning("%s: a target could not be placed (%s)", self._client.name, error.code)
                return replace(report, reason=f"The target at {bracket.take_profit} was not placed: {error}")
            report = _target(report, target, bracket.take_profit, quantity)
        return report

    def move(self, entry: OrderReport, change: OrderChange, unified: str, instrument: Instrument) -> OrderReport:
        """Legs at the changed prices and quantity; those that are dropped go. Raises what the exchange says where one
        is refused: the old one stands then.
        """
        if not self._client.venue.holds_stops or self._client.venue.stops == "none":
            raise InvalidOrder(f"stop_loss: {self._client.name} holds no stops")
        quantity = fit_quantity(change.leg_quantity or entry.filled_quantity, instrument)
        if not quantity or entry.side is None:
            raise InvalidOrder("stop_loss: the entry has not filled, so there is nothing to protect")
        waiting = self._legs.waiting_for(entry, unified)
        for kind, price, dropped, told in (
            (STOP, change.stop_loss, change.drop_stop, _stop),
            (TARGET, change.take_profit, change.drop_target, _target),
        ):
            if dropped:
                self._legs.cancel_all(item for _, item in waiting[kind])
                entry = told(entry, Placed(), None, None)
            elif price is not None:
                price = fit_trigger(price, instrument)
                placed = self._legs.put(kind, entry, price, quantity, unified, waiting[kind])
                entry = told(entry, placed, price, quantity)
        return entry

    def sweep(self, unified: str, wire_id: str = "") -> None:
        """After an exit: cancel the siblings of the leg that filled (`wire_id`, "" for another exit), and where the
        position is flat, every reduce-only trigger left on the symbol. One left behind would act on the next position.
        """
        form = self._client.venue.id_format
        named = leg_of(wire_id, form) if wire_id else None
        flat = self._client.venue.market_type != SPOT and not self._held(unified)
        for item in self._lookup.open_orders(unified) if flat or named else ():
            other = leg_of(self._client.venue.raw_client_id(item.order), form)
            report = self._lookup.report(item.order, fills=())
            sibling = named is not None and other is not None and other[2] == named[2] and other[0] in _TIED
            if sibling or (flat and report.reduce_only and report.stop_price is not None):
                self._legs.cancel(item)

    # --- the emergency

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
            order_id = self._legs.send(unified, exit_side(entry), quantity, how, exit_id)
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
        self._legs.cancel(found or Found({"id": entry.order_id, "symbol": unified}, {}))


def _with(entry: OrderReport, stops: list[OrderReport], targets: list[OrderReport]) -> OrderReport:
    return _target(_stop(entry, *_sum(stops)), *_sum(targets))


def _sum(legs: list[OrderReport]) -> tuple[Placed, Decimal | None, Decimal | None]:
    """The latest of the legs and its level, and what they cover together."""
    if not legs:
        return Placed(), None, None
    covered = sum((leg.quantity or Decimal(0) for leg in legs), Decimal(0))
    latest = legs[-1]
    return Placed(latest.order_id, latest.client_order_id), latest.stop_price or latest.limit_price, covered


def _stop(entry: OrderReport, leg: Placed, level: Decimal | None, quantity: Decimal | None) -> OrderReport:
    return replace(
        entry,
        stop_order_id=leg.order_id,
        stop_client_id=leg.client_order_id,
        stop_in_force=bool(leg.order_id),
        stop_level=level,
        stop_quantity=quantity,
    )


def _target(entry: OrderReport, leg: Placed, level: Decimal | None, quantity: Decimal | None) -> OrderReport:
    return replace(
        entry,
        target_order_id=leg.order_id,
        target_client_id=leg.client_order_id,
        target_level=level,
        target_quantity=quantity,
    )


def _at(legs: list[OrderReport], price: Decimal | None) -> list[OrderReport]:
    """The leg that triggers, or rests, at the price; none where there is none."""
    found = [leg for leg in legs if price is not None and price in (leg.stop_price, leg.limit_price)]
    return found[:1]
