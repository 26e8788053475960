"""The single orders that protect an entry: reading, placing, changing and cancelling a stop or a target.

Ours are reduce-only triggers named after the entry (see client_ids). Where an exchange changes a waiting trigger in its
place, that is done: its ties to other orders stay. Elsewhere the new one goes first and then the old one, so that there
is always one; on a spot market, where the old one holds the coins, the other way round.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.ccxt.client import Client
from brokers.adapters.ccxt.client_ids import Role, family_of, leg_id, leg_of
from brokers.adapters.ccxt.errors import OrderMissing
from brokers.adapters.ccxt.lookup import Found, Lookup
from brokers.adapters.ccxt.venue import SPOT, STOP, TARGET, number
from brokers.errors import BrokerError, BrokerUnavailable, InvalidOrder, OutcomeUnknown, RateLimited
from brokers.interface import OrderReport, OrderType, Side

logger = logging.getLogger(__name__)

_ROLES = {STOP: Role.STOP, TARGET: Role.TARGET}
_KINDS = {role: kind for kind, role in _ROLES.items()}
_TRIES = 3
_LOOKS = 4
_PAUSE = 0.3
_LONGEST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Placed:
    """A leg that waits, by the exchange's id and by ours ("" for the exchange's own)."""

    order_id: str = ""
    client_order_id: str = ""


class Legs:
    def __init__(self, client: Client, lookup: Lookup, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._client, self._lookup, self._sleep = client, lookup, sleep

    # --- reading

    def waiting_for(self, entry: OrderReport, unified: str) -> dict[OrderType, list[tuple[OrderReport, Found]]]:
        """The legs that wait for the entry now, oldest first: ours by their names, the exchange's own by their side."""
        legs: dict[OrderType, list[tuple[OrderReport, Found]]] = {STOP: [], TARGET: []}
        for item in self._lookup.open_orders(unified):
            report = self._lookup.report(item.order, fills=())
            kind = self._kind(entry, report, item)
            if kind in legs and entry.side is not None and report.side == entry.side.opposite:
                legs[kind].append((report, item))
        for found in legs.values():
            found.sort(key=lambda pair: self._generation(pair[1]))
        return legs

    def _kind(self, entry: OrderReport, report: OrderReport, item: Found) -> OrderType | None:
        """What the order would be to the entry: by our name for it, or as the exchange's own; None for a stranger."""
        venue = self._client.venue
        named = leg_of(venue.raw_client_id(item.order), venue.id_format)
        if named is not None:
            family = family_of(entry.client_order_id, venue.id_format) if entry.client_order_id else ""
            return _KINDS.get(named[0]) if named[2] == family else None
        closes = report.reduce_only or venue.market_type == SPOT
        own = venue.native_bracket and closes and not report.client_order_id.startswith("sg")
        return report.type if own else None

    def _generation(self, item: Found) -> int:
        venue = self._client.venue
        named = leg_of(venue.raw_client_id(item.order), venue.id_format)
        return -1 if named is None else named[1]

    # --- changing

    def put(
        self,
        kind: OrderType,
        entry: OrderReport,
        price: Decimal,
        quantity: Decimal,
        unified: str,
        waiting: list[tuple[OrderReport, Found]],
        *,
        fresh: bool = False,
    ) -> Placed:
        """The one leg of that kind, at that price and quantity afterwards. `fresh`: there never was another.

        Raises what the exchange says where it is refused: what waited before stands then (not on a spot market).
        """
        fitting = next(((report, item) for report, item in waiting if is_at(report, price, quantity)), None)
        if fitting is not None:
            self.cancel_all(item for _, item in waiting if item is not fitting[1])
            return Placed(fitting[0].order_id, fitting[0].client_order_id)
        if waiting and self._edited(waiting[-1][0], price, quantity, unified):
            self.cancel_all(item for _, item in waiting[:-1])
            return Placed(waiting[-1][0].order_id, waiting[-1][0].client_order_id)
        new_id = leg_id(entry.client_order_id, _ROLES[kind], self._next(kind, entry, unified, waiting, fresh))
        olds = [item for _, item in waiting]
        if self._client.venue.market_type == SPOT:
            self.cancel_all(olds)
            olds = []
        side = exit_side(entry)
        how = self._client.venue.trigger_order(kind, side, price, new_id)
        order_id = self.send(unified, side, quantity, how, new_id)
        self.cancel_all(olds)
        return Placed(order_id, new_id)

    def _next(
        self, kind: OrderType, entry: OrderReport, unified: str, waiting: list[tuple[OrderReport, Found]], fresh: bool
    ) -> int:
        """A generation that no leg has had yet: some exchanges take an id once, ever."""
        latest = max((self._generation(item) for _, item in waiting), default=-1)
        if fresh or latest >= 0:
            return latest + 1
        generation = 0
        while self._lookup.by_client_id(unified, leg_id(entry.client_order_id, _ROLES[kind], generation)) is not None:
            generation = generation * 2 or 1  # they are counted up one by one, so a free one has none beyond it
        return generation

    def _edited(self, report: OrderReport, price: Decimal, quantity: Decimal, unified: str) -> bool:
        """Whether the leg was changed where it waits; not so where the exchange does not do that, or it is gone."""
        parameter = self._client.venue.leg_price_param
        if not parameter or report.side is None:
            return False
        size = float(quantity + report.filled_quantity)
        try:
            self._client.act(
                "edit_order", report.order_id, unified, "market", report.side.lower(), size, None,
                {parameter: number(price)},
            )  # fmt: skip
        except OrderMissing:
            return False
        except OutcomeUnknown:
            found = self._lookup.by_id(unified, report.order_id)
            if found is None or not is_at(self._lookup.report(found.order, fills=()), price, quantity):
                raise
        return True

    def send(
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

    def cancel_all(self, items: Iterable[Found]) -> None:
        for item in items:
            self.cancel(item)

    def cancel(self, item: Found) -> None:
        """A leg that is gone already has been cancelled, or has filled: either way there is nothing left to do."""
        try:
            self._client.act("cancel_order", str(item.order["id"]), str(item.order["symbol"]), dict(item.params))
        except (OrderMissing, InvalidOrder):
            pass
        except BrokerError as error:
            logger.warning("%s: a leg could not be cancelled (%s)", self._client.name, error.code)


def is_at(leg: OrderReport, price: Decimal, quantity: Decimal) -> bool:
    return price in (leg.stop_price, leg.limit_price) and leg.quantity == quantity


def exit_side(entry: OrderReport) -> Side:
    if entry.side is None:
        raise InvalidOrder("side: the entry's side is needed to close it")
    return entry.side.opposite
