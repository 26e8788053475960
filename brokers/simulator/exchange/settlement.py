"""What a fill does to an account: position, profit, fee, ledger."""

from decimal import Decimal

from brokers.interface import Side
from brokers.simulator.exchange.accounts import Account
from brokers.simulator.exchange.listing import ZERO, Kind, Listing, money
from brokers.simulator.exchange.orders import Fill, Order


def settle(
    account: Account, listing: Listing, order: Order, quantity: Decimal, price: Decimal, number: int, now: float
) -> Fill:
    """Book a fill of `order`; the caller has seen to it that the order and the account allow it."""
    signed = quantity if order.side == Side.BUY else -quantity
    rate = listing.maker_rate if order.rested else listing.taker_rate
    fee = money(listing.notional(quantity, price) * rate)
    realized = ZERO if listing.kind == Kind.SPOT else money(_move(account, listing, signed, price, now))
    fill = Fill(
        number=number,
        order_id=order.number,
        client_id=order.client_id,
        symbol=order.symbol,
        side=order.side,
        quantity=quantity,
        price=price,
        fee=fee,
        currency=listing.settle,
        realized=realized,
        maker=order.rested,
        time=now,
    )
    if listing.kind == Kind.SPOT:
        account.book(listing.base, "TRADE", signed * listing.contract_size, fill)
        account.book(listing.quote, "TRADE", -signed * listing.contract_size * price, fill)
    account.book(listing.settle, "REALIZED_PNL", realized, fill)
    account.book(listing.settle, "COMMISSION", -fee, fill)
    account.fills.append(fill)
    order.fills.append(fill)
    order.filled += quantity
    order.cost += quantity * price
    order.updated = now
    return fill


def _move(account: Account, listing: Listing, signed: Decimal, price: Decimal, now: float) -> Decimal:
    """Change the position; the profit that the change realizes, in settlement currency."""
    position = account.position(listing.symbol)
    held = position.quantity
    closed = ZERO
    if held * signed < 0:
        closed = min(abs(held), abs(signed)).copy_sign(held)
    realized = listing.profit(closed, position.entry, price) if closed else ZERO
    opened = signed + closed
    kept = held - closed
    if opened:
        position.entry = listing.average(kept, position.entry, opened, price)
    position.quantity = kept + opened
    if not position.quantity:
        position.entry = ZERO
    position.realized += money(realized)
    position.updated = now
    return realized
