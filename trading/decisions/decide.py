"""decide(): every gate's verdict on one signal for one session, and the order that an approval makes."""

import logging
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import redis
from django.db import IntegrityError, transaction

from signals.models import Signal
from trading import queueing
from trading.decisions.appraisal import appraise
from trading.decisions.decision_frame import render_decision
from trading.decisions.desk import Desk, OwnersNeeded, Scene, open_desk, owners_to_lock
from trading.decisions.gatekeeping import ask_every_gate
from trading.decisions.gatekeeping.result import GateResult
from trading.decisions.holdings import Holding
from trading.decisions.planning import plan_trade
from trading.decisions.trade_plan import Plan
from trading.feed import events
from trading.market import is_replay
from trading.models import (
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
from trading.serializers import render_signal
from trading.shadow import shadow

logger = logging.getLogger(__name__)

# A session that fails one of these is to be halted, by whoever watches the limits.
HALTING = frozenset({"drawdown", "daily_loss", "daily_loss_percent", "consecutive_losses"})


@dataclass(slots=True)
class Round:
    """The decisions of several sessions on one signal, and the sessions that could not decide."""

    decisions: list[Decision] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Case:
    """One session's decision, not written yet."""

    session: AutoTradingSession
    plan: Plan
    decision: Decision
    entry: tuple[Trade, Order] | None
    to_halt: bool


def decide(signal: Signal, session_id: int) -> Decision:
    """The decision of (signal, session), made now if it was not made before. Safe to run twice or at once.

    In one transaction, under the account's lock: the gates, the Decision, and on approval the Trade (PENDING), its
    entry Order (NEW) and the reserved margin.
    """
    session = AutoTradingSession.objects.select_related("account").get(pk=session_id)
    try:
        return _decide(Scene(signal), [session], failed=None)[0]
    except IntegrityError:
        # Another worker decided between our look and our write: its decision stands.
        if made := Decision.objects.filter(signal=signal, session=session_id).select_related("order").first():
            return made
        raise


def decide_together(scene: Scene, sessions: Sequence[AutoTradingSession]) -> Round:
    """The same for several sessions in one transaction, which asks the database once for what they all need.

    One that fails is named, and holds up no other: what fails for all of them together is tried again for each alone.
    """
    outcome = Round()
    try:
        outcome.decisions = _decide(scene, sessions, outcome.failed)
    except redis.RedisError:  # no session can know the market's price
        logger.exception("signal %s: the market's quotes cannot be read", scene.signal.pk)
        return Round(failed=[session.pk for session in sessions])
    except Exception:
        logger.exception("signal %s: %s sessions failed together; each is tried alone", scene.signal.pk, len(sessions))
        outcome = Round()
        for session in sessions:
            try:
                outcome.decisions.append(decide(scene.signal, session.pk))
            except Exception:
                _fail(scene, session, outcome.failed)
    return outcome


def _fail(scene: Scene, session: AutoTradingSession, failed: list[int]) -> None:
    logger.exception("signal %s: session %s failed to decide", scene.signal.pk, session.pk)
    failed.append(session.pk)


def _decide(scene: Scene, sessions: Sequence[AutoTradingSession], failed: list[int] | None) -> list[Decision]:
    """Sessions that fail are added to `failed`; where there is no such list, the error is raised."""
    owners = owners_to_lock(sessions)
    while True:
        try:
            with transaction.atomic():
                return _decide_locked(open_desk(scene, sessions, owners), failed)
        except OwnersNeeded as needed:  # a limit was set since the sessions were read
            owners |= needed.owner_ids


def _decide_locked(desk: Desk, failed: list[int] | None) -> list[Decision]:
    cases: list[_Case] = []
    for session in desk.sessions:
        if session.pk in desk.decided:
            continue
        try:
            case = _judge(desk, session)
        except Exception:
            if failed is None:
                raise
            _fail(desk.scene, session, failed)
            continue
        cases.append(case)
        if case.entry is not None:
            _count(desk, session, case.plan, case.entry[0])
    _write(cases)
    _announce(desk, cases)
    return [*desk.decided.values(), *(case.decision for case in cases)]


def _judge(desk: Desk, session: AutoTradingSession) -> _Case:
    plan = plan_trade(desk, session)
    results = ask_every_gate(appraise(desk, session, plan))
    failed = [result for result in results if not result.passed]
    decision = Decision(
        signal=desk.scene.signal,
        session=session,
        account=session.account,
        algorithm_id=session.algorithm_id,
        verdict=Verdict.REJECTED if failed else Verdict.APPROVED,
        reason=failed[0].message[:200] if failed else "",
        gates=[result.as_json() for result in results],
        plan=plan.as_json(),
        quantity=exact(plan.quantity),
        notional=to_money(plan.notional),
        market_time=desk.now(session),
    )
    entry = None if failed else _entry(desk, decision, plan)
    return _Case(session, plan, decision, entry, _is_to_halt(session, failed))


def _is_to_halt(session: AutoTradingSession, failed: Sequence[GateResult]) -> bool:
    """A replay looks after its own, in its own time."""
    running = session.status == SessionStatus.RUNNING and not is_replay(session.venue)
    return running and any(result.name in HALTING for result in failed)


def exact(value: float) -> Decimal:
    """A rule's float as a Decimal, through its shortest text."""
    return Decimal(str(value))


def _entry(desk: Desk, decision: Decision, plan: Plan) -> tuple[Trade, Order]:
    """The trade and its entry order, unsaved."""
    signal, session, account = desk.scene.signal, decision.session, decision.account
    instrument = desk.scene.instrument(session.venue)
    trade = Trade(
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
        margin=to_money(plan.size.margin),
        confidence=signal.confidence,
        strategy=signal.strategy,
    )
    order = Order(
        account=account,
        decision=decision,
        trade=trade,
        client_order_id=entry_order_id(signal.public_id, session.pk),
        purpose=OrderPurpose.ENTRY,
        venue=trade.venue,
        symbol=trade.symbol,
        side="BUY" if trade.direction_sign > 0 else "SELL",
        quantity=trade.quantity,
    )
    return trade, order


def _count(desk: Desk, session: AutoTradingSession, plan: Plan, trade: Trade) -> None:
    """The approved trade is live for the sessions that decide after this one."""
    session.account.margin_used += trade.margin
    holding = Holding(
        trade_id=0,
        account_id=session.account_id,
        session_id=session.pk,
        venue=trade.venue,
        symbol=trade.symbol,
        direction=trade.direction_sign,
        notional=plan.notional,
        quantity=plan.quantity,
        contract_size=float(trade.contract_size),
        inverse=trade.inverse,
        is_contract=session.account.sells_contracts,
        entry=math.nan,
        realized=0.0,
        opened_at=None,
    )
    desk.hold(holding)


def _write(cases: Sequence[_Case]) -> None:
    Decision.objects.bulk_create([case.decision for case in cases])
    entries = [case.entry for case in cases if case.entry is not None]
    if not entries:
        return
    Trade.objects.bulk_create([trade for trade, _ in entries])
    Order.objects.bulk_create([order for _, order in entries])
    for account in {trade.account_id: trade.account for trade, _ in entries}.values():
        account.save(update_fields=["margin_used"])


def _announce(desk: Desk, cases: Sequence[_Case]) -> None:
    """Each owner is told of the signal, once, and of his sessions' decisions."""
    drafts: dict[int, list[events.Draft]] = defaultdict(list)
    signal = events.Draft(EventType.SIGNAL, render_signal(desk.scene.signal))
    for case in cases:
        owner_id = case.session.account.owner_id
        if owner_id not in drafts and owner_id not in desk.told:
            drafts[owner_id].append(signal)
        drafts[owner_id].append(
            events.Draft(EventType.DECISION, render_decision(case.decision), case.session.account_id)
        )
        if case.entry is not None and not case.session.account.is_paper:
            shadow.mirror_later(case.decision)
    for account_id in {case.session.account_id for case in cases if case.to_halt}:
        transaction.on_commit(partial(queueing.send, "trading.check_limits", account_id))
    events.emit_all(drafts)
