"""Amounts of account currency, in cents."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from brokers.simulator.deriv.errors import Refused

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
LARGEST = Decimal(10) ** 12


def read(value: object, field: str) -> Decimal:
    """An amount that a client sent, in cents. Raises Refused for one that no account could have."""
    amount = Decimal(str(value))
    if not abs(amount) <= LARGEST:
        raise Refused("InputValidationFailed", f"Input validation failed: {field}: the amount is too large.")
    return cents(amount)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def cents_down(amount: Decimal) -> Decimal:
    """In the desk's favor, as payouts are."""
    return amount.quantize(CENT, ROUND_DOWN)


def price(value: float) -> Decimal:
    """A spot as a Decimal, without the noise of its binary digits."""
    return Decimal(repr(value))
