"""decide(): every gate's verdict on one signal for one session, and the order that an approval makes."""

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction

from brokers.interface import Instrument, Quote
from signals.models import Signal
from trading import events
from trading.gatekeeping import GateResult, Situation, ask_every_gate
from trading.market import instrument_or_default, market_now, quotes
from trading.models import (
    Account,
    AccountMode,
    AutoTradingSession,
    Decision,
    EventType,
    Order,
    OrderPurpose,
    SessionStatus,
    Trade,
    TradeStatus,
    Verdict,
)
from trading.models.fields import to_money
from trading.order_ids import entry_order_id
from trading.paper_model import fill_model
from trading.rules import sizing
from trading.rules.pnl import unit_value
from trading.serializers import render_decision, render_signal


@dataclass(frozen=True, slots=True)
class Plan:
    """The trade that the signal would become. NaN stands for "none"."""

    price: float
    stop: float
    target: float
    quantity: float
    notional: float
    margin: float
    commission: float


def decide(signal: Signal, session_id: int) -> Decision:
    """The decision of (signal, session), made now if it was not made before. Safe to run twice or at once.

    In one transaction, under the account's lock: the gates, the Decision, and on approval the Trade (PENDING), its
    entry Order (NEW) and the reserved margin.
    """
    if made := Decision.objects.filter(signal=signal, session=session_id).select_related("order").first():
        return made
    try:
        with transaction.atomic():
            return _decide(signal, session_id)
    except IntegrityError:
        # Another worker decided between our look and our write: its decision stands.
        if made := Decision.objects.filter(signal=signal, session=session_id).select_related("order").first():
            return made
        raise


def _decide(signal: Signal, session_id: int) -> Decision:
    account_id = AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=session_id)
    account = Account.objects.locked().get(pk=account_id)
    session = AutoTradingSession.objects.get(pk=session_id)
    if made := Decision.objects.filter(signal=signal, session=session).select_related("order").first():
        return made
    quote = quotes().get(session.venue, signal.symbol)
    instrument = instrument_or_default(session.venue, signal.symbol, signal.market_type)
    now = market_now(session.venue, quote)
    plan = _plan(signal, session, account, quote, instrument)
    results = ask_every_gate(_situation(signal, session, account, quote, instrument, plan, now))
    first_seen = not Decision.objects.filter(signal=signal, account__owner=account.owner_id).exists()
    decision = _record(signal, session, account, plan, results, now)
    if decision.verdict == Verdict.APPROVED:
        _open_order(decision, signal, session, account, plan, instrument)
    _announce(decision, signal, account, first_seen)
    return decision


def _plan(
    signal: Signal, session: AutoTradingSession, account: Account, quote: Quote | None, instrument: Instrument
) -> Plan:
    sign = 1 if signal.direction == "LONG" else -1
    if quote is not None:
        price = quote.ask if sign > 0 else quote.bid
    else:
        price = float(signal.entry_price) if signal.entry_price else math.nan
    stop, target = _levels(signal, session, sign, price)
    if math.isnan(price):
        return Plan(price, stop, target, 0.0, 0.0, 0.0, 0.0)
    # What one unit costs: a contract's stake is counted in money itself.
    value = 1.0 if account.sells_contracts else unit_value(instrument.inverse, price, instrument.contract_size)
    quantity = sizing.confidence_scaled_quantity(
        float(account.balance),
        float(account.max_position_size),
        float(signal.confidence),
        value,
        1.0,
        instrument.lot_size,
    )
    notional = quantity * value
    margin = sizing.margin_required(notional, 1.0 if account.sells_contracts else float(account.leverage))
    return Plan(price, stop, target, quantity, notional, margin, notional * _commission_rate(account))


def _commission_rate(account: Account) -> float:
    """What a fill is expected to cost, fraction of the notional; a broker's own fees come with its fills."""
    return fill_model(account).commission_rate if account.is_paper else 0.0


def _levels(signal: Signal, session: AutoTradingSession, sign: int, price: float) -> tuple[float, float]:
    """The signal's stop and nearest target, or the session's defaults where it brings none."""
    stop = float(signal.stop_loss) if signal.stop_loss is not None else math.nan
    if math.isnan(stop) and not session.allow_unprotected:
        stop = sizing.stop_from_percent(sign, price, float(session.default_stop_percent))
    if signal.take_profits:
        return stop, float(signal.take_profits[0])
    return stop, sizing.target_from_percent(sign, price, float(session.default_target_percent))


def _situation(
    signal: Signal,
    session: AutoTradingSession,
    account: Account,
    quote: Quote | None,
    instrument: Instrument,
    plan: Plan,
    now: datetime,
) -> Situation:
    live = list(Trade.objects.filter(account=account).live().values_list("symbol", "direction"))
    return Situation(
        account_enabled=account.is_enabled and account.auto_trading_enabled,
        session_running=session.status == SessionStatus.RUNNING,
        session_status=session.status,
        real_money_allowed=account.mode != AccountMode.LIVE or account.live_trading_enabled,
        venue_is_the_brokers=account.is_paper or session.venue == account.venue,
        market_type=signal.market_type,
        auto_trade_spot=account.auto_trade_spot,
        auto_trade_futures=account.auto_trade_futures,
        confidence=float(signal.confidence),
        min_confidence=float(account.min_signal_confidence),
        open_trades=len(live),
        max_open_trades=account.max_open_trades,
        same_direction_trades=live.count((signal.symbol, signal.direction)),
        opposite_trades=live.count((signal.symbol, "SHORT" if signal.direction == "LONG" else "LONG")),
        nets_positions=not account.is_paper and not account.sells_contracts,
        quantity=plan.quantity,
        notional=plan.notional,
        max_notional=float(account.balance * account.max_position_size),
        min_quantity=instrument.min_quantity,
        min_notional=instrument.min_notional,
        free_balance=float(account.free_balance),
        required_balance=plan.margin + plan.commission,
        quote_age=now.timestamp() - quote.time if quote else math.inf,
        max_quote_age=settings.QUOTE_MAX_AGE,
        seconds_to_expiry=(signal.expires_at - now).total_seconds(),
        direction=1 if signal.direction == "LONG" else -1,
        price=plan.price,
        stop=plan.stop,
        target=plan.target,
        stop_required=not session.allow_unprotected,
    )


def _record(
    signal: Signal,
    session: AutoTradingSession,
    account: Account,
    plan: Plan,
    results: list[GateResult],
    now: datetime,
) -> Decision:
    failed = [result for result in results if not result.passed]
    return Decision.objects.create(
        signal=signal,
        session=session,
        account=account,
        verdict=Verdict.REJECTED if failed else Verdict.APPROVED,
        reason=failed[0].message[:200] if failed else "",
        gates=[result.as_json() for result in results],
        quantity=exact(plan.quantity),
        notional=to_money(plan.notional),
        market_time=now,
    )


def exact(value: float) -> Decimal:
    """A rule's float as a Decimal, through its shortest text."""
    return Decimal(str(value))


def _open_order(
    decision: Decision,
    signal: Signal,
    session: AutoTradingSession,
    account: Account,
    plan: Plan,
    instrument: Instrument,
) -> None:
    trade = Trade.objects.create(
        account=account,
        session=session,
        signal=signal,
        venue=session.venue,
        symbol=signal.symbol,
        market_type="CONTRACT" if account.sells_contracts else signal.market_type,
        direction=signal.direction,
        status=TradeStatus.PENDING,
        quantity=exact(plan.quantity),
        contract_size=Decimal(1) if account.sells_contracts else exact(instrument.contract_size),
        inverse=instrument.inverse,
        stop_loss=None if math.isnan(plan.stop) else exact(plan.stop),
        take_profit=None if math.isnan(plan.target) else exact(plan.target),
        stop_waived=session.allow_unprotected,
        margin=to_money(plan.margin),
        confidence=signal.confidence,
        strategy=signal.strategy,
    )
    decision.order = Order.objects.create(
        account=account,
        decision=decision,
        trade=trade,
        client_order_id=entry_order_id(signal.public_id, session.pk),
        purpose=OrderPurpose.ENTRY,
        venue=session.venue,
        symbol=signal.symbol,
        side="BUY" if signal.direction == "LONG" else "SELL",
        quantity=trade.quantity,
    )
    account.margin_used += trade.margin
    account.save(update_fields=["margin_used"])


def _announce(decision: Decision, signal: Signal, account: Account, first_seen: bool) -> None:
    drafts = [events.Draft(EventType.SIGNAL, render_signal(signal))] if first_seen else []
    drafts.append(events.Draft(EventType.DECISION, render_decision(decision), account.pk))
    events.emit(account.owner_id, drafts)
