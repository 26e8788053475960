"""The Deriv adapter: contracts behind the one broker interface, in the current API or the legacy v3 one.

Credentials: `token` (OAuth 2.0, a Personal Access Token, or a v3 API token), `app_id`, and `api`, which is "current"
(the default) or "legacy". Without a token there is market data and nothing else.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

import redis

from brokers.adapters.deriv.connection import BackOff, Connection
from brokers.adapters.deriv.contracts import position_of, purchase_report, sale_report
from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.feed import TOPIC, Holding, OrderFeed
from brokers.adapters.deriv.frames import Dialect, Message
from brokers.adapters.deriv.frames_current import CurrentFrames
from brokers.adapters.deriv.frames_legacy import LegacyFrames
from brokers.adapters.deriv.history import open_rows, transaction_rows
from brokers.adapters.deriv.journal import MemoryJournal, PurchaseJournal, RedisJournal
from brokers.adapters.deriv.limits import rest_budgets, user_key
from brokers.adapters.deriv.login import login_for
from brokers.adapters.deriv.markets import Markets
from brokers.adapters.deriv.numbers import decimal_in, text_in
from brokers.adapters.deriv.purchases import Offer, Purchases
from brokers.adapters.deriv.rest import DerivAccount
from brokers.adapters.deriv.shared import shared_redis
from brokers.adapters.deriv.socket import Timing
from brokers.adapters.deriv.subscriptions import SubscriptionBook
from brokers.errors import AuthenticationFailed, BrokerUnavailable, InvalidOrder
from brokers.interface import (
    Balance,
    Candle,
    Capabilities,
    ConnectionStatus,
    ContractState,
    ContractTerms,
    ContractType,
    Credentials,
    Instrument,
    OrderChange,
    OrderReport,
    OrderRequest,
    Position,
    PublicTrade,
    Quote,
    Subscription,
)
from brokers.ratelimit import Throttle, rate_limiter

SETTLE_SECONDS = 10.0
_RECENT_SECONDS = 5.0

_CAPABILITIES = Capabilities(
    market_types=frozenset({"CONTRACT"}),
    partial_fills=False,
    holds_stops=True,
    native_bracket=True,
    amends_orders=True,
    client_order_ids=False,
    streams_quotes=True,
    streams_orders=True,
    contract_types=frozenset(ContractType),
)


class DerivBroker:
    """One login, one socket. Budgets and the record of purchases live in Redis: `redis_client`, else the project's.

    Raises ValueError for an `api` that there is not.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.time,
        redis_client: "redis.Redis | None" = None,
        journal: PurchaseJournal | None = None,
        timing: Timing | None = None,
        back_off: BackOff | None = None,
        random_source: random.Random | None = None,
        settle: float = SETTLE_SECONDS,
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._redis = redis_client if redis_client is not None else shared_redis()
        self._dialect: Dialect = _dialect(credentials.get("api") or "current")
        user = user_key(credentials.get("token"))
        throttle = Throttle(rate_limiter(self._redis))
        self._connection = Connection(
            login_for(credentials, self._dialect.name, lambda: throttle.take(rest_budgets(user))),
            throttle,
            user,
            timing=timing,
            back_off=back_off,
            random_source=random_source,
            clock=clock,
        )
        self._journal = journal if journal is not None else self._own_journal()
        book = SubscriptionBook(self._connection)
        self._book = book
        self._markets = Markets(self._connection, self._dialect, book, clock)
        self._purchases = Purchases(self._connection, self._dialect, self._journal, clock=clock, settle=settle)
        self._feed = OrderFeed(self._connection, self._dialect, book, self._journal, clock=clock)
        for restorable in (Holding(self._feed), book, self._feed):
            self._connection.on_reconnect(restorable)
        self._groups: dict[int, list[Subscription]] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def _own_journal(self) -> PurchaseJournal:
        if self._redis is None:
            return MemoryJournal(self._clock)
        return RedisJournal(self._redis, self._account_id, self._clock)

    def _account_id(self) -> str:
        account = self._connection.account
        if account is None:
            raise BrokerUnavailable("Deriv is not connected.")
        return account.account_id

    @property
    def account(self) -> DerivAccount | None:
        """The account that the connection speaks for; None before it is made, and for public market data."""
        return self._connection.account

    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    def connect(self) -> ConnectionStatus:
        """Connect and check the account. Raises AuthenticationFailed naming what does not fit, or BrokerUnavailable."""
        self._connection.open()
        if self._credentials.get("token"):
            self._journal.kept_since()
        return self._connection.status()

    def disconnect(self) -> None:
        self._connection.close()

    def get_connection_status(self) -> ConnectionStatus:
        return self._connection.status()

    def place_order(self, request: OrderRequest, quote: Quote, instrument: Instrument) -> OrderReport:
        """Buy the request's contract (proposal, then buy at no more than the stake); reduce_only sells one, whole.

        A bracket's prices become amounts of account currency: see contracts.limit_amount.
        """
        self._need_account()
        if request.reduce_only:
            return self._purchases.sell(request)
        if not instrument.is_open:
            raise InvalidOrder(f"symbol: the market {instrument.symbol} is closed")
        return self._purchases.buy(request, quote)

    def amend_order(self, order: OrderReport, change: OrderChange, instrument: Instrument) -> OrderReport:
        """Move the stop and target of a multiplier contract (prices)."""
        self._need_account()
        return self._purchases.amend(order, change)

    def cancel_order(self, symbol: str, *, order_id: str = "", client_order_id: str = "") -> OrderReport:
        """A purchase is done or refused at once: there is nothing to cancel, and it is reported as it is."""
        found = self.get_order(symbol, order_id=order_id, client_order_id=client_order_id)
        if found is None:
            raise InvalidOrder("order: Deriv knows no such order")
        return found

    def cancel_all_orders(self, symbol: str | None = None) -> list[OrderReport]:
        return []

    def get_order(
        self, symbol: str, *, order_id: str = "", client_order_id: str = "", since: float | None = None
    ) -> OrderReport | None:
        """By contract id, or by our own id: see Purchases.find, which raises OutcomeUnknown while it is open."""
        self._need_account()
        if order_id:
            return self._purchases.get(order_id)
        return self._purchases.find(symbol, client_order_id, since)

    def open_orders(self, symbol: str | None = None) -> list[OrderReport]:
        """None: contracts are bought at once, and what is open are positions."""
        return []

    def executions_since(self, since: float, symbol: str | None = None) -> list[OrderReport]:
        """Purchases and sales at or after `since`, from the statement, in the order of their times."""
        self._need_account()
        rows = transaction_rows(self._connection.call, self._dialect, since)
        reports = []
        for contract_id in dict.fromkeys(row.contract_id for row in rows):
            state = self._purchases.state(contract_id)
            if symbol is not None and state.symbol != symbol:
                continue
            reports.append(purchase_report(state, self._journal.client_order_id_of(contract_id)))
            if state.is_settled:
                reports.append(sale_report(state, self._journal.sale_of(contract_id)))
        recent = [report for report in reports if report.executions[0].time >= int(since)]
        return sorted(recent, key=lambda report: report.executions[0].time)

    def positions(self) -> list[Position]:
        return [position_of(state) for state in self.contracts()]

    def contracts(self) -> list[ContractState]:
        """Every open contract."""
        self._need_account()
        ids = [row.contract_id for row in open_rows(self._connection.call, self._dialect)]
        states = [self._feed.recent(each, _RECENT_SECONDS) or self._purchases.state(each) for each in ids]
        return [state for state in states if not state.is_settled]

    def get_balance(self) -> list[Balance]:
        """Cash, and the equity with what the open contracts could be sold for."""
        self._need_account()
        reply = self._connection.call(self._dialect.balance(subscribe=False))
        worth = sum((state.bid_price or Decimal(0) for state in self.contracts()), Decimal(0))
        return [_balance(reply, worth)]

    def subscribe_balance(self, handler: Callable[[Balance], None]) -> Subscription:
        """Every change of the cash; `equity` is the cash here, without the open contracts."""
        self._need_account()
        frame = self._dialect.balance(subscribe=True)
        return self._group("balance", [self._book.add("balance", frame, lambda m: handler(_balance(m, Decimal(0))))])

    def get_candles(
        self, symbol: str, timeframe: str, *, since_ms: int | None = None, limit: int = 500
    ) -> list[Candle]:
        return self._markets.candles(symbol, timeframe, since_ms, limit)

    def get_instrument_info(self, symbol: str) -> Instrument:
        return self._markets.instrument(symbol)

    def symbols(self) -> list[str]:
        return self._markets.symbols()

    def offer(self, symbol: str, terms: ContractTerms) -> Offer:
        """What a contract costs and pays now; nothing is bought."""
        return self._purchases.offer(symbol, terms)

    def quote(self, symbol: str) -> Quote:
        return self._markets.quote(symbol)

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> Subscription:
        return self._group("quotes", self._markets.subscribe_quotes(symbols, handler))

    def subscribe_trades(self, symbols: Sequence[str], handler: Callable[[PublicTrade], None]) -> Subscription:
        """Raises InvalidOrder: Deriv is the other side of every contract, and there are no public trades."""
        raise InvalidOrder("trades: Deriv has no public trades")

    def subscribe_orders(self, handler: Callable[[OrderReport], None]) -> Subscription:
        self._need_account()
        return self._group(TOPIC, [self._feed.add(handler)])

    def unsubscribe(self, subscription: Subscription) -> None:
        with self._lock:
            parts = self._groups.pop(subscription.number, [])
        for part in parts:
            (self._feed if part.topic == TOPIC else self._book).remove(part)

    def _group(self, topic: str, parts: list[Subscription]) -> Subscription:
        with self._lock:
            subscription = Subscription(next(self._numbers), topic)
            self._groups[subscription.number] = parts
        return subscription

    def _need_account(self) -> None:
        if not self._credentials.get("token"):
            raise AuthenticationFailed("token: Deriv gives market data alone without one")


def _dialect(api: str) -> Dialect:
    if api == "current":
        return CurrentFrames()
    if api == "legacy":
        return LegacyFrames()
    raise ValueError(f"api: current or legacy, not {api!r}")


def _balance(reply: Message, worth: Decimal) -> Balance:
    row = reply.get("balance")
    if not isinstance(row, dict):
        raise BadReply("balance: Deriv's reply has none")
    cash = decimal_in(row, "balance")
    return Balance(text_in(row, "currency"), cash, cash, cash + worth)
