"""The figures that stand first."""

from collections.abc import Mapping
from typing import Any

from analytics.reports import text
from analytics.reports.content.parts import Card, Cell, toned


def cards(figures: Mapping[str, Any], currency: str) -> tuple[Card, ...]:
    core, risk, activity = figures["core"], figures["risk"], figures["activity"]
    worst = risk["max_drawdown_percent"]
    return (
        Card(
            "Net profit",
            toned(text.money(core["total_pnl"], currency, signed=True), core["total_pnl"]),
            f"{text.percent(core['roi_percent'], signed=True)} of the starting balance",
        ),
        Card(
            "Growth a year",
            toned(text.percent(risk["cagr_percent"], signed=True), risk["cagr_percent"]),
            f"volatility {text.percent(risk['volatility_percent'])}",
        ),
        Card("Max drawdown", toned(text.percent(worst), worst), text.money(risk["max_drawdown_amount"], currency)),
        Card("Sharpe", Cell(text.ratio(risk["sharpe"])), f"Sortino {text.ratio(risk['sortino'])}"),
        Card("Profit factor", Cell(text.ratio(core["profit_factor"])), f"payoff {text.ratio(core['payoff'])}"),
        Card(
            "Win rate",
            Cell(text.percent(core["win_rate_percent"])),
            f"{core['wins']:,} won, {core['losses']:,} lost",
        ),
        Card(
            "Expectancy",
            toned(text.money(core["expectancy"], currency, signed=True), core["expectancy"]),
            f"a trade; {text.multiple(core['average_r'])} on average",
        ),
        Card(
            "Trades",
            Cell(text.count(core["trades"])),
            f"{text.ratio(activity['trades_per_day'])} a day, {text.percent(activity['exposure_percent'])} of the time",
        ),
    )
