"""How large a trade is, and where its default levels lie."""

from brokers.rules.rounding import floor_to_lot


def confidence_scaled_quantity(
    balance: float, max_position_size: float, confidence: float, price: float, contract_size: float, lot_size: float
) -> float:
    """Base units, rounded down to whole lots: balance * max_position_size * confidence / (price * contract_size).

    `balance` in quote currency, `max_position_size` and `confidence` fractions 0-1, so that full confidence takes the
    whole allowance and no trade takes more. 0 when nothing can be bought.
    """
    if balance <= 0.0 or price <= 0.0 or lot_size <= 0.0 or contract_size <= 0.0:
        return 0.0
    share = min(max(max_position_size, 0.0), 1.0) * min(max(confidence, 0.0), 1.0)
    return floor_to_lot(balance * share / (price * contract_size), lot_size)


def margin_required(notional: float, leverage: float) -> float:
    """Margin in quote currency: notional / leverage; a leverage below 1 counts as 1."""
    return notional / max(leverage, 1.0)


def stop_from_percent(direction: int, price: float, percent: float) -> float:
    """Stop price `percent` (0-100) of `price` away, on the losing side."""
    return price * (1.0 - direction * percent / 100.0)


def target_from_percent(direction: int, price: float, percent: float) -> float:
    """Target price `percent` (0-100) of `price` away, on the winning side."""
    return price * (1.0 + direction * percent / 100.0)
