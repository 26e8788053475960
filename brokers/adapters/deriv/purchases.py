"""Buying, changing, selling and finding contracts. Nothing is ever bought a second time."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from brokers.adapters.deriv.connection import Connection
from brokers.adapters.deriv.contracts import (
    limit_amount,
    money_step,
    purchase_report,
    sale_report,
    side_of,
    state_of,
)
from brokers.adapters.deriv.frames import Dialect
from brokers.adapters.deriv.history import open_rows
from brokers.adapters.deriv.journal import Purchase, PurchaseJournal
from brokers.adapters.deriv.lookup import find_purchase, strangers
from brokers.adapters.deriv.numbers import decimal_in, optional_decimal, text_in
from brokers.errors import BrokerError, InvalidOrder, OutcomeUnknown
from brokers.interface import (
    ContractState,
    ContractStatus,
    ContractTerms,
    OrderChange,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderType,
    Quote,
)

logger = logging.getLogger(__name__)

SALE_SUFFIX = "-sell"
_TOO_EARLY = "Deriv shows nothing of it yet; look again in a moment."


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposal: what a contract costs now. `spot` is the market's price behind it; amounts in account currency."""

    proposal_id: str
    ask_price: Decimal
    payout: Decimal | None
    spot: Decimal | None
    longcode: str


class Purchases:
    """`settle` is how many seconds after its sending a purchase that Deriv does not show is taken as not made."""

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        journal: PurchaseJournal,
        *,
        clock: Callable[[], float],
        settle: float,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._journal = journal
        self._clock = clock
        self._settle = settle

    @property
    def _currency(self) -> str:
        account = self._connection.account
        return account.currency if account is not None and account.currency else "USD"

    def offer(self, symbol: str, terms: ContractTerms) -> Offer:
        """What the contract costs. Raises InvalidOrder with Deriv's reason where it is not sold."""
        reply = self._connection.call(self._dialect.proposal(symbol, terms, self._currency))
        row = reply.get("proposal")
        row = row if isinstance(row, dict) else {}
        ask = decimal_in(row, "ask_price")
        if not text_in(row, "id"):
            raise InvalidOrder("Deriv made no offer for the contract.")
        payout, spot = optional_decimal(row, "payout"), optional_decimal(row, "spot")
        return Offer(text_in(row, "id"), ask, payout, spot, text_in(row, "longcode"))

    def state(self, contract_id: str) -> ContractState:
        return state_of(self._connection.call(self._dialect.open_contract(contract_id)))

    def buy(self, request: OrderRequest, quote: Quote) -> OrderReport:
        """Proposal, then purchase at no more than the stake."""
        terms = self._terms(request, quote)
        if self._journal.purchase(request.client_order_id) is not None:
            found = self.find(request.symbol, request.client_order_id, None)
            if found is None:
                raise OutcomeUnknown("The purchase was sent before, and Deriv does not show it.")
            return found
        connection = self._connection.generation
        offer = self.offer(request.symbol, terms)
        if offer.ask_price > terms.stake:
            raise InvalidOrder(f"stake: the contract costs {offer.ask_price} now, more than {terms.stake}")
        if not self._journal.remember(request.client_order_id, request.symbol, terms, self._clock()):
            raise OutcomeUnknown("Another process is sending this purchase.")
        try:
            frame = self._dialect.buy(offer.proposal_id, offer.ask_price)
            reply = self._connection.call(frame, write=True, generation=connection)
        except OutcomeUnknown:
            raise
        except BrokerError:
            self._journal.forget(request.client_order_id)
            raise
        row = reply.get("buy")
        contract_id = text_in(row, "contract_id") if isinstance(row, dict) else ""
        if not contract_id:
            raise OutcomeUnknown("Deriv's answer to the purchase names no contract.")
        return self._bought(request, terms, offer, contract_id)

    def _bought(self, request: OrderRequest, terms: ContractTerms, offer: Offer, contract_id: str) -> OrderReport:
        """From here on it is bought, whatever else fails."""
        try:
            if not self._journal.claim(request.client_order_id, contract_id):
                logger.error("deriv: contract %s is recorded for another order", contract_id)
        except BrokerError:
            logger.warning("deriv: the purchase of contract %s was not recorded", contract_id)
        try:
            return purchase_report(self.state(contract_id), request.client_order_id, offer.spot)
        except BrokerError:
            return self._receipt(request, terms, offer, contract_id)

    def _receipt(self, request: OrderRequest, terms: ContractTerms, offer: Offer, contract_id: str) -> OrderReport:
        state = ContractState(
            contract_id=contract_id,
            symbol=request.symbol,
            contract_type=terms.contract_type.value,
            status=ContractStatus.OPEN,
            buy_price=offer.ask_price,
            payout=offer.payout,
            bid_price=None,
            sell_price=None,
            profit=None,
            multiplier=terms.multiplier,
            entry_spot=None,
            exit_spot=None,
            current_spot=offer.spot,
            purchase_time=self._clock(),
            expiry_time=None,
            sell_time=None,
            stop_loss=terms.stop_loss,
            take_profit=terms.take_profit,
            is_valid_to_sell=False,
        )
        return purchase_report(state, request.client_order_id)

    def _terms(self, request: OrderRequest, quote: Quote) -> ContractTerms:
        """The terms to send: a bracket's prices become amounts, with the last price taken for the entry."""
        terms = request.contract
        if terms is None:
            raise InvalidOrder("contract: Deriv sells contracts, and the order names none")
        if request.type != OrderType.MARKET:
            raise InvalidOrder(f"type: contracts are bought at market, not with a {request.type.value} order")
        step = money_step(self._currency)
        if request.quantity != terms.stake or terms.stake % step:
            raise InvalidOrder(f"stake: {terms.stake} must be the order's quantity, in steps of {step}")
        if request.bracket is None:
            return terms
        if terms.multiplier is None:
            raise InvalidOrder(f"bracket: {terms.contract_type.value} contracts hold no stop or target prices")
        entry = Decimal(str(quote.last))

        def amount(name: str, level: Decimal | None, given: Decimal | None) -> Decimal | None:
            if level is None or terms.multiplier is None:
                return given
            return limit_amount(name, level, entry, terms.stake, terms.multiplier, terms.contract_type, step)

        return replace(
            terms,
            stop_loss=amount("stop_loss", request.bracket.stop_loss, terms.stop_loss),
            take_profit=amount("take_profit", request.bracket.take_profit, terms.take_profit),
        )

    def amend(self, order: OrderReport, change: OrderChange) -> OrderReport:
        """Move the stop and the target of a multiplier contract, given as prices, or take them away."""
        if any(value is not None for value in (change.quantity, change.limit_price, change.stop_price)):
            raise InvalidOrder("quantity: of a contract, only stop_loss and take_profit can be changed")
        if change.leg_quantity is not None:
            raise InvalidOrder("leg_quantity: a contract is sold whole, and so are its stop and target")
        state = self.state(order.contract.contract_id if order.contract else order.order_id.removesuffix(SALE_SUFFIX))
        entry = state.entry_spot or state.current_spot
        if state.is_settled or entry is None:
            raise InvalidOrder(f"order: contract {state.contract_id} is {state.status.value}")
        amounts: dict[str, Decimal | None] = {}
        for name, level, dropped in (
            ("stop_loss", change.stop_loss, change.drop_stop),
            ("take_profit", change.take_profit, change.drop_target),
        ):
            if dropped:
                amounts[name] = None
            elif level is not None:
                multiplier, step = state.multiplier or Decimal(1), money_step(self._currency)
                amounts[name] = limit_amount(name, level, entry, state.buy_price, multiplier, state.contract_type, step)
        if amounts:
            self._connection.call(self._dialect.contract_update(state.contract_id, amounts), write=True)
            state = self.state(state.contract_id)
        return purchase_report(state, order.client_order_id)

    def sell(self, request: OrderRequest) -> OrderReport:
        """Sell a contract whole, at the market. One that has ended already is reported as it ended."""
        contract_id = request.position_id or self._only_open(request)
        self._journal.remember_sale(request.client_order_id, contract_id, self._clock())
        try:
            reply = self._connection.call(self._dialect.sell(contract_id, Decimal(0)), write=True)
        except InvalidOrder:
            state = self.state(contract_id)
            if not state.is_settled:
                raise
            return sale_report(state, request.client_order_id)
        try:
            state = self.state(contract_id)
        except BrokerError:
            raise OutcomeUnknown(f"Contract {contract_id} was sold, and Deriv does not tell at what.") from None
        row = reply.get("sell")
        sold_for = optional_decimal(row, "sold_for") if isinstance(row, dict) else None
        if not state.is_settled:  # Deriv's list of contracts lags behind its receipt
            profit = None if sold_for is None else sold_for - state.buy_price
            state = replace(
                state, status=ContractStatus.SOLD, sell_price=sold_for, profit=profit, sell_time=self._clock()
            )
        return sale_report(state, request.client_order_id)

    def _only_open(self, request: OrderRequest) -> str:
        """The one contract of ours that the order can mean. Raises InvalidOrder where there are none or several."""
        ours = self._journal.known_contract_ids()
        fitting = [
            row.contract_id
            for row in open_rows(self._connection.call, self._dialect)
            if row.contract_id in ours
            and row.symbol == request.symbol
            and side_of(row.kind) != request.side
            and row.price == request.quantity
        ]
        if len(fitting) != 1:
            raise InvalidOrder(
                f"position_id: {len(fitting)} open contracts fit the order; it must name the one to sell"
            )
        return fitting[0]

    def get(self, order_id: str) -> OrderReport | None:
        """By its order id: a contract's purchase, or its sale (`<contract id>-sell`)."""
        contract_id = order_id.removesuffix(SALE_SUFFIX)
        if not contract_id.isdigit():
            return None
        try:
            state = self.state(contract_id)
        except InvalidOrder:
            return None
        if order_id == contract_id:
            return purchase_report(state, self._journal.client_order_id_of(contract_id))
        if state.is_settled:
            return sale_report(state, self._journal.sale_of(contract_id))
        if state.stop_loss is None and state.take_profit is None:
            return None
        waiting = sale_report(state)
        return replace(waiting, status=OrderStatus.SUBMITTED, executions=())

    def find(self, symbol: str, client_order_id: str, since: float | None) -> OrderReport | None:
        """By our own id, in our record and then in the account's history.

        Raises OutcomeUnknown while it is too early to say that nothing was bought or sold, or where the record does
        not reach back and contracts are there that it cannot explain.
        """
        if sale := self._journal.sale(client_order_id):
            state = self.state(sale.contract_id)
            if state.is_settled:
                return sale_report(state, client_order_id)
            if self._clock() < sale.sent_at + self._settle:
                raise OutcomeUnknown(_TOO_EARLY)
            return None
        purchase = self._journal.purchase(client_order_id)
        if purchase is None:
            self._need_explained(symbol, since)
            return None
        settled = self._clock() >= purchase.sent_at + self._settle
        contract_id = purchase.contract_id or self._look_up(purchase, thorough=settled)
        if contract_id:
            return purchase_report(self.state(contract_id), client_order_id)
        if not settled:
            raise OutcomeUnknown(_TOO_EARLY)
        self._journal.forget(client_order_id)
        return None

    def _look_up(self, purchase: Purchase, *, thorough: bool) -> str:
        call, now = self._connection.call, self._clock()
        return find_purchase(call, self._dialect, self._journal, purchase, now, thorough=thorough)

    def _need_explained(self, symbol: str, since: float | None) -> None:
        """No purchase is sent without a record; only a record that was lost leaves a doubt."""
        if since is None or since >= self._journal.kept_since():
            return
        found = strangers(self._connection.call, self._dialect, self._journal, symbol, since)
        if found:
            raise OutcomeUnknown(
                f"The record of purchases does not reach back, and contracts {', '.join(found)} are not explained."
            )
