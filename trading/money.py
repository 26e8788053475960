"""Money as text for people."""

from decimal import ROUND_HALF_EVEN, Decimal

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "USDT": "$", "USDC": "$", "JPY": "¥", "INR": "₹"}
_COINS = frozenset({"BTC", "ETH"})  # worth too much for cents


def format_money(amount: Decimal, currency: str, *, signed: bool = False) -> str:
    """`amount` rounded to cents: "$1,000.00", "-$3.20", with `signed` "+$75.50"; coins to 1e-8: "0.50000000 BTC"."""
    places = 8 if currency in _COINS else 2
    rounded = amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    sign = "-" if rounded < 0 else "+" if signed and rounded > 0 else ""
    digits = f"{abs(rounded):,.{places}f}"
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{digits} {currency}"
