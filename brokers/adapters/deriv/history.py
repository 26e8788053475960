"""The account's contracts as Deriv lists them: open ones, closed ones, and the transactions of both."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from brokers.adapters.deriv.contracts import symbol_of
from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.frames import PAGE, Dialect, Frame, Message
from brokers.adapters.deriv.numbers import optional_decimal, seconds_in, text_in

Call = Callable[[Frame], Message]


@dataclass(frozen=True, slots=True)
class Row:
    """`price` is what was paid; `bought_at` epoch seconds. `kind` is the contract type."""

    contract_id: str
    symbol: str
    kind: str
    shortcode: str
    price: Decimal | None
    bought_at: float
    is_sale: bool = False

    def is_of(self, symbol: str, kind: str) -> bool:
        """Profit tables and statements name symbol and type only in the shortcode, e.g. CALL_R_100_19.5_1732…"""
        if self.symbol and self.kind:
            return (self.symbol, self.kind) == (symbol, kind)
        return self.shortcode.upper().startswith(f"{kind}_{symbol}_".upper())


def open_rows(call: Call, dialect: Dialect) -> list[Row]:
    """What is open now (portfolio)."""
    return _rows(call(dialect.portfolio()), "portfolio", "contracts")


def closed_rows(call: Call, dialect: Dialect, since: float) -> Iterator[Row]:
    """What has been closed since (profit_table), page by page."""
    yield from _paged(call, lambda offset: dialect.profit_table(since, offset), "profit_table")


def transaction_rows(call: Call, dialect: Dialect, since: float) -> Iterator[Row]:
    """Purchases and sales since (statement), page by page; a sale's row has no `price`."""
    yield from _paged(call, lambda offset: dialect.statement(since, offset), "statement")


def _paged(call: Call, frame: Callable[[int], Frame], name: str) -> Iterator[Row]:
    offset = 0
    while True:
        reply = call(frame(offset))
        rows = _rows(reply, name, "transactions")
        yield from rows
        body = reply.get(name)
        sent = len(body["transactions"]) if isinstance(body, dict) and "transactions" in body else 0
        if sent < PAGE:
            return
        offset += sent


def _rows(reply: Message, name: str, field: str) -> list[Row]:
    body = reply.get(name)
    rows = body.get(field, []) if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise BadReply(f"{name}: Deriv's reply has no list of {field}")
    return [_row(row) for row in rows if isinstance(row, dict) and text_in(row, "contract_id")]


def _row(row: Mapping[str, Any]) -> Row:
    price = optional_decimal(row, "buy_price")
    if price is None and text_in(row, "action_type") == "buy":
        amount = optional_decimal(row, "amount")
        price = None if amount is None else abs(amount)
    return Row(
        contract_id=text_in(row, "contract_id"),
        symbol=symbol_of(row),
        kind=text_in(row, "contract_type"),
        shortcode=text_in(row, "shortcode"),
        price=price,
        bought_at=seconds_in(row, "purchase_time", "transaction_time", "date_start") or 0.0,
        is_sale=text_in(row, "action_type") == "sell",
    )
