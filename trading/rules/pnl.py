"""Profit and loss."""


def gross_pnl(direction: int, quantity: float, entry: float, exit_price: float, contract_size: float) -> float:
    """P&L before costs, quote currency: direction * (exit - entry) * quantity * contract size; prices per unit."""
    return direction * (exit_price - entry) * quantity * contract_size


def net_pnl(gross: float, entry_commission: float, exit_commission: float) -> float:
    """P&L after the commission of both sides, quote currency."""
    return gross - entry_commission - exit_commission
