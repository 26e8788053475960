"""At what price, and how much of it, a simulated market order fills."""

import math

MINUTE = 60.0
FLOOR = 1e-12


def slippage_fraction(fixed_bps: float, volatility: float, volatility_multiple: float) -> float:
    """Adverse slippage as a fraction of price: fixed basis points, plus a multiple of the 1-minute volatility."""
    return fixed_bps / 10_000.0 + max(0.0, volatility) * volatility_multiple


def latency_drift(volatility: float, latency_seconds: float, z: float) -> float:
    """How far the price wanders (fraction, signed) until the order arrives: volatility * sqrt(latency / 60 s) * z.

    `volatility` is the standard deviation of 1-minute log returns (fraction), `z` a standard normal draw.
    """
    return max(0.0, volatility) * math.sqrt(max(0.0, latency_seconds) / MINUTE) * z


def market_fill_price(is_buy: bool, bid: float, ask: float, slippage: float, drift: float) -> float:
    """Price per unit of a market order: the far side of the book, moved by `drift`, worsened by `slippage`."""
    sign = 1.0 if is_buy else -1.0
    price = (ask if is_buy else bid) * (1.0 + drift) * (1.0 + sign * slippage)
    return max(price, FLOOR)


def stop_fill_price(is_buy: bool, trigger: float, spread: float, slippage: float, drift: float) -> float:
    """Price per unit of a triggered stop: the trigger, worsened by half the spread (price) and by `slippage`."""
    half = max(0.0, spread) / 2.0
    return market_fill_price(is_buy, max(trigger - half, FLOOR), trigger + half, slippage, drift)


def commission(quantity: float, price: float, contract_size: float, inverse: bool, rate: float) -> float:
    """Commission in the account's currency: notional times `rate` (fraction). The notional is in quote currency, and of
    an inverse contract, which counts that, in base currency: quantity * contract size / price.
    """
    if inverse:
        return quantity * contract_size / price * rate if price > 0.0 else 0.0
    return quantity * price * contract_size * rate


def is_rejected(u: float, probability: float) -> bool:
    """Whether a uniform draw `u` makes the order one of the `probability` (fraction) that are refused."""
    return u < probability


def filled_fraction(u: float, probability: float, minimum: float, v: float) -> float:
    """The fraction of an order that fills: all of it, or with `probability` a share between `minimum` and 1 by `v`."""
    return minimum + (1.0 - minimum) * v if u < probability else 1.0
