"""A report's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.reports import text
from analytics.reports.content.parts import Cell, Table, toned
from analytics.reports.report import Report

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_GROUPS, _MOST_TRADES, _MOST_SETTINGS = 20, 50, 200
_HEAT = (0.5, 2.0, 5.0, 10.0)  # percent at which a month's colour deepens
_GROUPS = (
    ("by_symbol", "By symbol", False),
    ("by_strategy", "By strategy", False),
    ("by_source", "By source", False),
    ("by_tag", "By tag", False),
    ("by_direction", "By direction", True),
    ("by_exit_reason", "By exit reason", True),
)


def monthly_table(figures: Mapping[str, Any]) -> Table:
    rows = [
        (Cell(str(row["year"])), *map(_heat, row["months"]), _heat(row["total_percent"]))
        for row in figures["monthly_returns"]
    ]
    return Table("", ("", *_MONTHS, "Year"), tuple(rows))


def group_tables(figures: Mapping[str, Any], currency: str) -> tuple[Table, ...]:
    """Those that have rows."""
    return tuple(_groups(title, figures[name], currency, own) for name, title, own in _GROUPS if figures[name])


def drawdown_table(figures: Mapping[str, Any]) -> Table:
    rows = [
        (
            Cell(text.moment(row["start"])),
            Cell(text.moment(row["bottom"])),
            Cell(text.moment(row["end"]) if row["end"] else "not yet"),
            toned(text.percent(row["percent"]), row["percent"]),
            Cell(text.duration(row["seconds"])),
        )
        for row in figures["drawdowns"]
    ]
    return Table("", ("Began (UTC)", "Was deepest", "Was made good", "Depth", "Lasted"), tuple(rows), texts=3)


def trade_table(report: Report) -> Table:
    total, shown = report.figures["core"]["trades"], report.trades[:_MOST_TRADES]
    words = ("Entry (UTC)", "Exit (UTC)", "Symbol", "Strategy", "Side", "Ended by")
    head = (*words, "Quantity", "In at", "Out at", "Result", "R")
    rows = tuple(_trade(row, report.currency) for row in shown)
    note = f"{len(shown):,} of {total:,} trades" if total > len(shown) else ""
    return Table("", head, rows, texts=len(words), note=note)


def setting_table(report: Report) -> Table:
    found = text.flat(report.settings)
    rows = tuple((Cell(name), Cell(value)) for name, value in found[:_MOST_SETTINGS])
    note = f"The first {_MOST_SETTINGS} of {len(found):,}" if len(found) > _MOST_SETTINGS else ""
    return Table("", ("Setting", "Value"), rows, texts=2, note=note)


def _groups(title: str, found: Sequence[Mapping[str, Any]], currency: str, own_names: bool) -> Table:
    rows = [
        (
            Cell(text.words(row["key"]) if own_names else row["key"] or text.NONE),
            Cell(text.count(row["trades"])),
            Cell(text.percent(row["win_rate_percent"])),
            toned(text.money(row["pnl"], currency, signed=True), row["pnl"]),
            Cell(text.ratio(row["profit_factor"])),
            toned(text.money(row["average_trade"], currency, signed=True), row["average_trade"]),
            Cell(text.money(row["fees"], currency)),
        )
        for row in found[:_MOST_GROUPS]
    ]
    note = f"The best {_MOST_GROUPS} of {len(found)}" if len(found) > _MOST_GROUPS else ""
    head = (title, "Trades", "Win rate", "Net profit", "Profit factor", "A trade", "Fees")
    return Table("", head, tuple(rows), note=note, even=True)


def _trade(row: Mapping[str, Any], currency: str) -> tuple[Cell, ...]:
    return (
        Cell(text.moment(row["opened_at"])),
        Cell(text.moment(row["closed_at"])),
        Cell(str(row["symbol"])),
        Cell(str(row["strategy"]) or text.NONE),
        Cell(text.words(row["direction"])),
        Cell(text.words(row["exit_reason"])),
        Cell(_plain(row["quantity"])),
        Cell(_plain(row["entry_price"])),
        Cell(_plain(row["exit_price"])),
        toned(text.money(_number(row["pnl"]), currency, signed=True), _number(row["pnl"])),
        Cell(text.multiple(_number(row["r"]))),
    )


def _heat(value: float | None) -> Cell:
    if value is None:
        return Cell("")
    depth = 1 + sum(abs(value) >= limit for limit in _HEAT)
    side = "up" if value > 0.0 else "down"
    return Cell(text.percent(value).removesuffix("%"), f"{side}{depth}" if value else "")


def _number(value: Any) -> float | None:
    """Money may come as text."""
    return None if value is None else float(value)


def _plain(value: Any) -> str:
    return text.plain(_number(value))
