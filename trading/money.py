"""Money as text for people."""

from decimal import ROUND_HALF_EVEN, Decimal

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "USDT": "$", "USDC": "$", "JPY": "¥", "INR": "₹"}
_CENT = Decimal("0.01")


def format_money(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """`amount` rounded to cents: "$1,000.00", "-$3.20", with `signed` "+$75.50"; "0.50 BTC" without a symbol."""
    rounded = amount.quantize(_CENT, rounding=ROUND_HALF_EVEN)
    sign = "-" if rounded < 0 else "+" if signed and rounded > 0 else ""
    digits = f"{abs(rounded):,.2f}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {currency}"
