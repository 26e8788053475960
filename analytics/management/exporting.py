"""Trades and reports of a backtest into files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from analytics.backtest.data import LoadedData
from analytics.backtest.result import BacktestResult
from signals.marketdata.gaps import iso

_MOST_TRADES = 200  # that a report lists


def check_target(argument: str, path: str | None, endings: Sequence[str]) -> None:
    """Before the work is done: raises CommandError where the file could not be written."""
    if path is None:
        return
    if not path.lower().endswith(tuple(endings)):
        raise CommandError(f"{argument}: the file must end in {' or '.join(endings)}, not {path!r}")
    if not Path(path).absolute().parent.is_dir():
        raise CommandError(f"{argument}: there is no folder {Path(path).absolute().parent}")


def write_trades(path: Path, result: BacktestResult) -> None:
    """CSV, or Parquet by the file's ending. Raises OSError."""
    from analytics.reports import columns_csv, columns_parquet, trade_columns

    columns = trade_columns(result.trades, symbols=result.symbols, strategies=result.strategies)
    if path.name.lower().endswith(".parquet"):
        path.write_bytes(columns_parquet(columns))
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            file.writelines(columns_csv(columns))


def write_report(
    path: Path, result: BacktestResult, loaded: LoadedData, figures: Mapping[str, Any], notes: Sequence[str] = ()
) -> None:
    """HTML, or PDF by the file's ending; `notes` stand above the figures. Raises OSError."""
    from analytics.reports import Report, html_report, pdf_report, trade_columns, trade_rows

    columns = trade_columns(result.trades, symbols=result.symbols, strategies=result.strategies)
    missing = [
        f"{report.symbol}: {report.missing:,} candles are missing in {report.gaps:,} gaps."
        for report in loaded.gaps
        if report.missing
    ]
    report = Report(
        title=f"Backtest of {', '.join(result.strategies)}",
        subtitle=f"{', '.join(result.symbols)}, {loaded.timeframe}",
        currency=result.config.account.currency,
        period=f"{iso(int(result.time[0]))[:10]} to {iso(int(result.time[-1]))[:10]}",
        figures=figures,
        settings={"config": result.config.as_json()},
        trades=trade_rows(columns, 0, _MOST_TRADES),
        notes=[*missing, *notes],
    )
    if path.name.lower().endswith(".pdf"):
        path.write_bytes(pdf_report(report))
    else:
        path.write_text(html_report(report), encoding="utf-8")
