"""Drawing up the situation of one session from what lies on the desk."""

import math
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings as django_settings

from brokers.catalog import broker_info
from brokers.interface import ConnectionState
from trading.decisions.desk import Desk
from trading.decisions.listening import horizon_of
from trading.decisions.situation import (
    Book,
    Exposure,
    Hours,
    MarketState,
    Results,
    SignalState,
    Situation,
    Switches,
)
from trading.decisions.trade_plan import Plan
from trading.models import Account, AccountMode, AutoTradingSession, SessionStatus
from trading.rules import figures, gates, horizons
from trading.rules.schedule import blackout_at, is_open
from trading.sessions.calendars import calendar_open
from trading.sessions.session_figures import Day, day_so_far

_DOWN = (ConnectionState.DISCONNECTED, ConnectionState.CONNECTING, ConnectionState.REFUSED)


def appraise(desk: Desk, session: AutoTradingSession, plan: Plan) -> Situation:
    """The situation in which the session decides on the desk's signal, `plan` being the trade it would make."""
    return Situation(
        switches=_switches(desk, session),
        hours=_hours(desk, session),
        signal=_signal(desk, session),
        market=_market(desk, session, plan),
        book=_book(desk, session),
        results=_results(desk, session),
        exposure=_exposure(desk, session, plan),
        plan=plan,
        risk=desk.risk(session),
        currency=session.account.currency,
    )


def _switches(desk: Desk, session: AutoTradingSession) -> Switches:
    account, switch = session.account, desk.switches.get(session.account.owner_id)
    state, healthy = _broker(desk, account)
    return Switches(
        kill_switch=None if switch is None else switch.reason,
        account_enabled=account.is_enabled and account.auto_trading_enabled,
        session_status=session.status,
        halted_by=session.halted_by if session.status == SessionStatus.HALTED else "",
        real_money_allowed=account.mode != AccountMode.LIVE or account.live_trading_enabled,
        venue_is_the_brokers=account.is_paper or session.venue == account.venue,
        broker_state=state,
        broker_healthy=healthy,
        market_type=desk.scene.signal.market_type,
        auto_trade_spot=account.auto_trade_spot,
        auto_trade_futures=account.auto_trade_futures,
    )


def _broker(desk: Desk, account: Account) -> tuple[str, bool]:
    """The connection in words, and whether orders can be sent and followed. One that nobody has told of may be well:
    whoever sends the order will see.
    """
    if account.is_paper:
        return "simulated", True
    state = desk.connections[account.pk]["state"]
    return ("in a state that nobody has told" if state is None else state.lower()), state not in _DOWN


def _hours(desk: Desk, session: AutoTradingSession) -> Hours:
    schedule, now = desk.settings[session.pk].schedule, desk.now(session)
    blacked_out, reason = blackout_at(schedule, now)
    return Hours(
        schedule_open=is_open(schedule, now),
        local_time=f"{now.astimezone(ZoneInfo(schedule.time_zone)):%A %H:%M} ({schedule.time_zone})",
        calendar=schedule.calendar,
        calendar_open=calendar_open(schedule.calendar, now),
        blackout=reason if blacked_out else None,
    )


def _signal(desk: Desk, session: AutoTradingSession) -> SignalState:
    signal, account = desk.scene.signal, session.account
    horizon = horizons.HORIZONS[horizon_of(signal.timeframe, session)]
    return SignalState(
        horizon=horizon,
        horizon_weight=float(desk.settings[session.pk].timeframe_weights.get(horizon, 0.0)),
        confidence=float(signal.confidence),
        min_confidence=float(max(account.min_signal_confidence, session.min_confidence or 0)),
        seconds_to_expiry=(signal.expires_at - desk.now(session)).total_seconds(),
        direction=desk.scene.direction,
        stop_required=not session.allow_unprotected,
    )


def _market(desk: Desk, session: AutoTradingSession, plan: Plan) -> MarketState:
    signal, quote = desk.scene.signal, desk.quote(session)
    own = desk.risk(session).max_quote_age_seconds
    most = django_settings.QUOTE_MAX_AGE if own is None else min(own, django_settings.QUOTE_MAX_AGE)
    # A signal that names no entry is meant for the price that there is.
    meant = plan.price if signal.entry_price is None else float(signal.entry_price)
    return MarketState(
        quote_age=math.inf if quote is None else desk.now(session).timestamp() - quote.time,
        max_quote_age=most,
        spread_percent=math.nan if quote is None else figures.spread_percent(quote.bid, quote.ask),
        slippage_percent=figures.slippage_percent(desk.scene.direction, meant, plan.price),
    )


def _book(desk: Desk, session: AutoTradingSession) -> Book:
    signal, account, sign = desk.scene.signal, session.account, desk.scene.direction
    held = desk.holdings[account.pk]
    own = [item for item in held if item.session_id == session.pk]
    same_symbol = [item for item in held if item.symbol == signal.symbol]
    return Book(
        open_trades=len(held),
        max_open_trades=account.max_open_trades,
        session_trades=len(own),
        symbol_trades=sum(item.symbol == signal.symbol for item in own),
        same_direction=sum(item.direction == sign for item in same_symbol),
        opposite=sum(item.direction != sign for item in same_symbol),
        nets_positions=not account.is_paper and not account.sells_contracts,
    )


def _results(desk: Desk, session: AutoTradingSession) -> Results:
    day = _day(desk, session)
    loss = math.nan if day is None else figures.loss_of(day.pnl)
    streak = desk.streaks.get(session.pk)
    return Results(
        trades_today=math.nan if day is None else day.opened,
        loss_today=loss,
        loss_today_percent=math.nan if day is None else figures.percent_of(loss, day.balance_at_start),
        drawdown_percent=_drawdown(desk, session),
        losses_in_a_row=math.nan if streak is None else streak.losses,
        cool_down_left=_cool_down_left(desk, session),
    )


def _day(desk: Desk, session: AutoTradingSession) -> Day | None:
    """None where no limit asks for it."""
    start = desk.days.get(session.pk)
    if start is None:
        return None
    own = [item for item in desk.holdings[session.account_id] if item.session_id == session.pk]
    unrealized = sum(desk.unrealized.get(item.trade_id, 0.0) for item in own)
    return day_so_far(start, own, desk.closed.get(session.pk), unrealized, float(session.account.balance))


def _drawdown(desk: Desk, session: AutoTradingSession) -> float:
    if desk.risk(session).max_drawdown_percent is None:
        return math.nan
    return figures.drawdown_percent(desk.equity(session.account), float(session.peak_equity))


def _cool_down_left(desk: Desk, session: AutoTradingSession) -> float:
    """Seconds until a session that has lost too often in a row may go on; a halt that ends by itself counts as well."""
    risk, streak, now = desk.risk(session), desk.streaks.get(session.pk), desk.now(session)
    ends = []
    if session.status == SessionStatus.HALTED and session.halted_until is not None:
        ends.append(session.halted_until)
    if streak is not None and streak.last_closed is not None and streak.losses >= (risk.max_consecutive_losses or 0):
        ends.append(streak.last_closed + timedelta(minutes=risk.cool_down_minutes))
    return max(((end - now).total_seconds() for end in ends if end > now), default=0.0)


def _exposure(desk: Desk, session: AutoTradingSession, plan: Plan) -> Exposure:
    account, instrument = session.account, desk.scene.instrument(session.venue)
    balance, judged = float(account.balance), plan.judged
    exposed = sum(item.notional for item in desk.holdings[account.pk])
    position = figures.percent_of(judged.notional, balance)
    return Exposure(
        max_notional=float(account.balance * account.max_position_size),
        min_quantity=instrument.min_quantity,
        min_notional=instrument.min_notional,
        risk_percent=figures.percent_of(judged.risk, balance),
        position_percent=position,
        total_percent=figures.percent_of(exposed + judged.notional, balance),
        correlated_percent=desk.correlated_percent(session) + position,
        leverage=1.0 if account.sells_contracts else float(account.leverage),
        max_leverage=_leverage_limit(desk, session),
        free_balance=float(account.free_balance),
    )


def _leverage_limit(desk: Desk, session: AutoTradingSession) -> float:
    """The least of what the session, the broker and the house allow; a broker without any trades spot."""
    own = desk.risk(session).max_leverage
    broker = float(broker_info(session.account.broker).max_leverage or 1)
    return min(math.inf if own is None else own, broker, gates.MAX_LEVERAGE)
