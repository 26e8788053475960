"""A report to draw, of names that mean ill."""

from datetime import UTC, datetime

from analytics.metrics import figures_of_result
from analytics.reports import Report, trade_columns, trade_rows
from tests.analytics.samples import make_result

HOSTILE = '<script>alert("1")</script><img src=https://evil.example/x onerror=a()> \u202etxt\x00'


def make_report(*, trades: int = 400, name: str = "EMA 9/21", **more: object) -> Report:
    result = make_result(seed=3, trades=trades)
    figures = figures_of_result(result)
    for section in ("by_symbol", "by_strategy"):
        for row in figures[section]:
            row["key"] = name
    columns = trade_columns(result.trades, symbols=[name], strategies=[name])
    given = {
        "title": name,
        "subtitle": f"Backtest of {name}",
        "currency": "USDT",
        "period": "2022-01-01 to 2022-02-20",
        "figures": figures,
        "settings": {**result.config.as_json(), name: name},
        "trades": trade_rows(columns, count=40),
        "notes": [f"Gaps in {name}"],
        "made_at": datetime(2026, 3, 1, 12, tzinfo=UTC),
    }
    return Report(**{**given, **more})  # type: ignore[arg-type]
