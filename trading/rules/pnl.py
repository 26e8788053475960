"""Profit and loss."""


def gross_pnl(direction: int, quantity: float, entry: float, exit_price: float, contract_size: float) -> float:
    """P&L before costs, quote currency: direction * (exit - entry) * quantity * contract size; prices per unit."""
    return direction * (exit_price - entry) * quantity * contract_size


def inverse_pnl(direction: int, quantity: float, entry: float, exit_price: float, contract_size: float) -> float:
    """P&L before costs of an inverse contract, base currency: direction * quantity * size * (1/entry - 1/exit).

    `quantity` contracts of `contract_size` quote currency each; prices per unit, above 0 (else 0 is returned).
    Source: Deribit's inverse perpetual specification.
    """
    if entry <= 0.0 or exit_price <= 0.0:
        return 0.0
    return direction * quantity * contract_size * (1.0 / entry - 1.0 / exit_price)


def position_pnl(
    inverse: bool, direction: int, quantity: float, entry: float, exit_price: float, contract_size: float
) -> float:
    """P&L before costs in the account's currency, of a linear or an inverse position."""
    if inverse:
        return inverse_pnl(direction, quantity, entry, exit_price, contract_size)
    return gross_pnl(direction, quantity, entry, exit_price, contract_size)


def unit_value(inverse: bool, price: float, contract_size: float) -> float:
    """What one unit (or contract) is worth in the account's currency: linear price * size, inverse size / price."""
    if inverse:
        return contract_size / price if price > 0.0 else 0.0
    return price * contract_size


def amount_at_level(stake: float, multiplier: float, entry: float, level: float) -> float:
    """What a multiplier contract gains or loses, account currency, when the price goes from `entry` to `level`:
    stake * multiplier * |level - entry| / entry. Source: Deriv's multiplier specification, commission aside.
    """
    if entry <= 0.0:
        return 0.0
    return stake * multiplier * abs(level - entry) / entry
