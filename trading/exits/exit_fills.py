"""One exit of one paper trade: how much of it, its order and fills, and what they do to the trade. Nothing is saved."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from brokers.interface import Instrument, OrderReport, OrderRequest, Quote, Side
from brokers.registry import broker_for
from trading import ledger
from trading.accounts.paper_model import fill_model
from trading.exits.exit_plans import arm_next_target, portion, stop_reason, targets_left, targets_reached
from trading.exits.funding_due import funding_due
from trading.exits.level_changes import moment
from trading.fills import Filled, average_price, fill_rows, settle, summarize
from trading.market import is_replay, wall_now
from trading.models import (
    EntryKind,
    ExitReason,
    Fill,
    LevelChange,
    Order,
    OrderPurpose,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money
from trading.order_ids import exit_order_id
from trading.rules.pnl import position_pnl

Parts = Iterable[tuple[Decimal, Decimal]]


@dataclass(frozen=True, slots=True)
class Exit:
    """One trade to close: why, at which quote, and for a stop or target the level (or the gap's open) it fills at.

    `quantity` (base units) closes a part, no more than is open; None closes all, or at a target of the trade's plan
    that target's portion.
    """

    trade_id: int
    reason: ExitReason
    quote: Quote
    trigger_price: float | None = None
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a trade an exit closes, base units, and how many of its plan's targets are done with by it."""

    quantity: Decimal
    targets: int = 0


@dataclass(slots=True)
class Closed:
    """What an exit came to: `freed` is the margin given back. No order where a target's portion is less than a lot."""

    trade: Trade
    order: Order | None = None
    fills: list[Fill] = field(default_factory=list)
    postings: list[ledger.Posting] = field(default_factory=list)
    changes: list[LevelChange] = field(default_factory=list)
    freed: Decimal = Decimal(0)

    @property
    def ended(self) -> bool:
        return self.trade.status == TradeStatus.CLOSED


def extent_of(trade: Trade, exit_: Exit) -> Extent | None:
    """None where the level that set the exit off is not in force any more: it was moved, or acted upon already."""
    price, sign, available = exit_.trigger_price, trade.direction_sign, trade.open_quantity
    if price is not None and exit_.reason == ExitReason.STOP_LOSS:
        if trade.stop_loss is None or sign * (price - float(trade.stop_loss)) > 0.0:
            return None
    elif price is not None and exit_.reason == ExitReason.TAKE_PROFIT:
        if trade.take_profit is None or sign * (price - float(trade.take_profit)) < 0.0:
            return None
        if targets_left(trade):
            count = max(1, targets_reached(trade, price))
            return Extent(portion(trade, count), count)
    return Extent(available if exit_.quantity is None else min(exit_.quantity, available))


def carry_out(
    trade: Trade, exit_: Exit, extent: Extent, instrument: Instrument, attempt: int, earlier: Parts
) -> Closed:
    """Fill the exit at the paper broker. `attempt` counts the trade's exit orders before this one; `earlier` are their
    fills as (quantity, price).
    """
    closed = Closed(trade)
    if extent.quantity:
        _fill(closed, exit_, extent.quantity, instrument, attempt, list(earlier))
    if extent.targets and not closed.ended:
        closed.changes = arm_next_target(trade, extent.targets, at=moment(int(exit_.quote.time * 1000)))
    trade.updated_at = wall_now()
    return closed


def _fill(
    closed: Closed, exit_: Exit, quantity: Decimal, instrument: Instrument, attempt: int, earlier: list[tuple]
) -> None:
    trade = closed.trade
    order = closed.order = Order(
        account=trade.account,
        trade=trade,
        client_order_id=exit_order_id(trade, attempt),
        purpose=OrderPurpose.EXIT,
        venue=trade.venue,
        symbol=trade.symbol,
        side="SELL" if trade.direction_sign > 0 else "BUY",
        quantity=quantity,
        reduce_only=True,
    )
    report = _place(order, exit_, instrument)
    intended = exit_.trigger_price
    if intended is None:
        intended = exit_.quote.bid if order.side == "SELL" else exit_.quote.ask
    filled = summarize(report.executions, intended, order.side, trade.contract_size, trade.inverse)
    settle(order, report, filled)
    closed.fills = fill_rows(order, report.executions, intended)
    pnl = sum((_pnl(trade, fill) for fill in closed.fills), Decimal(0))
    funding = [] if is_replay(trade.venue) else _funding_before(trade, exit_.quote)
    _reduce(closed, filled, pnl)
    if not trade.open_quantity:
        parts = [*earlier, *((item.quantity, item.price) for item in report.executions)]
        _end(trade, exit_.reason, average_price(parts, trade.inverse), filled)
    closed.postings = funding + [
        ledger.Posting(kind, amount, f"{kind.lower()}:{order.client_order_id}", filled.market_time, trade.pk)
        for kind, amount in ((EntryKind.TRADE_PNL, pnl), (EntryKind.COMMISSION, -filled.commission))
    ]


def _place(order: Order, exit_: Exit, instrument: Instrument) -> OrderReport:
    request = OrderRequest(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=Side(order.side),
        quantity=order.quantity,
        reduce_only=True,
        trigger_price=exit_.trigger_price,
        resting=exit_.reason == ExitReason.TAKE_PROFIT,
    )
    broker = broker_for(order.account.broker, fill_model(order.account))
    return broker.place_order(request, exit_.quote, instrument)


def _pnl(trade: Trade, fill: Fill) -> Decimal:
    """What the fill makes of its part, before commission, account currency."""
    if trade.entry_price is None:
        raise ValueError(f"trade {trade.pk} is open without an entry price")
    return to_money(
        position_pnl(
            trade.inverse,
            trade.direction_sign,
            float(fill.quantity),
            float(trade.entry_price),
            float(fill.price),
            float(trade.contract_size),
        )
    )


def _funding_before(trade: Trade, quote: Quote) -> list[ledger.Posting]:
    """What fell due before the exit and was not charged yet, of all that was open. (A replay charges by the bar.)"""
    return funding_due(trade, fill_model(trade.account), price=quote.last, until_ms=int(quote.time * 1000) - 1)


def _reduce(closed: Closed, filled: Filled, pnl: Decimal) -> None:
    """Take the filled part out of the trade, and its share of the margin."""
    trade = closed.trade
    before = trade.open_quantity
    trade.closed_quantity += filled.quantity
    closed.freed = to_money(trade.margin * filled.quantity / before) if trade.open_quantity else trade.margin
    trade.margin -= closed.freed
    trade.realized_pnl += pnl - filled.commission
    trade.fees += filled.commission
    trade.slippage += filled.slippage


def _end(trade: Trade, reason: ExitReason, price: Decimal, filled: Filled) -> None:
    trade.status, trade.exit_price = TradeStatus.CLOSED, price
    trade.exit_reason = stop_reason(trade) if reason == ExitReason.STOP_LOSS else reason
    trade.closed_at, trade.closed_wall = filled.market_time, wall_now()
