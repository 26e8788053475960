"""Margin: what an account's positions and orders bind, and what is left. Cross margin, by settlement currency."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.listing import ZERO, Kind, Listing, Top
from brokers.simulator.exchange.orders import Order, OrderState

Tops = Callable[[str], Top]


@dataclass(frozen=True, slots=True)
class Funds:
    """Of one currency. `wallet` is cash; `equity` with unrealized profit; `available` may be bound by new orders."""

    currency: str
    wallet: Decimal
    unrealized: Decimal
    position_margin: Decimal
    order_margin: Decimal
    maintenance: Decimal

    @property
    def equity(self) -> Decimal:
        return self.wallet + self.unrealized

    @property
    def available(self) -> Decimal:
        """Of a loss at most what is there; never below 0."""
        return max(ZERO, self.equity - self.position_margin - self.order_margin)


def leverage_of(account: Account, listing: Listing) -> Decimal:
    return account.leverage.get(listing.symbol, listing.leverage)


def funds(account: Account, currency: str, listings: Mapping[str, Listing], tops: Tops) -> Funds:
    """How `currency` stands in the account at the current marks."""
    unrealized = position_margin = order_margin = maintenance = ZERO
    symbols = {order.symbol for order in account.working.values()} | {
        symbol for symbol, position in account.positions.items() if position.quantity
    }
    for symbol in sorted(symbols):
        listing = listings[symbol]
        if listing.kind == Kind.SPOT:
            order_margin += _spot_reserve(account, listing, currency)
        elif listing.settle == currency:
            mark = tops(symbol).mark
            position = account.position(symbol)
            if position.quantity:
                unrealized += listing.profit(position.quantity, position.entry, mark)
                maintenance += listing.notional(position.quantity, mark) * listing.maintenance_rate
            own = listing.notional(position.quantity, mark) / leverage_of(account, listing)
            position_margin += own
            order_margin += max(ZERO, exposure_margin(account, listing, mark) - own)
    wallet = account.balances.get(currency, ZERO)
    return Funds(currency, wallet, unrealized, position_margin, order_margin, maintenance)


def exposure_margin(account: Account, listing: Listing, mark: Decimal, extra: Decimal = ZERO) -> Decimal:
    """Margin of the greatest position that the open orders, and a signed quantity `extra`, could lead to."""
    held = account.held(listing.symbol)
    buys, sells = max(extra, ZERO), max(-extra, ZERO)
    for order in account.working.values():
        if order.symbol != listing.symbol or order.state != OrderState.OPEN or order.reduces:
            continue
        if order.side == Side.BUY:
            buys += order.remaining
        else:
            sells += order.remaining
    largest = max(abs(held + buys), abs(held - sells), abs(held))
    return listing.notional(largest, mark) / leverage_of(account, listing)


def shortfall(
    account: Account, listing: Listing, order: Order, price: Decimal, listings: Mapping[str, Listing], tops: Tops
) -> Decimal:
    """What the account lacks to pay for an order that is not in its book yet, fee included, at `price` a unit.

    0 where it can pay. In the currency that the order would bind.
    """
    signed = order.remaining * order.sign
    fee = listing.notional(order.remaining, price) * listing.taker_rate
    if listing.kind == Kind.SPOT:
        sells = order.side == Side.SELL
        cost = order.remaining * listing.contract_size if sells else listing.notional(order.remaining, price) + fee
        return max(ZERO, cost - funds(account, listing.base if sells else listing.quote, listings, tops).available)
    mark, held = tops(listing.symbol).mark, account.held(listing.symbol)
    now = exposure_margin(account, listing, mark)
    then = exposure_margin(account, listing, mark, signed)
    if then <= now and abs(held + signed) <= abs(held):
        return ZERO
    state = funds(account, listing.settle, listings, tops)
    return max(ZERO, max(ZERO, then - now) + fee - (state.equity - state.position_margin - state.order_margin))


def _spot_reserve(account: Account, listing: Listing, currency: str) -> Decimal:
    reserve = ZERO
    for order in account.working.values():
        if order.symbol != listing.symbol or order.state != OrderState.OPEN:
            continue
        if order.side == Side.SELL and currency == listing.base:
            reserve += order.remaining * listing.contract_size
        elif order.side == Side.BUY and currency == listing.quote:
            price = order.price or ZERO
            reserve += listing.notional(order.remaining, price) * (1 + listing.taker_rate)
    return reserve
