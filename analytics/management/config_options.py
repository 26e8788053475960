"""A backtest's config and search from a command's arguments."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rest_framework.exceptions import ValidationError

from analytics.backtest.validation import validate_config
from analytics.management.data_options import problems, read_pairs, value_of


def config_of(options: dict[str, Any]) -> dict[str, Any]:
    """The --config file, with --balance, the strategy and its --param in it; validated. Raises CommandError.

    Of a file that names strategies the one that is asked for must be among them; all of them are run.
    """
    given = _read(options["config"]) if options["config"] else {}
    name = options["strategy"]
    params = {key: value_of(text) for key, text in read_pairs("--param", options["param"] or ()).items()}
    chosen = given.get("strategies") or [{"name": name}]
    at = index_of(chosen, name)
    if at is None:
        raise CommandError(f"--config: {name} is not among its strategies; name one of them, or leave them out")
    chosen[at] = {**chosen[at], "params": {**(chosen[at].get("params") or {}), **params}}
    given["strategies"] = chosen
    if options["balance"] is not None:
        given["account"] = {**(given.get("account") or {}), "balance": options["balance"]}
    try:
        return validate_config(given)
    except ValidationError as error:
        raise CommandError(problems(error)) from None


def index_of(strategies: Any, name: str) -> int | None:
    """Where the strategy is among those of a config."""
    if not isinstance(strategies, list):
        return None
    return next((at for at, item in enumerate(strategies) if isinstance(item, dict) and item.get("name") == name), None)


def search_of(options: dict[str, Any], config: dict[str, Any]) -> dict[str, Any]:
    """The search that --sweep asks for; validated. Raises CommandError.

    A name that begins at one of the config's ROOTS is a path into it, another one a parameter of the strategy.
    """
    from analytics.models import BacktestKind
    from analytics.search.paths import ROOTS
    from analytics.search.request import validate_search

    prefix = f"strategies.{index_of(config['strategies'], options['strategy'])}.params."
    ranges = read_pairs("--sweep", options["sweep"])
    given = {
        "method": options["method"],
        "space": {
            name if name.partition(".")[0] in ROOTS else prefix + name: _range(name, text)
            for name, text in ranges.items()
        },
        "maximize": options["maximize"],
        "seed": options["seed"],
        "out_of_sample_percent": options["out_of_sample"],
        "trials": options["trials"],
    }
    try:
        return validate_search(given, kind=BacktestKind.SWEEP, config=config)
    except ValidationError as error:
        raise CommandError(problems(error)) from None


def _range(name: str, text: str) -> dict[str, Any]:
    """low:high:step, low:high, or values with commas."""
    if ":" not in text:
        return {"values": [value_of(part) for part in text.split(",")]}
    parts = [value_of(part) for part in text.split(":")]
    if not 2 <= len(parts) <= 3 or any(isinstance(part, bool) or not isinstance(part, int | float) for part in parts):
        raise CommandError(f"--sweep: {name}: low:high:step or values with commas are needed, not {text!r}")
    return dict(zip(("low", "high", "step"), parts, strict=False))


def _read(path: str) -> dict[str, Any]:
    try:
        given = json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"--config: {path} cannot be read: {error}") from None
    if not isinstance(given, dict):
        raise CommandError("--config: a JSON object is needed")
    return given
