"""The Deriv desk: sells contracts, watches them tick by tick, and keeps the books. It knows no wire."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from brokers.interface import Quote
from brokers.simulator.deriv.accounts import Account, Accounts, Transaction
from brokers.simulator.deriv.contracts import Contract, LimitUpdate, Outcome, Tick
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.symbols import SYMBOLS
from brokers.simulator.deriv.terms import Terms
from brokers.simulator.market import SimMarket


@dataclass(frozen=True, slots=True)
class DeskEvent:
    """A transaction was booked; `contract` is None for deposits."""

    account: Account
    transaction: Transaction
    contract: Contract | None


Listener = Callable[[DeskEvent], None]


class Desk:
    """`clock` gives epoch seconds. The desk listens to the market from the start, so that its contracts have moved
    before any socket hears of the tick.
    """

    def __init__(self, market: SimMarket, clock: Callable[[], float], users: int = 3) -> None:
        self.market = market
        self.clock = clock
        self.accounts = Accounts(users)
        self.contracts: dict[int, Contract] = {}
        self._open: dict[str, dict[int, Contract]] = {symbol: {} for symbol in SYMBOLS}
        self._listeners: list[Listener] = []
        self._contract_ids = itertools.count(300_000_000_001, 20)
        self._transaction_ids = itertools.count(600_000_000_001, 10)
        market.add_listener(self._on_quote)

    def add_listener(self, listener: Listener) -> None:
        self._listeners.append(listener)

    def remove_listener(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def tick(self, symbol: str) -> Tick:
        return _tick(self.market.quote(symbol))

    def open_contracts(self, account: Account, symbol: str | None = None) -> list[Contract]:
        """Oldest first; of all symbols, or of one."""
        held = self._open.values() if symbol is None else [self._open.get(symbol, {})]
        found = [item for contracts in held for item in contracts.values() if item.account is account]
        return sorted(found, key=lambda contract: contract.contract_id)

    def closed_contracts(self, account: Account) -> list[Contract]:
        """Oldest purchase first."""
        return [item for item in self.contracts.values() if item.account is account and not item.is_open]

    def find(self, account: Account, contract_id: int) -> Contract | None:
        contract = self.contracts.get(contract_id)
        return contract if contract is not None and contract.account is account else None

    def buy(self, account: Account, terms: Terms, max_price: Decimal, app_id: int) -> tuple[Contract, Transaction]:
        """Raises Refused: the price has risen above `max_price`, or the balance is too low."""
        if terms.stake > max_price:
            raise _moved(terms.currency, max_price, terms.stake)
        if terms.currency != account.currency:
            raise Refused("InvalidCurrency", f"The provided currency {terms.currency} is invalid.")
        now, contract_id = self.clock(), next(self._contract_ids)
        booked = account.book(next(self._transaction_ids), "buy", -terms.stake, now, contract_id)
        contract = Contract(
            contract_id, account, terms, self.tick(terms.symbol.code), now, booked.transaction_id, app_id
        )
        for order_type, amount in (("stop_loss", terms.stop_loss), ("take_profit", terms.take_profit)):
            if amount is not None:
                contract.updates.append(LimitUpdate(order_type, amount, now))
        self.contracts[contract_id] = contract
        self._open[terms.symbol.code][contract_id] = contract
        self._tell(DeskEvent(account, booked, contract))
        return contract, booked

    def sell(self, account: Account, contract_id: int, min_price: Decimal) -> tuple[Contract, Transaction]:
        """At the current bid. Raises Refused: no such contract, done already, not resold, or a bid below the price."""
        contract = self.find(account, contract_id)
        if contract is None:
            raise Refused("ContractNotFound", "This contract was not found among your open positions.")
        if not contract.is_open:
            raise Refused("NoOpenPosition", "This contract was not found among your open positions.")
        if not contract.can_be_sold:
            raise Refused("InvalidtoSell", "Resale of this contract is not offered.")
        bid = contract.bid
        if bid < min_price:
            raise _moved(contract.terms.currency, min_price, bid)
        return contract, self._close(contract, Outcome("sold", bid, contract.current))

    def update(self, account: Account, contract_id: int, orders: dict[str, Decimal | None]) -> Contract:
        """Set (or, with None, remove) limit orders; those not named stay. Raises Refused naming what cannot be."""
        contract = self.find(account, contract_id)
        if contract is None or not contract.is_open:
            raise Refused("ContractNotFound", "This contract was not found among your open positions.")
        terms = contract.terms
        stop_loss = orders.get("stop_loss", terms.stop_loss)
        take_profit = orders.get("take_profit", terms.take_profit)
        changed = terms.with_limits(stop_loss, take_profit)
        _check_not_passed(contract, orders)
        contract.terms = changed
        for order_type, amount in orders.items():
            contract.updates.append(LimitUpdate(order_type, amount, self.clock()))
        return contract

    def reset_demo_balance(self, account: Account) -> Transaction:
        """Bring a demo account back to its initial balance. Raises Refused for a real account."""
        if not account.is_virtual:
            raise Refused("AccessDenied", "Only a demo account's balance can be reset.")
        missing = account.initial - account.balance
        action = "deposit" if missing >= 0 else "withdrawal"
        booked = account.book(next(self._transaction_ids), action, missing, self.clock())
        self._tell(DeskEvent(account, booked, None))
        return booked

    def _on_quote(self, quote: Quote) -> None:
        tick = _tick(quote)
        for contract in list(self._open.get(quote.symbol, {}).values()):
            outcome = contract.on_tick(tick)
            if outcome is not None:
                self._close(contract, outcome)

    def _close(self, contract: Contract, outcome: Outcome) -> Transaction:
        now = self.clock()
        booked = contract.account.book(
            next(self._transaction_ids), "sell", outcome.price, now, contract.contract_id, contract.buy_transaction
        )
        contract.close(outcome, booked.transaction_id, now)
        del self._open[contract.terms.symbol.code][contract.contract_id]
        self._tell(DeskEvent(contract.account, booked, contract))
        return booked

    def _tell(self, event: DeskEvent) -> None:
        for listener in tuple(self._listeners):
            listener(event)


def _tick(quote: Quote) -> Tick:
    return Tick(quote.time, quote.last, quote.volatility)


def _moved(currency: str, wanted: Decimal, now: Decimal) -> Refused:
    return Refused(
        "PriceMoved",
        "The underlying market has moved too much since you priced the contract. "
        f"The contract price has changed from {wanted:.2f} {currency} to {now:.2f} {currency}.",
    )


def _check_not_passed(contract: Contract, orders: dict[str, Decimal | None]) -> None:
    """A limit that the contract has passed already would close it at once: it is refused."""
    stop_loss, take_profit, profit = orders.get("stop_loss"), orders.get("take_profit"), contract.profit
    if stop_loss is not None and profit <= -stop_loss:
        raise Refused(
            "ValidationError",
            f"Please enter a stop loss amount that's higher than the current loss ({-profit:.2f}).",
            {"field": "stop_loss"},
        )
    if take_profit is not None and profit >= take_profit:
        raise Refused(
            "ValidationError",
            f"Please enter a take profit amount that's higher than the current profit ({profit:.2f}).",
            {"field": "take_profit"},
        )
