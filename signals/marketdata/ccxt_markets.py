"""ccxt's description of a market as an instrument."""

from typing import Any

from brokers.interface import Instrument

_FINEST = 1e-8


def instrument_of(venue: str, market: dict[str, Any], precision_mode: int) -> Instrument:
    """The market's steps and minimums; what the exchange does not tell is as fine as prices are stored."""
    limits, precision = market.get("limits") or {}, market.get("precision") or {}
    lot = step_of(precision.get("amount"), precision_mode)
    return Instrument(
        venue=venue,
        symbol=market["symbol"],
        market_type="SPOT" if market.get("spot") else "OPTION" if market.get("option") else "FUTURES",
        tick_size=step_of(precision.get("price"), precision_mode),
        lot_size=lot,
        min_quantity=_limit(limits, "amount", "min") or lot,
        min_notional=_limit(limits, "cost", "min"),
        contract_size=float(market.get("contractSize") or 1.0),
        max_leverage=max(1.0, _limit(limits, "leverage", "max")),
    )


def step_of(precision: Any, mode: int) -> float:
    """A precision as a step: ccxt gives it as one, as a number of decimals, or as significant digits.

    Significant digits make a step only together with a price, which is not known here.
    """
    import ccxt

    if precision is None or mode == ccxt.SIGNIFICANT_DIGITS:
        return _FINEST
    step = 10.0 ** -int(precision) if mode == ccxt.DECIMAL_PLACES else float(precision)
    return step if step > 0 else _FINEST


def _limit(limits: dict[str, Any], name: str, end: str) -> float:
    """The limit, or 0 where there is none."""
    return float((limits.get(name) or {}).get(end) or 0.0)
