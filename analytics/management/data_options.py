"""The arguments by which commands are told the candles to work on, and a strategy's parameters."""

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from rest_framework.exceptions import ValidationError

from analytics.backtest.data import DataError, LoadedData, candles_from_file, load_markets, market_from_file
from analytics.backtest.validation import validate_data
from signals.api.strict import dotted
from signals.marketdata.timeframes import TIMEFRAMES


def add_data_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--data", metavar="FILE", help="CSV, CSV.gz or Parquet of candles or ticks, instead of --venue")
    parser.add_argument("--venue", help="whose candles the store has")
    parser.add_argument("--symbol", action="append", help="repeat for several; of a file: how to call it")
    parser.add_argument("--timeframe", default="1m", choices=list(TIMEFRAMES))
    parser.add_argument("--from", help="a date or a moment, ISO 8601; without an offset UTC")
    parser.add_argument("--to", help="the same; candles open before it")


def add_detail_arguments(parser: ArgumentParser) -> None:
    help_text = "finer candles of the store, to tell what comes first inside a candle"
    parser.add_argument("--detail-timeframe", choices=list(TIMEFRAMES), help=help_text)
    parser.add_argument("--detail-data", metavar="FILE", help="with --data: the file of the finer candles")


def load_data(options: dict[str, Any]) -> LoadedData:
    """Raises CommandError naming what is wrong."""
    if bool(options["data"]) == bool(options["venue"]):
        raise CommandError("Either --data or --venue is needed.")
    try:
        return _from_file(options) if options["data"] else load_markets(data_of(options))
    except (DataError, ValueError, OSError) as error:
        raise CommandError(str(error)) from None


def data_of(options: dict[str, Any]) -> dict[str, Any]:
    """The data as JSON; of a file its name stands for the venue. Raises CommandError."""
    given = {
        "venue": options["venue"] or "file",
        "symbols": options["symbol"] or ([] if options["venue"] else [_file_symbol(options)]),
        "timeframe": options["timeframe"],
        "start": options["from"],
        "end": options["to"],
        "detail_timeframe": options.get("detail_timeframe"),
    }
    try:
        return validate_data(given)
    except ValidationError as error:
        raise CommandError(f"data.{problems(error)}") from None


def problems(error: ValidationError) -> str:
    """All of it in one line, each beginning with its field."""
    return "; ".join(f"{name}: {' '.join(messages)}" for name, messages in dotted(error.detail).items())


def read_pairs(argument: str, texts: Iterable[str]) -> dict[str, str]:
    """name=value, each name once. Raises CommandError naming the argument."""
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name or not value or name in found:
            raise CommandError(f"{argument}: name=value is needed, each name once, not {text!r}")
        found[name] = value
    return found


def value_of(text: str) -> Any:
    """A number or another JSON value where it is one, of @FILE the JSON in that file; else the text. Raises
    CommandError for a file that cannot be read.
    """
    if text.startswith("@"):
        return _json_of(Path(text[1:]))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json_of(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise CommandError(f"{path}: this is no JSON: {error}") from None


def _from_file(options: dict[str, Any]) -> LoadedData:
    data = data_of(options)
    if len(data["symbols"]) > 1:
        raise CommandError("--symbol: a file is of one symbol")
    detail_timeframe, detail = data["detail_timeframe"], None
    if bool(detail_timeframe) != bool(options.get("detail_data")):
        raise CommandError("--detail-timeframe and --detail-data go together where a file is given.")
    if detail_timeframe:
        detail = candles_from_file(options["detail_data"], detail_timeframe)
    symbol, timeframe = data["symbols"][0], data["timeframe"]
    return market_from_file(options["data"], symbol, timeframe, start=data["start"], end=data["end"], detail=detail)


def _file_symbol(options: dict[str, Any]) -> str:
    """The file's name up to the first mark, as a symbol: btcusdt-perp-1m.csv.gz is BTCUSDT."""
    name = options["data"].replace("\\", "/").rpartition("/")[2]
    letters = "".join(letter if letter.isalnum() and letter.isascii() else " " for letter in name).split()
    return (letters[0] if letters else "FILE").upper()[:40]
