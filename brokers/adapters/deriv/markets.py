"""What Deriv sells, and at which prices."""

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from brokers.adapters.deriv.connection import Connection
from brokers.adapters.deriv.contracts import money_step, symbol_of
from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.frames import Dialect, Message
from brokers.adapters.deriv.numbers import decimal_in, flag_in, optional_decimal, seconds_in
from brokers.adapters.deriv.subscriptions import SubscriptionBook
from brokers.errors import InvalidOrder
from brokers.interface import Candle, Instrument, Quote, Subscription

VENUE = "deriv"
FRESH_SECONDS = 5.0
CATALOG_SECONDS = 60.0
MOST_CANDLES = 5_000

GRANULARITIES = {
    "1m": 60, "2m": 120, "3m": 180, "5m": 300, "10m": 600, "15m": 900, "30m": 1800,
    "1h": 3600, "2h": 7200, "4h": 14400, "8h": 28800, "1d": 86400,
}  # fmt: skip


class Markets:
    def __init__(
        self, connection: Connection, dialect: Dialect, book: SubscriptionBook, clock: Callable[[], float]
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._book = book
        self._clock = clock
        self._lock = threading.Lock()
        self._catalog: dict[str, dict[str, Any]] = {}
        self._catalog_until = 0.0
        self._quotes: dict[str, Quote] = {}

    def symbols(self) -> list[str]:
        """Every market that is listed now."""
        return sorted(self._listed())

    def contracts_for(self, symbol: str) -> list[dict[str, Any]]:
        """Deriv's own description of each kind of contract that is sold on the market."""
        body = self._connection.call(self._dialect.contracts_for(symbol)).get("contracts_for")
        rows = body.get("available") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise BadReply("available: Deriv's reply names no contracts")
        return [row for row in rows if isinstance(row, dict)]

    def instrument(self, symbol: str) -> Instrument:
        """The market's tick, and the steps of a stake: quantities are stakes in account currency.

        Deriv tells no least stake outside a proposal; one that is too small is refused there, before anything is
        bought. Raises InvalidOrder for a market that is not listed.
        """
        row = self._listed().get(symbol)
        if row is None:
            raise InvalidOrder(f"symbol: Deriv lists no market {symbol}")
        account = self._connection.account
        step = float(money_step(account.currency if account is not None else "USD"))
        return Instrument(
            venue=VENUE,
            symbol=symbol,
            market_type="CONTRACT",
            tick_size=_pip(row),
            lot_size=step,
            min_quantity=step,
            min_notional=0.0,
            max_leverage=self._highest_multiplier(symbol),
            is_open=flag_in(row, "exchange_is_open", True) and not flag_in(row, "is_trading_suspended"),
        )

    def _highest_multiplier(self, symbol: str) -> float:
        offered = [row.get("multiplier_range") for row in self.contracts_for(symbol)]
        values = [float(value) for one in offered if isinstance(one, list) for value in one]
        return max(values, default=1.0)

    def _listed(self) -> dict[str, dict[str, Any]]:
        with self._lock:
            if time.monotonic() < self._catalog_until:
                return self._catalog
        rows = self._connection.call(self._dialect.active_symbols()).get("active_symbols")
        if not isinstance(rows, list):
            raise BadReply("active_symbols: Deriv's reply has no list of markets")
        listed = {symbol_of(row): row for row in rows if isinstance(row, dict) and symbol_of(row)}
        with self._lock:
            self._catalog, self._catalog_until = listed, time.monotonic() + CATALOG_SECONDS
        return listed

    def candles(self, symbol: str, timeframe: str, since_ms: int | None, limit: int) -> list[Candle]:
        """Up to `limit` candles from `since_ms` on, or the latest; the last one may still be forming.

        Raises InvalidOrder for a timeframe that Deriv does not draw.
        """
        seconds = GRANULARITIES.get(timeframe)
        if seconds is None:
            raise InvalidOrder(f"timeframe: Deriv draws {', '.join(GRANULARITIES)}, not {timeframe!r}")
        count = max(1, min(limit, MOST_CANDLES))
        start = end = None
        if since_ms is not None:
            start = -(-since_ms // 1000)
            last = start + count * seconds - 1  # `end` is part of the range, and `count` is taken from its end
            end = last if last < self._clock() else None
        frame = self._dialect.candles(symbol, seconds, count, start, end)
        rows = self._connection.call(frame).get("candles")
        if not isinstance(rows, list):
            raise BadReply("candles: Deriv's reply has no candles")
        candles = [_candle(row) for row in rows if isinstance(row, dict)]
        if since_ms is None:
            return candles[-count:]
        return [candle for candle in candles if candle.time >= since_ms][:count]

    def quote(self, symbol: str) -> Quote:
        """The last tick: from a stream of it that runs, else asked for."""
        with self._lock:
            quote = self._quotes.get(symbol)
        if quote is not None and self._clock() - quote.received <= FRESH_SECONDS:
            return quote
        return self._quote_in(self._connection.call(self._dialect.ticks(symbol, subscribe=False)), symbol)

    def subscribe_quotes(self, symbols: Sequence[str], handler: Callable[[Quote], None]) -> list[Subscription]:
        """One stream a market. Raises what the first refusal raises; the others are then ended again."""

        def told(message: Message, symbol: str) -> None:
            quote = self._quote_in(message, symbol)
            with self._lock:
                self._quotes[symbol] = quote
            handler(quote)

        running: list[Subscription] = []
        try:
            for symbol in dict.fromkeys(symbols):
                frame = self._dialect.ticks(symbol, subscribe=True)
                running.append(self._book.add(f"ticks:{symbol}", frame, lambda m, s=symbol: told(m, s)))  # type: ignore[misc]
        except BaseException:
            for subscription in running:
                self._book.remove(subscription)
            raise
        return running

    def _quote_in(self, message: Message, symbol: str) -> Quote:
        row = message.get("tick")
        if not isinstance(row, dict):
            raise BadReply("tick: Deriv's reply has no tick")
        last = decimal_in(row, "quote")
        bid, ask = optional_decimal(row, "bid") or last, optional_decimal(row, "ask") or last
        now = self._clock()
        moment = seconds_in(row, "epoch")
        try:
            return Quote(
                VENUE, symbol, float(min(bid, ask)), float(ask), float(last), now if moment is None else moment, now
            )
        except ValueError:
            raise BadReply("tick: Deriv sent a price that no market can have") from None


def _pip(row: dict[str, Any]) -> float:
    """The least step of the price. `pip_size` counts decimals in some replies, and is the step itself in others."""
    pip = optional_decimal(row, "pip") or decimal_in(row, "pip_size")
    if pip <= 0:
        raise BadReply("pip_size: Deriv sent a step that is not above 0")
    return float(Decimal(10) ** -int(pip)) if pip >= 1 and pip == int(pip) else float(pip)


def _candle(row: dict[str, Any]) -> Candle:
    prices = [float(decimal_in(row, name)) for name in ("open", "high", "low", "close")]
    try:
        return Candle(int(decimal_in(row, "epoch")) * 1000, *prices)
    except ValueError:
        raise BadReply("candles: Deriv sent prices that no candle can have") from None
