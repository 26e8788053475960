"""The stop and target that rest at a broker for a trade: what we want there, and what is there, row by row."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from brokers.interface import OrderReport
from trading import queueing
from trading.exits.exit_plans import resting_target
from trading.market import instrument_or_default, wall_now
from trading.models import (
    PENDING_STATUSES,
    ExitReason,
    Order,
    OrderPurpose,
    OrderStatus,
    OrderType,
    StopHolder,
    Trade,
)
from trading.order_ids import leg_order_id

STOP_REASONS = (ExitReason.STOP_LOSS, ExitReason.TRAILING_STOP, ExitReason.BREAK_EVEN)
_KINDS = {OrderPurpose.STOP: OrderType.STOP, OrderPurpose.TARGET: OrderType.TAKE_PROFIT}
_LESS, _MORE = Decimal(1) - Decimal("1e-9"), Decimal(1) + Decimal("1e-9")  # SQLite reckons in floats


@dataclass(frozen=True, slots=True)
class Wanted:
    """Prices per unit, None where there is to be none; `quantity` in the trade's unit."""

    stop: Decimal | None
    target: Decimal | None
    quantity: Decimal


def wanted_legs(trade: Trade) -> Wanted:
    """Where there are several targets, or one that closes a portion, the broker holds the stop alone: ours to watch."""
    return Wanted(trade.stop_loss, resting_target(trade), trade.open_quantity)


def leg_of(trade: Trade, purpose: OrderPurpose) -> Order | None:
    """The leg that rests at the broker, by our books."""
    return Order.objects.filter(trade=trade, purpose=purpose, status__in=PENDING_STATUSES).first()


def broker_acts(trade: Trade, reason: ExitReason) -> bool:
    """Whether the level that was touched is the broker's to act on: its leg rests there, at that very level."""
    if trade.market_type == "CONTRACT":
        return trade.stop_held == StopHolder.BROKER
    if reason in STOP_REASONS:
        if trade.stop_held != StopHolder.BROKER:
            return False
        leg, level = leg_of(trade, OrderPurpose.STOP), trade.stop_loss
    else:
        leg, level = leg_of(trade, OrderPurpose.TARGET), trade.take_profit
    return leg is not None and leg.stop_price == level


def amend_later(trade_id: int) -> None:
    transaction.on_commit(partial(queueing.send, "trading.amend_levels", trade_id))


def unfitting() -> Q:
    """Trades with a leg at the broker that is not where, or not as large as, it is to be."""
    legs = Order.objects.filter(trade=OuterRef("pk"), status__in=PENDING_STATUSES)
    size = F("trade__quantity") - F("trade__closed_quantity") + F("filled_quantity")
    off_size = Q(quantity__lt=size * _LESS) | Q(quantity__gt=size * _MORE)
    unfit = [
        Exists(legs.filter(off_size | _off(f"trade__{level}"), purpose=purpose))
        for purpose, level in ((OrderPurpose.STOP, "stop_loss"), (OrderPurpose.TARGET, "take_profit"))
    ]
    return Q(unfit[0]) | Q(unfit[1])


def _off(level: str) -> Q:
    return Q(stop_price__lt=F(level)) | Q(stop_price__gt=F(level)) | Q(**{level: None})


def fits(trade: Trade) -> bool:
    """Whether what rests at the broker, by our books, is all that is wanted there and nothing else."""
    wanted = wanted_legs(trade)
    for purpose, level in ((OrderPurpose.STOP, wanted.stop), (OrderPurpose.TARGET, wanted.target)):
        leg = leg_of(trade, purpose)
        if (leg is None) != (level is None):
            return False
        if leg is not None and (leg.stop_price, leg.quantity - leg.filled_quantity) != (level, wanted.quantity):
            return False
    return True


# --- what the broker tells


def hold(trade: Trade, report: OrderReport) -> None:
    """Remember the stop and target that rest at the broker, as an entry's report tells them; the trade unsaved."""
    if report.stop_refused:
        return
    stop_id, target_id = (
        (report.stop_order_id, report.stop_client_id),
        (report.target_order_id, report.target_client_id),
    )
    told = (
        (OrderPurpose.STOP, stop_id, report.stop_level, report.stop_quantity, trade.stop_loss),
        (OrderPurpose.TARGET, target_id, report.target_level, report.target_quantity, trade.take_profit),
    )
    for purpose, ids, level, quantity, meant in told:
        at = stands_for(trade, level, meant)
        if ids[0] and at is not None:
            _keep(trade, purpose, ids, at, trade.open_quantity if quantity is None else quantity)
    stop = leg_of(trade, OrderPurpose.STOP)
    covered = stop is not None and stop.quantity - stop.filled_quantity >= trade.open_quantity
    in_place = stop is not None and stop.stop_price == trade.stop_loss
    trade.stop_held = StopHolder.BROKER if report.stop_in_force and covered and in_place else StopHolder.US


def stands_for(trade: Trade, level: Decimal | None, meant: Decimal | None) -> Decimal | None:
    """The level that the broker's stands for: ours, where it is that but for rounding to the tick (or is not told)."""
    if level is None or meant is None or level == meant:
        return meant if level is None else level
    tick = instrument_or_default(trade.venue, trade.symbol, trade.market_type).tick_size
    return meant if abs(level - meant) <= Decimal(repr(tick)) / 2 else level


def _keep(trade: Trade, purpose: OrderPurpose, ids: tuple[str, str], level: Decimal, quantity: Decimal) -> None:
    """The row of a resting leg, in the place of the one that it replaced; `ids` are the broker's and its name ("")."""
    broker_id, name = ids
    by_either = Q(broker_order_id=broker_id) | (Q(client_order_id=name) if name else Q())
    known = Order.objects.filter(by_either, trade=trade, purpose=purpose)
    if known.exclude(status__in=PENDING_STATUSES).exists():
        return  # it has ended, whatever the entry's report still says
    held = leg_of(trade, purpose)
    if held is not None and (held.broker_order_id == broker_id or (name and held.client_order_id == name)):
        held.quantity, held.stop_price = quantity + held.filled_quantity, level
        held.intended_price = level
        held.save(update_fields=["quantity", "stop_price", "intended_price", "updated_at"])
        return
    if held is not None:
        held.status, held.reason = OrderStatus.CANCELLED, "Replaced at the broker."
        held.save(update_fields=["status", "reason", "updated_at"])
    Order.objects.create(
        account=trade.account,
        trade=trade,
        client_order_id=name or leg_order_id(trade, purpose, broker_id),
        broker_order_id=broker_id,
        purpose=purpose,
        type=_KINDS[purpose],
        venue=trade.venue,
        symbol=trade.symbol,
        side="SELL" if trade.direction_sign > 0 else "BUY",
        quantity=quantity,
        stop_price=level,
        intended_price=level,
        reduce_only=True,
        status=OrderStatus.SUBMITTED,
        submitted_at=wall_now(),
    )


def gone(trade: Trade, purpose: OrderPurpose) -> None:
    """Our books show a leg that we have had taken away."""
    Order.objects.filter(trade=trade, purpose=purpose, status__in=PENDING_STATUSES).update(
        status=OrderStatus.CANCELLED, reason="Taken away.", updated_at=wall_now()
    )
