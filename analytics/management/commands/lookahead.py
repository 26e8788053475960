"""Whether a strategy knows the future, and how long its memory is."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.management.data_options import add_data_arguments, load_data, read_pairs, value_of
from analytics.management.result_table import table
from analytics.validation.lookahead import CUTS
from analytics.validation.strategy_check import CLEAN, LOOK_AHEAD, StrategyCheck, check_strategy
from signals.strategies.registry import StrategyError, validate_params


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("strategy")
        add_data_arguments(parser)
        parser.add_argument(
            "--param", action="append", metavar="NAME=VALUE", help="of the strategy; repeat for several"
        )
        parser.add_argument("--cuts", type=int, default=CUTS, help="how many bars are looked at")
        parser.add_argument("--seed", type=int, default=0, help="of the choice of bars")
        parser.add_argument("--json", action="store_true", help="print JSON instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError, too, where a strategy looks ahead: so a script can rely on the exit code."""
        if not 1 <= options["cuts"] <= 100_000:
            raise CommandError("--cuts: a number of 1 to 100000 is needed")
        name = options["strategy"]
        params = {key: value_of(text) for key, text in read_pairs("--param", options["param"] or ()).items()}
        try:
            params = validate_params(name, params)
            found = [
                check_strategy(name, params, item.symbol, item.candles, cuts=options["cuts"], seed=options["seed"])
                for item in load_data(options).markets
            ]
        except (StrategyError, ValueError) as error:
            raise CommandError(str(error)) from None
        told = {"strategy": name, "params": params, "timeframe": options["timeframe"]}
        if options["json"]:
            self.stdout.write(json.dumps({**told, "markets": [item.as_json() for item in found]}, allow_nan=False))
        else:
            self.stdout.write("\n\n".join(_shown(name, item) for item in found))
        if any(item.verdict == LOOK_AHEAD for item in found):
            raise CommandError(f"{name} knows the future.")


def _shown(name: str, check: StrategyCheck) -> str:
    ahead, memory = check.lookahead, check.recursive
    lines = [
        f"{check.symbol}: {check.verdict}",
        f"Look-ahead: {ahead.bars} bars, {ahead.fired} fired; later bars were taken away {ahead.cuts} times: "
        + ("nothing changed" if ahead.is_clean else f"{ahead.changed_bars} bars changed"),
    ]
    lines += [
        f"  {item['time']} seen until {item['until']}: {item['column']} {item['whole']} became {item['part']}"
        for item in (difference.as_json() for difference in ahead.differences[:5])
    ]
    if memory.windows:
        names = sorted({column for item in memory.windows for column in item.deviation_percent})
        rows = [
            [
                str(item.window) + (" (live)" if item.window == memory.live_window else ""),
                f"{item.changed_signals} of {item.checked}",
                *(f"{item.deviation_percent.get(column, 0.0):.3g} %" for column in names),
                "enough" if item.is_enough else "",
            ]
            for item in memory.windows
        ]
        lines += ["Memory: signals that change, and evidence that deviates, by the last candles alone"]
        lines += [table(["candles", "signals", *names, ""], rows)]
    if check.verdict == CLEAN and memory.enough is not None:
        lines.append(f"{memory.enough} candles of history are enough.")
    return "\n".join(lines)
