"""Whether a ticket keeps the listing's rules. Each function raises Refused with a code and a message for people."""

from decimal import Decimal

from brokers.interface import Side
from brokers.simulator.exchange.listing import Listing, Top
from brokers.simulator.exchange.orders import OrderKind, Refused, Ticket

_HIGHEST = Decimal(1_000_000_000)


def check_ticket(ticket: Ticket, listing: Listing, top: Top) -> None:
    if not ticket.close_position:
        check_quantity(ticket.quantity, listing)
    if ticket.kind.has_limit:
        check_price(ticket.price, listing, "price")
    if ticket.kind.waits:
        check_price(ticket.stop_price, listing, "stop_price")
    for leg in ticket.legs:
        if leg.kind.has_limit:
            check_price(leg.price, listing, "price")
        if leg.kind.waits:
            check_price(leg.stop_price, listing, "stop_price")
    price = ticket.price or ticket.stop_price or top.mark
    if not ticket.reduce_only and not ticket.close_position:
        notional = listing.notional(ticket.quantity, price)
        if notional < listing.min_notional:
            raise Refused("min_notional", f"notional {notional:f} is below {listing.min_notional:f}")
    if ticket.kind == OrderKind.LIMIT and ticket.price is not None:
        check_band(ticket.side, ticket.price, listing, top)


def check_quantity(quantity: Decimal, listing: Listing) -> None:
    if not quantity.is_finite() or quantity <= 0:
        raise Refused("bad_quantity", f"quantity: must be above 0, not {quantity}")
    if quantity < listing.min_quantity or quantity > listing.max_quantity:
        raise Refused(
            "quantity_range", f"quantity: from {listing.min_quantity} to {listing.max_quantity}, not {quantity}"
        )
    if quantity % listing.lot_size:
        raise Refused("quantity_step", f"quantity: a multiple of {listing.lot_size} is needed, not {quantity}")


def check_price(price: Decimal | None, listing: Listing, name: str) -> None:
    if price is None or not price.is_finite() or price <= 0:
        raise Refused("bad_price", f"{name}: must be above 0, not {price}")
    if price > _HIGHEST:
        raise Refused("bad_price", f"{name}: must be at most {_HIGHEST}, not {price}")
    if price % listing.tick_size:
        raise Refused("price_step", f"{name}: a multiple of {listing.tick_size} is needed, not {price}")


def check_band(side: Side, price: Decimal, listing: Listing, top: Top) -> None:
    """A limit may not lie far through the market: it is taken for a slip."""
    if not listing.band:
        return
    if side == Side.BUY and price > top.mark * (1 + listing.band):
        raise Refused("price_band", f"price: a buy may be at most {top.mark * (1 + listing.band):.8f}")
    if side == Side.SELL and price < top.mark * (1 - listing.band):
        raise Refused("price_band", f"price: a sell must be at least {top.mark * (1 - listing.band):.8f}")


def is_hit(kind: OrderKind, side: Side, stop_price: Decimal, price: Decimal) -> bool:
    """Whether `price` sets off an order that waits: a stop against its side's wish, a take-profit in favor of it."""
    rising = (side == Side.BUY) == kind.is_stop
    return price >= stop_price if rising else price <= stop_price
