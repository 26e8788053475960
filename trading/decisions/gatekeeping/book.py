"""Whether one more trade fits beside those that are live, and the session's day and record allow it."""

from trading.decisions.gatekeeping.result import (
    GateResult,
    bounded,
    count,
    limit_of,
    money,
    percent,
    result,
    seconds,
    switch,
)
from trading.decisions.situation import Book, Results, Situation
from trading.rules import gates
from trading.sessions.session_settings import RiskLimits


def ask(now: Situation) -> list[GateResult]:
    return [
        *_live(now.book, now.risk),
        *_day(now.results, now.risk, now.currency),
        *_record(now.results, now.risk),
    ]


def _live(now: Book, risk: RiskLimits) -> list[GateResult]:
    own, symbol = limit_of(risk.max_open_trades), limit_of(risk.max_open_per_symbol)
    in_symbol = f"The session has {count(now.symbol_trades, 'open trade')} in the symbol"
    return [
        result(
            "max_open_trades",
            gates.max_open_trades(now.open_trades, now.max_open_trades),
            f"The account has {count(now.open_trades, 'open trade')}; the limit is {now.max_open_trades}.",
        ),
        result(
            "session_open_trades",
            gates.session_open_trades(now.session_trades, own),
            bounded(f"The session has {count(now.session_trades, 'open trade')}", own, f"{own:g}"),
        ),
        result(
            "open_per_symbol",
            gates.open_per_symbol(now.symbol_trades, symbol),
            bounded(in_symbol, symbol, f"{symbol:g}"),
        ),
        switch(
            "not_duplicate",
            gates.not_duplicate(now.same_direction),
            "No trade in this symbol and direction is open.",
            "A trade in this symbol and direction is open already.",
        ),
        switch(
            "no_opposite",
            gates.no_opposite(now.opposite, now.nets_positions),
            "No open trade stands against it.",
            "A trade the other way is open, and the broker would set the two off against each other.",
        ),
    ]


def _day(now: Results, risk: RiskLimits, currency: str) -> list[GateResult]:
    trades, loss = limit_of(risk.max_trades_per_day), limit_of(risk.daily_loss_limit)
    share = limit_of(risk.daily_loss_percent)
    opened = f"The session has opened {count(now.trades_today, 'trade')} today"
    lost = f"The session has lost {money(now.loss_today, currency)} today"
    lost_share = f"The session has lost {percent(now.loss_today_percent)} of its balance today"
    return [
        result(
            "trades_today",
            gates.trades_today(now.trades_today, trades),
            bounded(opened, trades, f"{trades:g}", "The session's trades in a day are not limited."),
        ),
        result(
            "daily_loss",
            gates.daily_loss(now.loss_today, loss),
            bounded(lost, loss, money(loss, currency), "The session's loss in a day is not limited."),
        ),
        result(
            "daily_loss_percent",
            gates.daily_loss_percent(now.loss_today_percent, share),
            bounded(lost_share, share, percent(share), "The session's loss in a day is not limited as a percentage."),
        ),
    ]


def _record(now: Results, risk: RiskLimits) -> list[GateResult]:
    fall, losses = limit_of(risk.max_drawdown_percent), limit_of(risk.max_consecutive_losses)
    lost = f"The session has lost {count(now.losses_in_a_row, 'trade')} in a row"
    fallen = f"Equity is {percent(now.drawdown_percent)} below its peak"
    return [
        result(
            "drawdown",
            gates.drawdown(now.drawdown_percent, fall),
            bounded(fallen, fall, percent(fall), "The drawdown is not limited."),
        ),
        result(
            "consecutive_losses",
            gates.consecutive_losses(now.losses_in_a_row, losses),
            bounded(lost, losses, f"{losses:g}", "Losses in a row are not limited."),
        ),
        switch(
            "cooled_down",
            gates.cooled_down(now.cool_down_left),
            "No cool-down is on.",
            f"The cool-down lasts another {seconds(now.cool_down_left)}.",
        ),
    ]
