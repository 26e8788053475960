"""Run a past session again through the backtester and list each difference."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.backtest.data import DataError, market_from_file
from analytics.backtest.market import Market
from analytics.parity.compare import ParityTrade
from analytics.parity.session import RECORDED, STRATEGIES, Explained, NotComparable, ParityReport, parity_of_session
from brokers.instruments import instrument_for
from signals.marketdata.files import FileFormatError
from trading.models import AutoTradingSession


class Command(BaseCommand):
    help = (
        "Run a past session again through the backtester, on the stored candles of its time or on a file's, and list "
        "each trade that differs with the likely cause. Exit code 1 where any does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("session", type=int, help="the session's id")
        parser.add_argument("--data", help="a CSV, CSV.gz or Parquet file of its symbol's candles; default: the store")
        parser.add_argument(
            "--signals",
            choices=[STRATEGIES, RECORDED],
            default=STRATEGIES,
            help="what its strategies fire on the candles, or the signals that it decided upon",
        )
        parser.add_argument("--json", action="store_true", help="everything, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        session = AutoTradingSession.objects.select_related("account").filter(pk=options["session"]).first()
        if session is None:
            raise CommandError(f"session: there is none with the id {options['session']}")
        try:
            report = parity_of_session(session, signals=options["signals"], markets=_markets(session, options["data"]))
        except NotComparable as error:
            raise CommandError(f"session: {error}") from None
        except (DataError, FileFormatError, OSError) as error:
            raise CommandError(f"--data: {error}") from None
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if report.differences:
            raise CommandError(f"{len(report.differences)} trades differ.", returncode=1)


def _markets(session: AutoTradingSession, path: str | None) -> list[Market] | None:
    if path is None:
        return None
    symbols = list(session.symbols)
    if len(symbols) != 1:
        raise CommandError("--data: a file holds one symbol, and the session has not exactly one; import it instead")
    known = instrument_for(session.venue, symbols[0])
    return market_from_file(path, symbols[0], session.timeframe, venue=session.venue, instrument=known).markets


def _as_json(report: ParityReport) -> str:
    return json.dumps(
        {
            "recorded": len(report.recorded),
            "replayed": len(report.replayed),
            "agreeing": report.agreeing,
            "missing_candles": report.missing,
            "differences": [
                {
                    "recorded": asdict(item.difference.recorded) if item.difference.recorded else None,
                    "replayed": asdict(item.difference.replayed) if item.difference.replayed else None,
                    "fields": list(item.difference.fields),
                    "cause": item.cause,
                }
                for item in report.differences
            ],
        },
        indent=2,
    )


def _as_text(report: ParityReport) -> str:
    lines = [
        f"Recorded {len(report.recorded)} trades, backtest {len(report.replayed)}; {report.agreeing} agree in times, "
        "sizes, prices, reasons and results to the cent.",
        *([f"{report.missing} candles are missing from the data."] if report.missing else []),
        *(line for item in report.differences for line in _difference(item)),
    ]
    return "\n".join(lines)


def _difference(item: Explained) -> list[str]:
    one, other = item.difference.recorded, item.difference.replayed
    trade = item.difference.trade
    head = f"{_time(trade.opened)} {'LONG' if trade.direction > 0 else 'SHORT'} {trade.symbol}"
    if one is None or other is None:
        which = "only in the backtest" if one is None else "only recorded"
        return [f"{head}: {which} ({trade.pnl:+.2f}); {item.cause}."]
    return [
        f"{head}: {item.cause}.",
        *(f"    {name}: recorded {_said(one, name)}, backtest {_said(other, name)}" for name in item.difference.fields),
    ]


def _said(trade: ParityTrade, name: str) -> str:
    value = getattr(trade, name)
    return _time(value) if name in ("opened", "closed") else f"{value}"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
