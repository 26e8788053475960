"""Rounding as the ledger and the price columns round."""

import numpy as np

_EXACT = 4096.0  # below it, float64 holds more than the twelve places of a price column


def to_money(value: float) -> float:
    """At the ledger's eight places, half to even."""
    return float(np.rint(value * 1e8)) / 1e8


def to_price(value: float) -> float:
    """At the twelve places that prices and quantities are stored with."""
    return float(np.rint(value * 1e12)) / 1e12 if abs(value) < _EXACT else value
