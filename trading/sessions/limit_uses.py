"""How full the limits of a session are, in figures and in words."""

import math
from dataclasses import dataclass

from trading.decisions.gatekeeping.result import count, money, percent
from trading.models import AutoTradingSession
from trading.rules.figures import percent_of
from trading.sessions.algorithms import current_settings
from trading.sessions.limit_figures import Figures

# Limits that halt a session, by the name of their setting (session.halted_by).
DRAWDOWN, LOSSES = "max_drawdown_percent", "max_consecutive_losses"
DAILY_LOSSES = ("daily_loss_limit", "daily_loss_percent")
HALTING = (DRAWDOWN, *DAILY_LOSSES, LOSSES)


_COUNT, _MONEY, _PERCENT, _TIMES = "count", "money", "percent", "times"
_WORDS = {
    "max_trades_per_day": (_COUNT, "{} opened today"),
    "daily_loss_limit": (_MONEY, "The loss of today is {}"),
    "daily_loss_percent": (_PERCENT, "The loss of today is {} of the balance"),
    "max_stake": (_MONEY, "The largest live trade puts in {}"),
    "risk_per_trade_percent": (_PERCENT, "The largest live trade risks {} of the balance"),
    "max_open_trades": (_COUNT, "{} of the session open"),
    "max_open_per_symbol": (_COUNT, "{} open in one symbol"),
    "max_exposure_percent": (_PERCENT, "{} of the balance is in the market"),
    DRAWDOWN: (_PERCENT, "Equity is {} below its peak"),
    LOSSES: (_COUNT, "{} lost in a row"),
    "max_leverage": (_TIMES, "The account's leverage is {}"),
}


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit that is set: its setting's name, the figure now, and how much of the limit that is (percent)."""

    name: str
    figure: float | None
    limit: float
    percent: float | None
    message: str


def limit_uses(session: AutoTradingSession, now: Figures) -> list[LimitUse]:
    """The session's limits that fill up as it trades, those that are set."""
    counted: dict[str, float] = {
        "max_trades_per_day": now.trades_today,
        "daily_loss_limit": now.loss_today,
        "daily_loss_percent": now.loss_today_percent,
        "max_open_trades": now.open_trades,
        "max_open_per_symbol": now.most_per_symbol,
        "max_exposure_percent": now.exposure_percent,
        DRAWDOWN: now.drawdown_percent,
        LOSSES: now.losses_in_a_row,
        "max_leverage": now.leverage,
    }
    found = [limit_use(session, now, name, figure) for name, figure in counted.items()]
    return [use for use in found if use is not None]


def limit_use(session: AutoTradingSession, now: Figures, name: str, figure: float) -> LimitUse | None:
    """How much of the limit `name` (a setting's) the figure is; None where the session has no such limit."""
    limit = getattr(current_settings(session).risk, name)
    if limit is None:
        return None
    unit, sentence = _WORDS[name]
    said = count(figure, "trade") if unit == _COUNT else _said(unit, figure, now.currency)
    message = f"{sentence.format(said)}; the limit is {_said(unit, limit, now.currency)}."
    return LimitUse(name, _known(figure), float(limit), _known(percent_of(float(figure), float(limit))), message)


def _said(unit: str, value: float, currency: str) -> str:
    if unit == _MONEY:
        return money(value, currency)
    return percent(value) if unit == _PERCENT else f"{value:g}"


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
