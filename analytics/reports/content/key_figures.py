"""All single figures, in three tables."""

from collections.abc import Mapping
from typing import Any

from analytics.reports.content.parts import Cell, Table, toned
from analytics.reports.text import count, duration, moment, money, multiple, percent, ratio

_HEAD = ("", "")


def key_figures(figures: Mapping[str, Any], currency: str) -> tuple[Table, ...]:
    return (
        _results(figures["core"], currency),
        _risk(figures["risk"], currency),
        _activity(figures["activity"], figures["excursions"], currency),
    )


def _results(core: Mapping[str, Any], currency: str) -> Table:
    def amount(name: str) -> Cell:
        return toned(money(core[name], currency), core[name])

    return _table(
        "Results",
        ("Net profit", amount("total_pnl")),
        ("Return on the balance", toned(percent(core["roi_percent"]), core["roi_percent"])),
        ("Gross profit", amount("gross_profit")),
        ("Gross loss", amount("gross_loss")),
        ("Profit factor", Cell(ratio(core["profit_factor"]))),
        ("Expectancy a trade", amount("expectancy")),
        ("Expectancy by the average loss", Cell(multiple(core["expectancy_r"]))),
        ("Average result", Cell(multiple(core["average_r"]))),
        ("Average win", amount("average_win")),
        ("Average loss", amount("average_loss")),
        ("Payoff", Cell(ratio(core["payoff"]))),
        ("Best trade", amount("best_trade")),
        ("Worst trade", amount("worst_trade")),
        ("Fees", Cell(money(core["fees"], currency))),
        ("Slippage", Cell(money(core["slippage"], currency))),
        ("Funding", amount("funding")),
    )


def _risk(risk: Mapping[str, Any], currency: str) -> Table:
    return _table(
        "Risk",
        ("Sharpe ratio", Cell(ratio(risk["sharpe"]))),
        ("Sortino ratio", Cell(ratio(risk["sortino"]))),
        ("Calmar ratio", Cell(ratio(risk["calmar"]))),
        ("Growth a year (CAGR)", toned(percent(risk["cagr_percent"]), risk["cagr_percent"])),
        ("Volatility a year", Cell(percent(risk["volatility_percent"]))),
        ("Value at risk, a day, 95%", Cell(percent(risk["value_at_risk_percent"]))),
        ("Ulcer index", Cell(ratio(risk["ulcer_index"]))),
        ("Max drawdown", toned(percent(risk["max_drawdown_percent"]), risk["max_drawdown_percent"])),
        ("… in money", toned(money(risk["max_drawdown_amount"], currency), risk["max_drawdown_amount"])),
        ("… began", Cell(moment(risk["max_drawdown_start"]))),
        ("… was deepest", Cell(moment(risk["max_drawdown_bottom"]))),
        ("… was made good", Cell(_recovered(risk))),
        ("… lasted", Cell(duration(risk["max_drawdown_seconds"]))),
        ("… took to recover", Cell(duration(risk["recovery_seconds"]))),
        ("Drawdown at the end", toned(percent(risk["current_drawdown_percent"]), risk["current_drawdown_percent"])),
    )


def _activity(activity: Mapping[str, Any], excursions: Mapping[str, Any], currency: str) -> Table:
    return _table(
        "Activity",
        ("Trades a day", Cell(ratio(activity["trades_per_day"]))),
        ("Time with a position", Cell(percent(activity["exposure_percent"]))),
        ("Average holding time", Cell(duration(activity["average_holding_seconds"]))),
        ("Median holding time", Cell(duration(activity["median_holding_seconds"]))),
        ("Longest run of wins", Cell(count(activity["longest_winning_streak"]))),
        ("Longest run of losses", Cell(count(activity["longest_losing_streak"]))),
        ("Run at the end", Cell(_run(activity["current_streak"]))),
        ("First entry", Cell(moment(activity["first_trade"]))),
        ("Last exit", Cell(moment(activity["last_trade"]))),
        ("Average adverse excursion", Cell(money(excursions["average_mae"], currency))),
        ("Average favorable excursion", Cell(money(excursions["average_mfe"], currency))),
        ("… in multiples of the risk", Cell(_both(excursions))),
        ("Edge ratio", Cell(ratio(excursions["edge_ratio"]))),
    )


def _table(title: str, *rows: tuple[str, Cell]) -> Table:
    return Table(title, _HEAD, tuple((Cell(name), value) for name, value in rows))


def _recovered(risk: Mapping[str, Any]) -> str:
    if risk["max_drawdown_start"] and not risk["max_drawdown_end"]:
        return "not yet"
    return moment(risk["max_drawdown_end"])


def _run(streak: int) -> str:
    if not streak:
        return "none"
    return f"{abs(streak):,} {'won' if streak > 0 else 'lost'}"


def _both(excursions: Mapping[str, Any]) -> str:
    return f"{multiple(excursions['average_mae_r'])} / {multiple(excursions['average_mfe_r'])}"
