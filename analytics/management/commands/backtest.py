"""Run a strategy over candles of the past, or search its parameters."""

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from analytics.backtest.config import BacktestConfig
from analytics.backtest.data import LoadedData
from analytics.backtest.result import BacktestResult
from analytics.management.config_options import config_of, search_of
from analytics.management.data_options import add_data_arguments, add_detail_arguments, load_data
from analytics.management.exporting import check_target, write_report, write_trades
from analytics.management.local_sweep import Tried, luck_of, outside_score, ranked, sweep
from analytics.management.result_table import counts_line, figures_table, trials_table
from analytics.search.paths import with_params
from analytics.search.scores import MAXIMIZABLE
from analytics.search.space import METHODS
from signals.management.gap_table import gap_table

_SHOWN = 10


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("strategy")
        add_data_arguments(parser)
        add_detail_arguments(parser)
        parser.add_argument(
            "--param", action="append", metavar="NAME=VALUE", help="of the strategy; repeat for several"
        )
        parser.add_argument("--config", metavar="FILE", help="a backtest's config as JSON: account, settings ...")
        parser.add_argument("--balance", type=float, help="to begin with, account currency")
        parser.add_argument("--sweep", action="append", metavar="NAME=LOW:HIGH:STEP", help="or NAME=A,B,C; repeat")
        parser.add_argument("--maximize", default="risk.sharpe", metavar="FIGURE", help=", ".join(MAXIMIZABLE))
        parser.add_argument("--method", default="grid", choices=METHODS)
        parser.add_argument("--trials", type=int, default=200, help="of a random or bayesian search")
        parser.add_argument("--seed", type=int, default=1, help="of a random or bayesian search")
        parser.add_argument(
            "--out-of-sample", type=float, default=0.0, metavar="PERCENT", help="held back from a search"
        )
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that a search runs on")
        parser.add_argument("--report", metavar="FILE", help="of the result: .html or .pdf")
        parser.add_argument("--trades", metavar="FILE", help=".csv or .parquet")
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        check_target("--report", options["report"], (".html", ".pdf"))
        check_target("--trades", options["trades"], (".csv", ".parquet"))
        config = config_of(options)
        search = search_of(options, config) if options["sweep"] else None
        loaded = load_data(options)
        told: dict[str, Any] = {"gaps": [report.as_json() for report in loaded.gaps]}
        if not options["json"]:
            self.stdout.write("\n".join(gap_table(report) for report in loaded.gaps))
        if search is not None:
            config, found = self._sweep(loaded, config, search, options)
            told |= found
        result = self._run(loaded, config)
        told |= self._tell(result, options)
        if options["json"]:
            self.stdout.write(json.dumps({"config": config, **told}, allow_nan=False))
        self._write(result, loaded, told, options)

    def _write(self, result: BacktestResult, loaded: LoadedData, told: dict[str, Any], options: dict[str, Any]) -> None:
        notes = [told["validation"]["message"]] if "validation" in told else []
        try:
            if options["trades"]:
                write_trades(Path(options["trades"]), result)
            if options["report"]:
                write_report(Path(options["report"]), result, loaded, told["figures"], notes)
        except OSError as error:
            raise CommandError(str(error)) from None

    def _run(self, loaded: LoadedData, config: dict[str, Any]) -> BacktestResult:
        from analytics.backtest.run import run_backtest

        candles = sum(len(market.candles) for market in loaded.markets)
        started = time.monotonic()
        with tqdm(total=candles, unit="candle", mininterval=0.1) as bar:
            try:
                result = run_backtest(BacktestConfig.read(config), loaded.markets, loaded.timeframe)
            except ValueError as error:
                raise CommandError(str(error)) from None
            bar.update(candles)
        self.stderr.write(f"{candles:,} candles in {time.monotonic() - started:.2f} s")
        return result

    def _tell(self, result: BacktestResult, options: dict[str, Any]) -> dict[str, Any]:
        from analytics.metrics import figures_of_result

        figures = figures_of_result(result)
        if not options["json"]:
            self.stdout.write(counts_line(result))
            self.stdout.write(figures_table(figures, result.config.account.currency))
        counts = {"signals": result.signals, "approved": result.approved, "failed": result.failed}
        return {"figures": figures, "result": {**counts, "blocked": dict(result.blocked)}}

    def _sweep(
        self, loaded: LoadedData, config: dict[str, Any], search: dict[str, Any], options: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """The best setting's config, and what is to be told of the search."""
        processes = max(1, min(options["processes"], search["trials"]))
        with tqdm(total=search["trials"], unit="trial", mininterval=0.1) as bar:
            try:
                tried, held_back = sweep(loaded, config, search, processes=processes, tell=bar.update)
            except ValueError as error:
                raise CommandError(str(error)) from None
        best = ranked(tried)[:_SHOWN]
        if not best:
            why = next((item.error for item in tried if item.error), "no trial has the figure that is maximized")
            raise CommandError(f"--sweep: {why}")
        name = search["maximize"]
        outside = [outside_score(loaded, config, item, held_back, name) for item in best] if held_back.length else []
        luck = luck_of(tried)
        if not options["json"]:
            self.stdout.write(trials_table(best, name, str(BacktestConfig.read(config).account.currency), outside))
            failed = sum(bool(item.error) for item in tried)
            self.stdout.write(f"{len(tried)} trials" + (f", {failed} without a result" if failed else ""))
            self.stdout.write(f"{luck['message']}\nThe best over the whole time:")
        told = [
            {"params": dict(item.params), "score": item.score, "figures": item.figures, **_held(outside, place)}
            for place, item in enumerate(best)
        ]
        return with_params(config, best[0].params), {"search": search, "best": told, "validation": luck}


def _held(outside: list[Tried], place: int) -> dict[str, Any]:
    return {"held_back_score": outside[place].score} if outside else {}
