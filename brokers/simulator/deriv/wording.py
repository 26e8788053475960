"""How Deriv describes a contract, in a code and in a sentence."""

from brokers.simulator.deriv.contracts import Contract
from brokers.simulator.deriv.terms import Terms


def shortcode(contract: Contract) -> str:
    """Deriv's compact description, e.g. CALL_R_100_19.53_1700000000_5T_S0P_0."""
    terms, start = contract.terms, int(contract.purchase_time)
    head = f"{terms.contract_type}_{terms.symbol.code}"
    if terms.multiplier is not None:
        return f"{head}_{terms.stake:.2f}_{terms.multiplier}_{start}_4102358400_0_0.00_N1"
    if terms.growth_rate is not None:
        return f"{head}_{terms.stake:.2f}_0_{terms.growth_rate}_1_{contract.half_width:.9f}_{start}"
    if terms.seconds is None:
        return f"{head}_{terms.payout:.2f}_{start}_{terms.duration}T_S0P_0"
    return f"{head}_{terms.payout:.2f}_{start}_{start + terms.seconds}_S0P_0"


def longcode(terms: Terms) -> str:
    name = terms.symbol.name
    if terms.multiplier is not None:
        way = "rises" if terms.direction > 0 else "falls"
        return (
            f"If you select '{'Up' if terms.direction > 0 else 'Down'}', your total profit/loss will be the percentage "
            f"by which {name} {way}, times {terms.stake * terms.multiplier:.2f}, minus commissions."
        )
    if terms.growth_rate is not None:
        return (
            f"After the entry spot tick, your stake will grow continuously by {terms.growth_rate * 100:.0f}% for every "
            f"tick that the spot price of {name} remains within the barriers."
        )
    way = "higher" if terms.direction > 0 else "lower"
    units = {"t": "ticks", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    last = f"{terms.duration} {units[terms.duration_unit or 't']}"
    return f"Win payout if {name} is strictly {way} than entry spot at {last} after contract start time."
