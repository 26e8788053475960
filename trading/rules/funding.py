"""Funding of perpetual futures: what the holders of one side pay those of the other at fixed times of the day."""

from trading.rules.pnl import unit_value

_HOUR_MS = 3_600_000.0
_LONGEST_HOURS = 1e6  # beyond it no funding time will ever come, and the milliseconds stay whole numbers


def funding_payment(
    inverse: bool, direction: int, quantity: float, price: float, contract_size: float, rate: float
) -> float:
    """What a position gains (above 0) or pays (below 0) at one funding time, account currency.

    -direction * notional * rate: a positive rate (fraction of the notional at that time's price) has longs pay shorts.
    Source: the exchanges' perpetual futures specifications (Binance, Bybit, Deribit).
    """
    return -direction * (quantity * unit_value(inverse, price, contract_size)) * rate


def funding_times(after_ms: int, until_ms: int, interval_hours: float) -> int:
    """How many funding times lie in (after_ms, until_ms]: whole multiples of the interval since the epoch, UTC.

    Times in milliseconds since the epoch. 0 where the interval is 0 or less (or not known), or nothing lies between.
    """
    step = funding_step_ms(interval_hours)
    if step <= 0 or until_ms <= after_ms:
        return 0
    return until_ms // step - after_ms // step


def funding_step_ms(interval_hours: float) -> int:
    """The interval in whole milliseconds; 0 where it is 0 or less, not known, or longer than any market's."""
    if not (interval_hours > 0.0 and interval_hours <= _LONGEST_HOURS):
        return 0
    return int(interval_hours * _HOUR_MS + 0.5)
