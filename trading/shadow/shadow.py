"""Shadow mode: a paper twin takes each decision that a live session takes, so that live slippage can be measured.

The twin has an account of its own, of the live one's balance and leverage. It decides nothing: what the live session
approves, it opens on paper in the same size with the same levels and exit plan, and what a hand ends there ends here.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction

from trading import queueing
from trading.accounts import paper
from trading.accounts.account_checks import AccountConflict
from trading.audit import audit
from trading.execution import execute_order
from trading.exits.exits import Exit, close_trades
from trading.market import quote_or_entry, wall_now
from trading.models import (
    Account,
    AutoTradingSession,
    Decision,
    ExitReason,
    Order,
    OrderPurpose,
    SessionStatus,
    Trade,
    TradeStatus,
    Verdict,
)
from trading.models.fields import to_money, to_price
from trading.order_ids import entry_order_id
from trading.rules import sizing
from trading.rules.pnl import unit_value
from trading.sessions.session_steps import put

# What the twin does as the live session does.
_FOLLOWED = (
    "timeframe",
    "strategies",
    "strategy_keys",
    "symbols",
    "sources",
    "market_types",
    "timeframes",
    "schedule",
    "sizing",
    "exit_plan",
    "timeframe_weights",
    "contract",
    "allow_unprotected",
    "default_stop_percent",
    "default_target_percent",
)
# Ends that no level of the twin's would bring about.
_BY_HAND = (
    ExitReason.MANUAL,
    ExitReason.EMERGENCY,
    ExitReason.EXTERNAL,
    ExitReason.KILL_SWITCH,
    ExitReason.LATE_FILL,
    ExitReason.STOP_OUT,
)
_LOOK_BACK = timedelta(minutes=5)  # an older decision's price is gone
_AT_ONCE = 200


def create(*, session_id: int) -> AutoTradingSession:
    """The session's paper twin, made now if it has none; a stopped one goes on. Safe to repeat.

    Raises AccountConflict for a session on paper, and for contracts that paper cannot imitate (all but multipliers).
    """
    with transaction.atomic():
        session = AutoTradingSession.objects.select_related("account").get(pk=session_id)
        live = Account.objects.locked().get(pk=session.account_id)
        if live.is_paper:
            raise AccountConflict("already_on_paper", "The session trades on paper; a twin would be the same again.")
        if session.contract.get("kind", "MULTIPLIER") != "MULTIPLIER":
            raise AccountConflict("contract_not_on_paper", "Of contracts, only multipliers can be traded on paper.")
        twin = AutoTradingSession.objects.filter(shadow_of=session).first() or _new_twin(session, live)
        if twin.status != SessionStatus.RUNNING:
            twin.started_at = wall_now()
            put(twin, SessionStatus.RUNNING, "")
        audit.record(
            owner_id=live.owner_id,
            action="session.shadow_started",
            subject=f"session {session.pk}",
            before=None,
            after={"shadow": twin.pk, "account": twin.account_id},
            account_id=live.pk,
        )
    return twin


def stop(*, session_id: int) -> AutoTradingSession | None:
    """The twin follows no longer; its open trades run to their exits, and the report stays. None without a twin."""
    with transaction.atomic():
        twin = AutoTradingSession.objects.filter(shadow_of=session_id).select_related("shadow_of__account").first()
        if twin is None:
            return None
        live = Account.objects.locked().get(pk=twin.shadow_of.account_id)  # type: ignore[union-attr]
        put(twin, SessionStatus.STOPPED, "")
        audit.record(
            owner_id=live.owner_id,
            action="session.shadow_stopped",
            subject=f"session {session_id}",
            before={"shadow": twin.pk},
            after=None,
            account_id=live.pk,
        )
    return twin


def _new_twin(session: AutoTradingSession, live: Account) -> AutoTradingSession:
    account = paper.open_account(
        owner_id=live.owner_id,
        name=f"Shadow {session.pk} of {live.name}"[:60],
        initial_balance=max(live.balance, Decimal(1)),
        currency=live.currency,
        leverage=live.leverage,
    )
    return AutoTradingSession.objects.create(
        account=account,
        name=session.name,
        venue=session.venue,
        shadow_of=session,
        status=SessionStatus.RUNNING,
        started_at=wall_now(),
        **{name: getattr(session, name) for name in _FOLLOWED},
    )


def mirror_later(decision: Decision) -> None:
    """Have the twin, if the session has one, take the decision once it is committed."""
    if decision.session.shadow_of_id is None and _twin(decision.session_id) is not None:
        transaction.on_commit(lambda: queueing.send("trading.mirror_decision", decision.pk))


def _twin(session_id: int) -> AutoTradingSession | None:
    return AutoTradingSession.objects.running().filter(shadow_of=session_id).first()


def mirror_decision(decision_id: int) -> bool:
    """Open on paper what the decision opened live. Safe to run twice or at once; False where there is nothing to do."""
    decision = Decision.objects.select_related("signal", "session", "order__trade").get(pk=decision_id)
    twin = _twin(decision.session_id)
    if twin is None or decision.verdict != Verdict.APPROVED or decision.signal.decisions.filter(session=twin).exists():
        return False
    try:
        order_id = _open(decision, twin.pk)
    except IntegrityError:
        if decision.signal.decisions.filter(session=twin).exists():
            return False  # another worker was first
        raise
    execute_order(order_id)
    return True


@transaction.atomic
def _open(decision: Decision, twin_id: int) -> int:
    account_id = AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=twin_id)
    account = Account.objects.locked().get(pk=account_id)
    twin = AutoTradingSession.objects.get(pk=twin_id)
    _follow(twin, decision.session)
    live = decision.order.trade
    _make_room(account, live)
    account.refresh_from_db()
    taken = Decision.objects.create(
        signal=decision.signal,
        session=twin,
        account=account,
        algorithm=decision.algorithm,
        shadow_of=decision,
        verdict=decision.verdict,
        gates=decision.gates,
        plan=decision.plan,
        quantity=decision.quantity,
        notional=decision.notional,
        market_time=decision.market_time,
    )
    trade = _paper_trade(live, taken, account, twin)
    order = Order.objects.create(
        account=account,
        decision=taken,
        trade=trade,
        client_order_id=entry_order_id(decision.signal.public_id, twin.pk),
        purpose=OrderPurpose.ENTRY,
        venue=trade.venue,
        symbol=trade.symbol,
        side="BUY" if trade.direction_sign > 0 else "SELL",
        quantity=trade.quantity,
    )
    account.margin_used += trade.margin
    account.save(update_fields=["margin_used"])
    return order.pk


def _follow(twin: AutoTradingSession, session: AutoTradingSession) -> None:
    """Take over what the live session was told meanwhile."""
    changed = [name for name in _FOLLOWED if getattr(twin, name) != getattr(session, name)]
    for name in changed:
        setattr(twin, name, getattr(session, name))
    if changed:
        twin.save(update_fields=changed)


def _make_room(account: Account, live: Trade) -> None:
    """A trade of the twin's that the live one's has outlived gives way to the next in its symbol and direction."""
    same = Trade.objects.filter(account=account, symbol=live.symbol, direction=live.direction)
    close_trades([Exit(trade.pk, ExitReason.SHADOW, quote_or_entry(trade)) for trade in same.open()])


def _paper_trade(live: Trade, decision: Decision, account: Account, twin: AutoTradingSession) -> Trade:
    price = Decimal(str(decision.plan["price"]))
    quantity, market_type = decision.quantity, live.market_type
    if market_type == "CONTRACT":  # a multiplier's stake moves what stake * multiplier of the symbol does
        multiplier = Decimal(str(twin.contract.get("multiplier", 100)))
        quantity, market_type = to_price(decision.quantity * multiplier / price), "FUTURES"
    notional = float(quantity) * unit_value(live.inverse, float(price), float(live.contract_size))
    return Trade.objects.create(
        account=account,
        session=twin,
        signal=live.signal,
        venue=live.venue,
        symbol=live.symbol,
        market_type=market_type,
        direction=live.direction,
        status=TradeStatus.PENDING,
        quantity=quantity,
        contract_size=live.contract_size,
        inverse=live.inverse,
        stop_loss=_level(decision, "stop"),
        take_profit=_level(decision, "target"),
        stop_waived=twin.allow_unprotected,
        margin=to_money(sizing.margin_required(notional, float(account.leverage))),
        confidence=live.confidence,
        strategy=live.strategy,
    )


def _level(decision: Decision, name: str) -> Decimal | None:
    value = decision.plan.get(name)
    return None if value is None else to_price(float(value))


def sweep_shadows(now: datetime | None = None) -> int:
    """Take decisions whose message was lost, and end what a hand has ended live. Returns how many."""
    moment = now or wall_now()
    waiting = Decision.objects.filter(
        verdict=Verdict.APPROVED,
        created_at__gte=moment - _LOOK_BACK,
        session__shadow__status=SessionStatus.RUNNING,
        shadow=None,
    )
    done = sum(mirror_decision(pk) for pk in waiting.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
    left = Trade.objects.filter(
        status=TradeStatus.OPEN,
        session__shadow_of__isnull=False,
        orders__decision__shadow_of__order__trade__status=TradeStatus.CLOSED,
        orders__decision__shadow_of__order__trade__exit_reason__in=_BY_HAND,
    )
    ended = [Exit(trade.pk, ExitReason.SHADOW, quote_or_entry(trade)) for trade in left.distinct()[:_AT_ONCE]]
    return done + len(close_trades(ended))
