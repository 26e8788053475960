"""A backtest as a file: its trades, its equity, or a report of it."""

from typing import Any

import numpy as np

from analytics.jobs.stored import equity_of, trades_of
from analytics.models import Backtest, BacktestData

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
TABLES = ("trades", "equity")
_MOST_TRADES = 200  # that a report lists


def exported(backtest: Backtest, kind: str, table: str = "trades") -> bytes:
    """One of CONTENT_TYPES, a CSV or Parquet of one of TABLES; the backtest is done."""
    if kind in ("csv", "parquet"):
        return _packed(columns_of(backtest.stored) if table == "trades" else _equity_columns(backtest.stored), kind)
    report = report_of(backtest)
    if kind == "html":
        from analytics.reports.html_report import html_report

        return html_report(report).encode()
    from analytics.reports.pdf.document import pdf_report

    return pdf_report(report)


def columns_of(stored: BacktestData) -> dict[str, Any]:
    """The stored trades by the names of the API, which analytics.reports.export takes."""
    from analytics.reports.export.trade_columns import trade_columns

    names = stored.result
    return trade_columns(trades_of(stored), symbols=names["symbols"], strategies=names["strategies"])


def _equity_columns(stored: BacktestData) -> dict[str, Any]:
    """At each candle's close: time (UTC), equity and balance (account currency)."""
    time, equity, balance = equity_of(stored)
    return {"time": time.astype("datetime64[ms]"), "equity": np.round(equity, 8), "balance": np.round(balance, 8)}


def report_of(backtest: Backtest) -> Any:
    """What analytics.reports makes documents of."""
    from analytics.reports.export.trade_columns import trade_rows
    from analytics.reports.report import Report

    data = backtest.data
    columns = columns_of(backtest.stored)
    strategies = ", ".join(item["name"] for item in backtest.config["strategies"])
    settings = {name: getattr(backtest, name) for name in ("config", "data", "search") if getattr(backtest, name)}
    return Report(
        title=backtest.name or f"Backtest {backtest.pk}",
        subtitle=f"{strategies} on {', '.join(data['symbols'])}, {data['venue']}, {data['timeframe']}",
        currency=backtest.config.get("account", {}).get("currency", "USDT"),
        period=f"{data['start'][:10]} to {data['end'][:10]}",
        figures=backtest.figures,
        settings=settings,
        trades=trade_rows(columns, 0, _MOST_TRADES),
        notes=_notes(backtest),
    )


def _notes(backtest: Backtest) -> list[str]:
    notes = [
        f"{gap['symbol']}: {gap['missing']:,} candles are missing in {gap['gaps']:,} gaps."
        for gap in backtest.stored.result.get("gaps", [])
        if gap["missing"]
    ]
    if message := backtest.validation.get("message"):
        notes.append(message)
    return notes


def _packed(columns: dict[str, Any], kind: str) -> bytes:
    if kind == "parquet":
        from analytics.reports.export.parquet_file import columns_parquet

        return columns_parquet(columns)
    from analytics.reports.export.csv_file import columns_csv

    return "".join(columns_csv(columns)).encode()
