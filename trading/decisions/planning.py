"""Planning the trade that a signal would become in a session: price, levels, and the figures its size rests on."""

import math

from trading.accounts.paper_model import fill_model
from trading.brokerage.requests import contract_settings
from trading.decisions.confluence import effective_confidence
from trading.decisions.desk import Desk
from trading.decisions.trade_plan import Basis, Plan, Record, make_plan
from trading.models import Account, AutoTradingSession
from trading.rules import sizing
from trading.sessions.session_figures import recent_returns
from trading.sessions.session_settings import Sizing


def plan_trade(desk: Desk, session: AutoTradingSession) -> Plan:
    """What the session would trade now: the side's price, the stop and target in force, and the size within limits."""
    return make_plan(_basis(desk, session))


def _basis(desk: Desk, session: AutoTradingSession) -> Basis:
    signal, account = desk.scene.signal, session.account
    settings, instrument = desk.settings[session.pk], desk.scene.instrument(session.venue)
    price = _price(desk, session)
    stop, target = _levels(desk, session, price)
    weights = settings.timeframe_weights
    confidence = effective_confidence(signal, session, account.owner_id, desk.words(session), weights)
    return Basis(
        direction=desk.scene.direction,
        price=price,
        stop=stop,
        target=target,
        confidence=confidence,
        balance=float(account.balance),
        max_position_size=float(account.max_position_size),
        leverage=float(account.leverage),
        commission_rate=_commission_rate(account),
        lot_size=instrument.lot_size,
        min_quantity=instrument.min_quantity,
        min_notional=instrument.min_notional,
        max_quantity=instrument.max_quantity,
        contract_size=instrument.contract_size,
        inverse=instrument.inverse,
        stake_leverage=_stake_leverage(session),
        risk=settings.risk,
        sizing=settings.sizing,
        atr=_average_range(desk, session, settings.sizing),
        record=_record(session, settings.sizing),
        exposed=sum(item.notional for item in desk.holdings[account.pk]),
        correlated=desk.correlated_percent(session),
    )


def _price(desk: Desk, session: AutoTradingSession) -> float:
    """What an entry would be filled at: the ask for a long trade, the bid for a short one; else the signal's own."""
    quote, entry = desk.quote(session), desk.scene.signal.entry_price
    if quote is not None:
        return quote.ask if desk.scene.direction > 0 else quote.bid
    return math.nan if entry is None else float(entry)


def _levels(desk: Desk, session: AutoTradingSession, price: float) -> tuple[float, float]:
    """The signal's stop, else the session's default; the exit plan's nearest target, else the signal's, else the
    default.

    A session that lets trades run unprotected gives no stop of its own.
    """
    signal, sign, targets = desk.scene.signal, desk.scene.direction, desk.settings[session.pk].exit_plan.targets
    stop = math.nan if signal.stop_loss is None else float(signal.stop_loss)
    if math.isnan(stop) and not session.allow_unprotected:
        stop = sizing.stop_from_percent(sign, price, float(session.default_stop_percent))
    if targets:
        return stop, sizing.target_from_percent(sign, price, min(target.percent for target in targets))
    if signal.take_profits:
        return stop, float(signal.take_profits[0])
    return stop, sizing.target_from_percent(sign, price, float(session.default_target_percent))


def _commission_rate(account: Account) -> float:
    """What a fill is expected to cost, fraction of the notional; a broker's own fees come with its fills."""
    return fill_model(account).commission_rate if account.is_paper else 0.0


def _stake_leverage(session: AutoTradingSession) -> float:
    """A multiplier contract's multiplier; 0 for a contract that risks its whole stake; NaN at other brokers."""
    if not session.account.sells_contracts:
        return math.nan
    return float(str(contract_settings(session).get("multiplier", 0)))


def _average_range(desk: Desk, session: AutoTradingSession, how: Sizing) -> float:
    """The ATR of the signal's timeframe, where the size depends on it; else, and while it is not known, NaN."""
    if how.method != "VOLATILITY":
        return math.nan
    return desk.scene.average_range(session.venue, desk.scene.signal.timeframe or session.timeframe, how.atr_period)


def _record(session: AutoTradingSession, how: Sizing) -> Record:
    """The session's last trades, where the size depends on them."""
    if how.method != "KELLY":
        return Record()
    returns = recent_returns(session.pk, how.sample)
    wins, losses = [item for item in returns if item > 0.0], [-item for item in returns if item < 0.0]
    return Record(len(wins), len(losses), _mean(wins), _mean(losses))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values) if values else math.nan
