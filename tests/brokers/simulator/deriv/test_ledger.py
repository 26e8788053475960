"""The desk's books: whatever is done, the balance is what the account began with and its transactions."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.money import CENT
from tests.brokers.simulator.deriv.desks import StillDesk

STAKES = st.decimals(min_value="0.01", max_value="3000", places=2)


class Trading(RuleBasedStateMachine):
    """Buys, sells, changes and ticks in any order, refusals included."""

    def __init__(self) -> None:
        super().__init__()
        self.still = StillDesk(seed=5)

    @rule(kind=st.sampled_from(["CALL", "PUT"]), stake=STAKES, ticks=st.integers(0, 11))
    def buy_rise_or_fall(self, kind: str, stake: Decimal, ticks: int) -> None:
        self._try(lambda: self.still.buy(kind, str(stake), duration=ticks, duration_unit="t"))

    @rule(kind=st.sampled_from(["MULTUP", "MULTDOWN"]), stake=STAKES, stop=st.none() | STAKES, gain=st.none() | STAKES)
    def buy_multiplier(self, kind: str, stake: Decimal, stop: Decimal | None, gain: Decimal | None) -> None:
        orders = {"stop_loss": stop, "take_profit": gain}
        limits = {name: float(amount) for name, amount in orders.items() if amount is not None}
        self._try(lambda: self.still.buy(kind, str(stake), multiplier=400, limit_order=limits))

    @rule(stake=STAKES, rate=st.sampled_from([0.01, 0.03, 0.05, 0.5]))
    def buy_accumulator(self, stake: Decimal, rate: float) -> None:
        self._try(lambda: self.still.buy("ACCU", str(stake), growth_rate=rate))

    @rule(number=st.integers(0, 30))
    def sell(self, number: int) -> None:
        contracts = list(self.still.desk.contracts)
        if contracts:
            contract_id = contracts[number % len(contracts)]
            self._try(lambda: self.still.desk.sell(self.still.account, contract_id, Decimal(0)))

    @rule(steps=st.integers(1, 8))
    def advance(self, steps: int) -> None:
        self.still.clock.now += steps / 4
        self.still.market.advance(steps)

    @rule(price=st.floats(1200, 1800))
    def jump(self, price: float) -> None:
        self.still.tick(round(price, 2))

    @rule()
    def reset(self) -> None:
        self.still.desk.reset_demo_balance(self.still.account)

    @staticmethod
    def _try(action: Callable[[], object]) -> None:
        with suppress(Refused):
            action()

    @invariant()
    def the_balance_is_explained_to_the_cent(self) -> None:
        for account in self.still.desk.accounts:
            total = account.initial
            for entry in account.transactions:
                total += entry.amount
                assert entry.balance_after == total >= 0
                assert entry.amount == entry.amount.quantize(CENT)
            assert account.balance == total

    @invariant()
    def every_contract_is_paid_for_once_and_paid_out_at_most_once(self) -> None:
        entries = self.still.account.transactions
        for contract in self.still.desk.contracts.values():
            mine = [entry for entry in entries if entry.contract_id == contract.contract_id]
            bought = [entry.amount for entry in mine if entry.action == "buy"]
            paid = [entry.amount for entry in mine if entry.action == "sell"]
            assert bought == [-contract.terms.stake]
            assert paid == ([] if contract.is_open else [contract.sell_price])
            assert contract.profit >= -contract.terms.stake

    @invariant()
    def transactions_have_ids_of_their_own(self) -> None:
        ids = [entry.transaction_id for account in self.still.desk.accounts for entry in account.transactions]
        assert len(set(ids)) == len(ids)


TestTrading = Trading.TestCase
TestTrading.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
