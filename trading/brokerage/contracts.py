"""Trades that are contracts (Deriv): the stake leaves the balance when one is bought, what it gives back comes when it
is settled. Open, updated, closed, settled: each state of the broker's is kept, and each amount is booked once.
"""

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import F

from brokers.interface import ContractState, ContractStatus, OrderReport
from trading import ledger, quiet
from trading.alerts.trade_alerts import announce
from trading.brokerage import after, entries
from trading.brokerage.legs import amend_later
from trading.feed import events
from trading.market import wall_now
from trading.models import (
    PENDING_STATUSES,
    Account,
    Contract,
    EntryKind,
    EventType,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    StopHolder,
    Trade,
    TradeStatus,
)
from trading.models.fields import to_money, to_price
from trading.serializers import render_account, render_trades
from trading.stream import trigger_feed

_TELL_EVERY_SECONDS = 15
_STATS = ["margin_used", "realized_pnl", "total_trades", "winning_trades", "losing_trades"]


def on_report(account: Account, order: Order, trade: Trade, report: OrderReport) -> None:
    """Book what the report says of the trade's contract; a purchase that failed fails the trade."""
    state = report.contract
    if state is None:
        _settle_order(order, report)
        if order.purpose == OrderPurpose.ENTRY and order.status in (OrderStatus.CANCELLED, OrderStatus.REJECTED):
            entries.fail(account, order, trade, report.reason or "the broker did not sell it", "order_rejected")
        return
    known = Contract.objects.select_for_update().filter(trade=trade).first()
    if known is not None and known.contract_id != state.contract_id:
        raise ValueError(f"trade {trade.pk} is contract {known.contract_id}, not {state.contract_id}")
    bought = known is None
    contract = _remember(account, trade, known, state)
    if bought:
        _open(account, order, trade, contract, state)
    settled = state.is_settled and trade.status != TradeStatus.CLOSED
    if settled:
        _settle(account, trade, contract, state)
    order.refresh_from_db(fields=["status", "filled_quantity"])
    _settle_order(order, report)
    if bought or settled:
        transaction.on_commit(partial(trigger_feed.publish, [trade]))
    _announce(account, trade, bought, settled)


def _remember(account: Account, trade: Trade, known: Contract | None, state: ContractState) -> Contract:
    if known is not None and known.settled_at is not None and not state.is_settled:
        return known  # older news, come late
    contract = known or Contract(trade=trade, account=account, contract_id=state.contract_id, stake=state.buy_price)
    contract.contract_type = state.contract_type
    contract.status = state.status.value
    contract.payout = _money(state.payout)
    contract.multiplier = state.multiplier
    contract.bid_price, contract.sell_price = _money(state.bid_price), _money(state.sell_price)
    contract.profit = _money(state.profit)
    contract.entry_spot, contract.exit_spot = state.entry_spot, state.exit_spot
    contract.expires_at = _moment(state.expiry_time)
    if state.is_settled and contract.settled_at is None:
        contract.settled_at = _moment(state.sell_time) or wall_now()
    contract.save()
    return contract


def _open(account: Account, order: Order, trade: Trade, contract: Contract, state: ContractState) -> None:
    stake, now = to_money(state.buy_price), _moment(state.purchase_time) or wall_now()
    ledger.post(account, [ledger.Posting(EntryKind.STAKE, -stake, f"stake:{_key(contract)}", now, trade.pk)])
    account.margin_used -= trade.margin  # the stake has left the balance: nothing is reserved any more
    account.save(update_fields=_STATS)
    trade.margin = Decimal(0)
    trade.quantity = stake
    trade.entry_price = to_price(state.entry_spot or state.current_spot or order.intended_price or stake)
    trade.status, trade.opened_at, trade.opened_wall = TradeStatus.OPEN, now, wall_now()
    # A contract's loss ends at its stake, whoever is looking; a multiplier's stop rests at the broker besides.
    trade.stop_held = StopHolder.BROKER
    trade.stop_waived = trade.stop_waived or trade.stop_loss is None
    taken_along = (trade.stop_loss, trade.take_profit)
    entries.attach_plan(trade)
    if (trade.stop_loss, trade.take_profit) != taken_along:
        trade.stop_held = StopHolder.US
        amend_later(trade.pk)
    trade.save()
    if reason := entries.end_at_once(trade):
        after.exit_later(trade, reason)


def _settle(account: Account, trade: Trade, contract: Contract, state: ContractState) -> None:
    """The contract is over: what it gave back is booked, and the trade closed by it."""
    returned, now = _returned(state), _moment(state.sell_time) or wall_now()
    ledger.post(account, [ledger.Posting(EntryKind.PAYOUT, returned, f"payout:{_key(contract)}", now, trade.pk)])
    profit = returned - contract.stake
    account.realized_pnl += profit
    trade.realized_pnl += profit
    trade.status, trade.exit_reason = TradeStatus.CLOSED, _reason(trade, state, returned)
    trade.closing_reason, trade.closed_quantity = "", trade.quantity
    trade.exit_price = to_price(state.exit_spot or state.current_spot or trade.entry_price or trade.quantity)
    if state.entry_spot is not None:
        trade.entry_price = to_price(state.entry_spot)
    trade.closed_at, trade.closed_wall = now, wall_now()
    trade.save()
    account.total_trades += 1
    account.winning_trades += trade.realized_pnl > 0
    account.losing_trades += trade.realized_pnl < 0
    account.save(update_fields=_STATS)
    sale = Order.objects.filter(trade=trade, purpose=OrderPurpose.EXIT, status__in=PENDING_STATUSES)
    sale.update(status=OrderStatus.FILLED, filled_quantity=F("quantity"), updated_at=wall_now())


def _returned(state: ContractState) -> Decimal:
    """What came back, account currency: the sale's price; or the stake and its profit, never below nothing."""
    if state.sell_price is not None:
        return to_money(state.sell_price)
    if state.profit is not None:
        return to_money(max(state.buy_price + state.profit, Decimal(0)))
    return to_money(state.payout or 0) if state.status == ContractStatus.WON else Decimal(0)


def _reason(trade: Trade, state: ContractState, returned: Decimal) -> ExitReason:
    if trade.closing_reason:
        return ExitReason(trade.closing_reason)
    if state.contract_type in ("CALL", "PUT"):
        return ExitReason.EXPIRED
    if not returned:
        return ExitReason.STOP_OUT
    return ExitReason.TAKE_PROFIT if trade.realized_pnl > 0 else ExitReason.STOP_LOSS


def _settle_order(order: Order, report: OrderReport) -> None:
    """The order that the report answers: a purchase or a sale is done when its contract says so."""
    status = OrderStatus(report.status.value)
    done = (OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED)
    if order.status not in done:
        order.status, order.reason = status, report.reason[:200] or order.reason
    if order.status == OrderStatus.FILLED:
        order.filled_quantity = order.quantity
        state = report.contract
        spot = None if state is None else (state.entry_spot if order.purpose == OrderPurpose.ENTRY else state.exit_spot)
        order.average_price = to_price(spot) if spot is not None else order.average_price
    order.save()


def _key(contract: Contract) -> str:
    return f"{contract.account_id}:{contract.contract_id}"


def _money(value: Decimal | None) -> Decimal | None:
    return None if value is None else to_money(value)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _announce(account: Account, trade: Trade, bought: bool, settled: bool) -> None:
    """Its purchase and its end are told; its value, which ticks, is told now and then."""
    if settled:
        kind = EventType.TRADE_CLOSED
        after.check_limits_later(account.pk)
    elif bought:
        kind = EventType.TRADE_EXECUTED
    elif trade.status == TradeStatus.CLOSED or not quiet.now_and_then(
        f"contract-update:{trade.pk}", _TELL_EVERY_SECONDS
    ):
        return
    else:
        kind = EventType.TRADE_UPDATE
    drafts = [events.Draft(kind, render_trades([trade])[0], account.pk)]
    if bought or kind == EventType.TRADE_CLOSED:
        drafts.append(events.Draft(EventType.BALANCE_UPDATE, render_account(account), account.pk))
    announce(account.owner_id, drafts)
