"""A desk over a still market, for tests that need no wire."""

from decimal import Decimal
from typing import Any

from brokers.simulator.deriv.contracts import Contract
from brokers.simulator.deriv.desk import Desk
from brokers.simulator.deriv.terms import Terms, terms_of
from brokers.simulator.market import MARKETS, SimMarket

START = 1_800_000_000.0
DEMO = "VRTC9000001"


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class StillDesk:
    """Its market moves, and its clock runs, only when told."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = Clock()
        self.market = SimMarket(MARKETS, seed, self.clock)
        self.desk = Desk(self.market, self.clock)
        account = self.desk.accounts.get(DEMO)
        assert account is not None
        self.account = account

    def buy(self, contract_type: str, stake: str = "10", symbol: str = "R_100", **terms: Any) -> Contract:
        wanted = parameters(contract_type, float(stake), **terms)
        return self.buy_terms(terms_of(wanted, symbol, self.clock()))

    def buy_terms(self, terms: Terms) -> Contract:
        return self.desk.buy(self.account, terms, terms.stake, 1089)[0]

    def tick(self, price: float, symbol: str = "R_100", seconds: float = 0.0) -> None:
        self.clock.now += seconds
        self.market.set_price(symbol, price)


def parameters(contract_type: str, amount: float = 10, **terms: Any) -> dict[str, Any]:
    return {"contract_type": contract_type, "amount": amount, "basis": "stake", "currency": "USD"} | terms


def money(text: str) -> Decimal:
    return Decimal(text)
