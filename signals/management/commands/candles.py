"""Manage the candle store: download from an exchange, import files, list what is stored and missing, export."""

import json
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from signals.management.download import download
from signals.management.gap_table import gap_table
from signals.management.moments import epoch_ms
from signals.marketdata.aggregate import candles_of_ticks
from signals.marketdata.candles import CandleArrays
from signals.marketdata.download import PAGE, Series
from signals.marketdata.files import FileFormatError, RecordedCandles, read_recording
from signals.marketdata.gaps import GapReport, gap_report
from signals.marketdata.store import EXPORT_ENDINGS, CandleStore
from signals.marketdata.timeframes import TIMEFRAMES

_PIECE = 50_000  # candles written at a time, so that the bar moves


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        importing = actions.add_parser("import", help="store a recorded file; candles stored before are replaced")
        importing.add_argument("file", help="CSV, CSV.gz or Parquet, of candles or of ticks")
        _add_series(importing)
        actions.add_parser("list", help="what is stored, with its gaps")
        exporting = actions.add_parser("export", help="write a series to a file")
        exporting.add_argument("file", help=f"ends in {', '.join(EXPORT_ENDINGS)}")
        _add_series(exporting)
        gaps = actions.add_parser("gaps", help="what a series lacks")
        _add_series(gaps)
        _add_time(gaps)
        gaps.add_argument("--json", action="store_true")
        downloading = actions.add_parser("download", help="what the store lacks, from any exchange of ccxt, no keys")
        downloading.add_argument("venue", metavar="EXCHANGE", help="as ccxt calls it: binance, bybit, kraken ...")
        downloading.add_argument("symbol", metavar="SYMBOL", help="as ccxt writes it: BTC/USDT, BTC/USDT:USDT ...")
        downloading.add_argument("--timeframe", required=True, choices=list(TIMEFRAMES))
        _add_time(downloading, required=True)
        downloading.add_argument("--limit", type=int, default=PAGE, help="candles asked for at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        store = CandleStore(settings.CANDLE_DIR)
        try:
            getattr(self, f"_{options['action']}")(store, options)
        except FileFormatError as error:
            raise CommandError(f"{Path(options['file']).name}: {error}") from None
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from None

    def _import(self, store: CandleStore, options: dict[str, Any]) -> None:
        series = _series(options)
        recording = read_recording(options["file"], timeframe=options["timeframe"])
        if isinstance(recording, RecordedCandles):
            candles = recording.data
        else:
            candles = candles_of_ticks(recording.data, options["timeframe"])
        if not len(candles):
            raise CommandError(f"{options['file']}: its ticks do not fill one {options['timeframe']} candle")
        with tqdm(total=len(candles), unit="candle", mininterval=0.5) as bar:
            for start in range(0, len(candles), _PIECE):
                bar.update(store.write(*series, candles.slice(start, start + _PIECE)))
        self.stdout.write(f"Stored {len(candles)} candles of {' '.join(series)}, {_period(candles)}.")

    def _list(self, store: CandleStore, options: dict[str, Any]) -> None:
        rows = [
            (
                item.venue,
                item.symbol,
                item.timeframe,
                str(item.rows),
                _moment(item.first),
                _moment(item.last),
                f"{item.missing} in {item.gaps}" if item.gaps else "none",
            )
            for item in store.series()
        ]
        if not rows:
            self.stdout.write("The candle store is empty.")
            return
        head = ("venue", "symbol", "timeframe", "candles", "first (UTC)", "last (UTC)", "missing in gaps")
        widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
        for row in [head, *rows]:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())

    def _export(self, store: CandleStore, options: dict[str, Any]) -> None:
        count = store.export(*_series(options), Path(options["file"]))
        self.stdout.write(f"Wrote {count} candles to {options['file']}.")

    def _gaps(self, store: CandleStore, options: dict[str, Any]) -> None:
        report = _report(store, options)
        if not report.rows:
            raise CommandError(f"The store has no candles of {' '.join(_series(options))} in that time.")
        self.stdout.write(json.dumps(report.as_json()) if options["json"] else gap_table(report))

    def _download(self, store: CandleStore, options: dict[str, Any]) -> None:
        start_ms = epoch_ms("--from", options["from"]) or 0
        series = Series(*_series(options), start_ms, epoch_ms("--to", options["to"]))
        if series.end_ms is not None and series.end_ms <= series.start_ms:
            raise CommandError("--to: it must be after --from")
        if not 1 <= options["limit"] <= 100_000:
            raise CommandError("--limit: a number of 1 to 100000 is needed")
        stored = download(series, store, page=options["limit"])
        self.stdout.write(f"Stored {stored} candles of {' '.join(_series(options))}.")
        self.stdout.write(gap_table(_report(store, options)))


def _report(store: CandleStore, options: dict[str, Any]) -> GapReport:
    start_ms, end_ms = epoch_ms("--from", options["from"]), epoch_ms("--to", options["to"])
    candles = store.read(*_series(options), start_ms=start_ms, end_ms=end_ms)
    return gap_report(options["symbol"], options["timeframe"], candles, start_ms=start_ms, end_ms=end_ms)


def _add_time(parser: ArgumentParser, *, required: bool = False) -> None:
    parser.add_argument("--from", required=required, help="a date or a moment, ISO 8601; without an offset UTC")
    parser.add_argument("--to", help="the same; candles open before it. Default: the latest")


def _add_series(parser: ArgumentParser) -> None:
    parser.add_argument("--venue", required=True)
    parser.add_argument("--symbol", required=True)
    parser.add_argument("--timeframe", required=True, choices=list(TIMEFRAMES))


def _series(options: dict[str, Any]) -> tuple[str, str, str]:
    return options["venue"], options["symbol"], options["timeframe"]


def _moment(time_ms: int) -> str:
    return f"{datetime.fromtimestamp(time_ms / 1000, UTC):%Y-%m-%d %H:%M:%S}"


def _period(candles: CandleArrays) -> str:
    return f"{_moment(int(candles.time[0]))} to {_moment(int(candles.time[-1]))} UTC"
