"""The account's own stream: every change of its contracts, and after a reconnect first what was missed."""

import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from brokers.adapters.deriv.connection import Connection
from brokers.adapters.deriv.contracts import purchase_report, sale_report, state_of
from brokers.adapters.deriv.frames import Dialect, Message
from brokers.adapters.deriv.history import open_rows, transaction_rows
from brokers.adapters.deriv.journal import PurchaseJournal
from brokers.adapters.deriv.numbers import text_in
from brokers.adapters.deriv.subscriptions import SubscriptionBook
from brokers.errors import BrokerError, RateLimited
from brokers.interface import ContractState, OrderReport, Subscription

logger = logging.getLogger(__name__)

Handler = Callable[[OrderReport], None]

TOPIC = "orders"
_OVERLAP = 60.0  # seconds before the gap that are read again: Deriv's times are whole seconds, of its own clock
_REMEMBERED = 5_000  # contracts whose last told state is kept


@dataclass(slots=True)
class _Told:
    state: ContractState
    at: float


class OrderFeed:
    """Changes are told at once; the value of a contract that moves with the market, once in `every` seconds.

    Handlers run on the connection's thread of callbacks.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        book: SubscriptionBook,
        journal: PurchaseJournal,
        *,
        clock: Callable[[], float],
        every: float = 1.0,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._book = book
        self._journal = journal
        self._clock = clock
        self._every = every
        self._handlers: dict[int, Handler] = {}
        self._streams: list[Subscription] = []
        self._told: OrderedDict[str, _Told] = OrderedDict()
        self._numbers = itertools.count(1)
        self._lock = threading.RLock()  # never held during a call
        self._starting = threading.Lock()  # one start or end at a time
        self._held: list[ContractState] | None = None
        self._seen_at = 0.0

    def add(self, handler: Handler) -> Subscription:
        subscription = Subscription(next(self._numbers), TOPIC)
        with self._starting:
            with self._lock:
                self._handlers[subscription.number] = handler
                if self._streams:
                    return subscription
                self._seen_at = self._clock()
            try:
                for topic, frame, listener in (
                    ("transactions", self._dialect.transactions(), self._on_transaction),
                    ("contracts", self._dialect.open_contracts(), self._on_contract),
                ):
                    self._streams.append(self._book.add(topic, frame, listener))
            except BrokerError:
                self._end(subscription)
                raise
        return subscription

    def remove(self, subscription: Subscription) -> None:
        with self._starting:
            self._end(subscription)

    def _end(self, subscription: Subscription) -> None:
        with self._lock:
            if self._handlers.pop(subscription.number, None) is None or self._handlers:
                return
            streams, self._streams = self._streams, []
            self._told.clear()
        for stream in streams:
            self._book.remove(stream)

    def recent(self, contract_id: str, within: float) -> ContractState | None:
        """A contract's state where the stream has told it in the last seconds."""
        with self._lock:
            told = self._told.get(contract_id)
            return told.state if told is not None and self._clock() - told.at <= within else None

    def hold(self) -> None:
        """Keep what the streams say until `restore` has told what was missed."""
        with self._lock:
            if self._handlers:
                self._held = []

    def restore(self) -> None:
        """Read what happened while there was no connection, tell it, then go on with the streams."""
        with self._lock:
            if self._held is None:
                return
            since = self._seen_at - _OVERLAP
        missed = [self._fetch(contract_id) for contract_id in self._changed_since(since)]
        with self._lock:
            held, self._held = self._held or [], None
            for state in [*sorted(missed, key=lambda state: state.purchase_time), *held]:
                self._connection.post(lambda state=state: self._learn(state))  # type: ignore[misc]
            self._seen_at = self._clock()

    def _changed_since(self, since: float) -> list[str]:
        """Contracts bought or ended since: open ones that are new to us, and what is not open any more.

        The statement tells of both, and Deriv allows it three times as often as the portfolio and the profit table. The
        portfolio is the check on it, left out where its budget is used up: the connection shall not wait for that.
        """
        call = self._connection.call
        rows = list(transaction_rows(call, self._dialect, since))
        sold = {row.contract_id for row in rows if row.is_sale}
        listed = {row.contract_id for row in rows}
        with self._lock:
            settled = {name for name, told in self._told.items() if told.state.is_settled}
            known = set(self._told)
        try:
            open_now = {row.contract_id for row in open_rows(call, self._dialect)}
            listed |= open_now
        except RateLimited:
            open_now = known - settled
        return sorted((listed - known) | (sold - settled) | (known - settled - open_now))

    def _fetch(self, contract_id: str) -> ContractState:
        return state_of(self._connection.call(self._dialect.open_contract(contract_id)))

    def _on_contract(self, message: Message) -> None:
        if not message.get("proposal_open_contract"):
            return  # the stream's first message, when nothing is open
        self._hear(state_of(message))

    def _on_transaction(self, message: Message) -> None:
        """A sale ends a contract: its last state is asked for, unless the stream of contracts was quicker."""
        row = message.get("transaction")
        if not isinstance(row, dict) or text_in(row, "action") != "sell":
            return
        contract_id = text_in(row, "contract_id")
        with self._lock:
            told = self._told.get(contract_id)
            if not contract_id or (told is not None and told.state.is_settled):
                return
        try:
            state = self._fetch(contract_id)
        except BrokerError:
            logger.info("deriv: the end of contract %s could not be read", contract_id)
            return  # the stream of contracts, or the next restore, tells it
        self._hear(state)

    def _hear(self, state: ContractState) -> None:
        with self._lock:
            self._seen_at = self._clock()
            if self._held is not None:
                self._held.append(state)
                return
        self._learn(state)

    def _learn(self, state: ContractState) -> None:
        """Tell of it, if it is news. Runs on the thread of callbacks."""
        with self._lock:
            now, told = self._clock(), self._told.get(state.contract_id)
            if told is not None:
                if told.state.is_settled:
                    return
                if _marks(told.state) == _marks(state) and now - told.at < self._every:
                    return
            self._told[state.contract_id] = _Told(state, now)
            self._told.move_to_end(state.contract_id)
            while len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)
            handlers = list(self._handlers.values())
        for report in self._reports(state, is_new=told is None):
            for handler in handlers:
                _run(handler, report)

    def _reports(self, state: ContractState, *, is_new: bool) -> list[OrderReport]:
        reports = []
        if is_new or not state.is_settled:
            reports.append(purchase_report(state, self._journal.client_order_id_of(state.contract_id)))
        if state.is_settled:
            reports.append(sale_report(state, self._journal.sale_of(state.contract_id)))
        return reports


class Holding:
    """Goes first when a connection is restored, so that the streams' first messages wait for what was missed."""

    def __init__(self, feed: OrderFeed) -> None:
        self._feed = feed

    def restore(self) -> None:
        self._feed.hold()


def _marks(state: ContractState) -> tuple[object, ...]:
    """What is told at once when it changes."""
    return state.status, state.stop_loss, state.take_profit, state.entry_spot is not None


def _run(handler: Handler, report: OrderReport) -> None:
    try:
        handler(report)
    except Exception as error:
        logger.warning("deriv: an order handler failed with %s", type(error).__name__)
