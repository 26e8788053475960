"""A report's charts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from analytics.reports import text
from analytics.reports.charts.bars import columns, histogram, rows
from analytics.reports.charts.curves import Series, curve
from analytics.reports.charts.shapes import Drawing
from analytics.reports.content.parts import Chart

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOST_ROWS = 12


def equity_charts(figures: Mapping[str, Any], currency: str, width: float) -> tuple[Chart, ...]:
    equity = _series(figures["equity"], "equity")
    balance = _series(figures["equity"], "balance")
    drawdown = _series(figures["equity"], "drawdown_percent")
    start = equity[0][1] if equity else None
    high, low = max(170.0, 0.24 * width), max(95.0, 0.13 * width)
    return (
        Chart(
            f"Equity ({currency}), marked to market; dashed: balance",
            curve(
                equity,
                beside=balance,
                base=start,
                width=width,
                height=high,
                label="Equity over time",
            ),
            wide=True,
        ),
        Chart(
            "Drawdown from the highest equity so far",
            curve(
                drawdown,
                base=0.0,
                role="down",
                suffix="%",
                width=width,
                height=low,
                label="Drawdown over time",
            ),
            wide=True,
        ),
    )


def rolling_charts(figures: Mapping[str, Any], width: float) -> tuple[Chart, ...]:
    found = figures["rolling"]
    sharpe, volatility = _series(found, "sharpe"), _series(found, "volatility_percent")
    charts = []
    if sharpe:
        drawing = curve(sharpe, width=width, height=_low(width), label="Sharpe ratio of the last 30 days over time")
        charts.append(Chart("Sharpe ratio, last 30 days", drawing))
    if volatility:
        label = "Volatility of the last 30 days over time"
        drawing = curve(volatility, width=width, height=_low(width), suffix="%", role="muted", label=label)
        charts.append(Chart("Volatility a year, last 30 days", drawing))
    return tuple(charts)


def distribution_charts(figures: Mapping[str, Any], currency: str, width: float) -> tuple[Chart, ...]:
    found = figures["distribution"]
    size: dict[str, Any] = {"width": width, "height": _low(width)}
    charts = []
    if found["pnl"]["counts"]:
        drawing = histogram(**_bins(found["pnl"]), **size, label="Trades by result")
        charts.append(Chart(f"Trades by result ({currency})", drawing))
    if found["r"]["counts"]:
        drawing = histogram(**_bins(found["r"]), **size, label="Trades by multiple of the risk")
        charts.append(Chart("Trades by multiple of the risk (R)", drawing))
    return tuple(charts)


def time_charts(figures: Mapping[str, Any], currency: str, width: float) -> tuple[Chart, ...]:
    hours, weekdays, months = figures["by_hour"], figures["by_weekday"], figures["monthly"]
    held = figures["distribution"]["holding"]
    return (
        Chart(
            f"Profit by hour of entry, UTC ({currency})",
            _slots([f"{row['key']:02}" for row in hours], hours, currency, width, "Profit by hour"),
        ),
        Chart(
            f"Profit by weekday of entry ({currency})",
            _slots([_WEEKDAYS[row["key"]] for row in weekdays], weekdays, currency, width, "Profit by weekday"),
        ),
        Chart(
            f"Profit by month ({currency})",
            _slots([row["month"] for row in months], months, currency, width, "Profit by month"),
        ),
        Chart(
            "Trades by holding time",
            histogram(
                **held,
                texts=[_short_duration(edge) for edge in held["edges"]],
                width=width,
                height=_low(width),
                role="accent",
                label="Trades by holding time",
            ),
        ),
    )


def group_chart(title: str, found: Sequence[Mapping[str, Any]], currency: str, width: float) -> Chart:
    """The best and the worst of them, where there are more than a dozen."""
    chosen = list(found)
    if len(chosen) > _MOST_ROWS:
        chosen = [*chosen[: _MOST_ROWS // 2], *chosen[-_MOST_ROWS // 2 :]]
        title = f"{title}: the best and the worst {_MOST_ROWS // 2} of {len(found)}"
    names, values = [row["key"] or text.NONE for row in chosen], [row["pnl"] for row in chosen]
    texts = [text.money(value, currency, signed=True) for value in values]
    return Chart(title, rows(names, values, texts, width=width, label=title))


def _series(found: Sequence[Mapping[str, Any]], name: str) -> Series:
    return [(datetime.fromisoformat(row["time"]).timestamp(), row[name]) for row in found if row[name] is not None]


def _slots(
    labels: Sequence[str], found: Sequence[Mapping[str, Any]], currency: str, width: float, label: str
) -> Drawing:
    tips = [
        f"{name}: {text.money(row['pnl'], currency, signed=True)}, {row['trades']:,} trades"
        for name, row in zip(labels, found, strict=True)
    ]
    return columns(labels, [row["pnl"] for row in found], width=width, height=_low(width), label=label, tips=tips)


def _bins(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"edges": found["edges"], "counts": found["counts"], "texts": [text.plain(edge) for edge in found["edges"]]}


def _low(width: float) -> float:
    """The height of what stands beside another."""
    return max(120.0, 0.35 * width)


def _short_duration(seconds: float) -> str:
    return text.duration(seconds).replace(" ", "") if seconds else "0"
