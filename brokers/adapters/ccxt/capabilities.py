"""What an exchange does by itself: read off ccxt's `has` and the venue."""

from typing import Any

from brokers.adapters.ccxt.venue import SPOT, Venue
from brokers.interface import Capabilities


def capabilities_of(venue: Venue, has: dict[str, Any], *, own_stream: bool = False) -> Capabilities:
    """`has` is ccxt.pro's, which includes the plain one's. `own_stream`: a private and ticker stream of our own."""
    derivatives = venue.market_type != SPOT
    options = venue.ccxt_id == "deribit"
    kinds = {venue.market_type, *(("OPTION",) if options else ()), *((SPOT,) if venue.own_symbols else ())}
    return Capabilities(
        market_types=frozenset(kinds),
        partial_fills=True,
        holds_stops=venue.holds_stops,
        native_bracket=venue.native_bracket,
        amends_orders=venue.edits and has.get("editOrder") is True,
        client_order_ids=True,
        sets_leverage=derivatives and venue.sets_leverage and has.get("setLeverage") is True,
        reports_positions=derivatives and has.get("fetchPositions") is True,
        streams_quotes=own_stream or bool(has.get("watchTicker") or has.get("watchTickers")),
        streams_trades=bool(has.get("watchTrades")),
        streams_orders=own_stream or bool(has.get("watchOrders")),
    )
