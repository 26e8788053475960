"""`manage.py backtest`, with the real engine."""

import csv
import json
from pathlib import Path
from typing import Any

import polars
import pytest
from django.core.management import CommandError, call_command

from analytics.backtest.config import BacktestConfig
from analytics.backtest.data import load_markets
from analytics.backtest.run import run_backtest
from analytics.backtest.validation import validate_config, validate_data
from analytics.metrics import figures_of_result
from signals.marketdata.store import CandleStore
from tests.analytics.market import VENUE, data_of, make_candles, store_candles

STORED = ("--venue", VENUE, "--symbol", "AAA")


@pytest.fixture
def store(settings: Any, tmp_path: Path, db: None) -> CandleStore:
    settings.CANDLE_DIR = tmp_path / "candles"
    return store_candles("AAA", "BBB", count=2000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "btc-perp-1m.csv"
    lines = [",".join(str(value) for value in row) for row in make_candles(1500).rows()]
    path.write_text("\n".join(["time,open,high,low,close,volume", *lines]))
    return path


def told(capsys: Any, *arguments: str) -> dict[str, Any]:
    call_command("backtest", "ema-cross", *arguments, "--json")
    return dict(json.loads(capsys.readouterr().out))


def test_its_figures_are_the_engine_s(store: CandleStore, capsys: Any) -> None:
    found = told(capsys, *STORED, "--symbol", "BBB", "--param", "fast=5", "--balance", "5000")
    data = load_markets(validate_data(data_of("AAA", "BBB")), store=store)
    given = {"strategies": [{"name": "ema-cross", "params": {"fast": 5}}], "account": {"balance": 5000}}
    result = run_backtest(BacktestConfig.read(validate_config(given)), data.markets, "1m")
    assert found["figures"] == json.loads(json.dumps(figures_of_result(result)))
    assert found["figures"]["core"]["trades"] > 5
    assert found["result"]["signals"] == result.signals
    assert found["config"]["strategies"][0]["params"]["fast"] == 5
    assert [gap["symbol"] for gap in found["gaps"]] == ["AAA", "BBB"]


def test_a_table_is_for_people(store: CandleStore, capsys: Any) -> None:
    call_command("backtest", "ema-cross", *STORED, "--from", "2022-01-01T01:00:00Z")
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[:2] == ["AAA 1m: 1940 candles, 2022-01-01T01:00:00Z to 2022-01-02T09:19:00Z", "no gaps"]
    assert lines[2].startswith("Signals: ")
    assert any(line.startswith("Win rate") and line.endswith(" %") for line in lines)
    assert any(line.startswith("Total P/L") and line.endswith(" USDT") for line in lines)
    assert "1940/1940" in shown.err


def test_a_file_and_its_finer_candles(file: Path, tmp_path: Path, store: CandleStore, capsys: Any) -> None:
    store.write(VENUE, "AAA", "5m", make_candles(400, timeframe="5m"))
    coarse = tmp_path / "coarse.parquet"
    store.export(VENUE, "AAA", "5m", coarse)
    plain = told(capsys, "--data", str(file))
    assert plain["gaps"][0]["symbol"] == "BTC"
    assert plain["gaps"][0]["rows"] == 1500
    detail = ("--detail-timeframe", "1m", "--detail-data", str(file))
    found = told(capsys, "--data", str(coarse), "--symbol", "X", "--timeframe", "5m", *detail)
    assert found["gaps"][0]["rows"] == 400
    with pytest.raises(CommandError, match="go together"):
        call_command("backtest", "ema-cross", "--data", str(coarse), "--timeframe", "5m", "--detail-timeframe", "1m")


def test_a_config_file_says_the_rest(store: CandleStore, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"account": {"max_open_trades": 1}, "strategies": [{"name": "ema-cross"}]}))
    found = told(capsys, *STORED, "--config", str(path), "--param", "slow=30")
    assert found["result"]["blocked"]["max_open_trades"] > 0
    assert found["config"]["strategies"][0]["params"]["slow"] == 30
    again = tmp_path / "again.json"
    again.write_text(json.dumps(found["config"]))
    assert told(capsys, *STORED, "--config", str(again))["figures"] == found["figures"]


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_sweep_tells_its_best_and_what_they_are_worth(store: CandleStore, capsys: Any, processes: str) -> None:
    sweep = ("--sweep", "fast=4:8:2", "--sweep", "account.max_position_size=0.05,0.1", "--maximize", "core.total_pnl")
    found = told(capsys, *STORED, *sweep, "--out-of-sample", "25", "--processes", processes)
    best = found["best"]
    assert len(best) == 6
    assert [item["score"] for item in best] == sorted((item["score"] for item in best), reverse=True)
    assert all(isinstance(item["held_back_score"], float) for item in best)
    assert found["validation"]["trials"] == 6
    assert found["config"]["strategies"][0]["params"]["fast"] == best[0]["params"]["strategies.0.params.fast"]
    assert found["config"]["account"]["max_position_size"] == best[0]["params"]["account.max_position_size"]
    # A trial is what a run over the same time is.
    cut = ("--to", "2022-01-02T01:00:00Z", "--param", f"fast={found['config']['strategies'][0]['params']['fast']}")
    share = str(best[0]["params"]["account.max_position_size"])
    alone = told(capsys, *STORED, *cut, "--sweep", f"account.max_position_size={share}", "--processes", "1")
    assert alone["best"][0]["figures"]["core"]["trades"] == best[0]["figures"]["core"]["trades"]
    assert alone["best"][0]["figures"]["core"]["total_pnl"] == pytest.approx(best[0]["score"])


def test_a_search_s_table(store: CandleStore, capsys: Any) -> None:
    ask = ("--method", "bayesian", "--trials", "18", "--sweep", "fast=3:15:1", "--sweep", "slow=16:40:1")
    call_command("backtest", "ema-cross", *STORED, *ask, "--maximize", "core.roi_percent", "--processes", "1")
    shown = capsys.readouterr()
    lines = shown.out.splitlines()
    assert lines[2].split()[0] == "core.roi_percent"
    assert [line.split()[0] for line in lines[3:13]] == [str(place) for place in range(1, 11)]
    assert "fast=" in lines[3]
    assert lines[13] == "18 trials"
    assert "18/18" in shown.err


def test_trades_and_reports_are_written(store: CandleStore, tmp_path: Path, capsys: Any) -> None:
    for ending in ("csv", "parquet"):
        found = told(capsys, *STORED, "--trades", str(tmp_path / f"trades.{ending}"))
    count = found["figures"]["core"]["trades"]
    rows = list(csv.DictReader((tmp_path / "trades.csv").open()))
    assert len(rows) == len(polars.read_parquet(tmp_path / "trades.parquet")) == count > 0
    assert sum(float(row["pnl"]) for row in rows) == pytest.approx(found["figures"]["core"]["total_pnl"], abs=1e-6)
    for ending, first in (("html", b"<!doctype html>"), ("pdf", b"%PDF")):
        told(capsys, *STORED, "--report", str(tmp_path / f"report.{ending}"))
        assert (tmp_path / f"report.{ending}").read_bytes().startswith(first)


def test_rules_from_a_file_and_a_sweep_inside_of_them(store: CandleStore, tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "rules.json"
    cross = {"left": "fast", "is": "crosses_above", "right": "slow"}
    averages = {"fast": {"kind": "ema", "period": 9}, "slow": {"kind": "ema", "period": 21}}
    path.write_text(json.dumps({"indicators": averages, "long": cross}))
    call_command("backtest", "rules", *STORED, "--param", f"rules=@{path}", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["config"]["strategies"][0]["params"]["rules"]["indicators"]["fast"]["of"] == "close"
    plain = told(capsys, *STORED)
    assert plain["figures"]["core"]["trades"] > found["figures"]["core"]["trades"] > 5, "longs alone"
    call_command("backtest", "rules", *STORED, "--sweep", "rules.indicators.fast.period=5:9:4", "--json")
    swept = json.loads(capsys.readouterr().out)
    assert set(swept["best"][0]["params"]) == {"strategies.0.params.rules.indicators.fast.period"}
    whole = swept["config"]["strategies"][0]["params"]["rules"]
    assert whole["indicators"]["fast"]["period"] in (5, 9)
    assert whole["short"]["is"] == "crosses_below", "the rest is the example's"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*STORED, "--param", "fast=@none.json"), "none.json: No such file"),
        ((*STORED, "--param", "fast=@/dev/null"), "/dev/null: this is no JSON"),
        ((), "Either --data or --venue is needed"),
        ((*STORED, "--data", "x.csv"), "Either --data or --venue is needed"),
        (("--venue", VENUE), "data.symbols: "),
        (("--venue", VENUE, "--symbol", "NONE"), "data.symbols: The store has no 1m candles of test NONE"),
        ((*STORED, "--from", "soon"), "data.start: "),
        (("--data", "none.csv"), "none.csv"),
        ((*STORED, "--param", "fast"), "--param: name=value is needed"),
        ((*STORED, "--param", "fast=500"), "strategies.0.params: fast: must lie between"),
        ((*STORED, "--param", "speed=5"), "speed: ema-cross has no such parameter"),
        ((*STORED, "--balance", "-5"), "account.balance: "),
        ((*STORED, "--sweep", "fast=1:2:3:4"), "--sweep: fast: low:high:step"),
        ((*STORED, "--sweep", "speed=1:5:1"), "There is no strategies.0.params.speed in the config"),
        ((*STORED, "--sweep", "fast=5:9:2", "--maximize", "luck"), "maximize: "),
        ((*STORED, "--report", "out.txt"), "--report: the file must end in .html or .pdf"),
        ((*STORED, "--trades", "/no/such/out.csv"), "--trades: there is no folder /no/such"),
        ((*STORED, "--config", "none.json"), "--config: none.json cannot be read"),
    ],
)
def test_what_is_wrong_is_told(store: CandleStore, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("backtest", "ema-cross", *arguments)


def test_a_config_of_another_strategy_is_refused(store: CandleStore, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"strategies": [{"name": "razor"}]}))
    with pytest.raises(CommandError, match="ema-cross is not among its strategies"):
        call_command("backtest", "ema-cross", *STORED, "--config", str(path))
    path.write_text("[1]")
    with pytest.raises(CommandError, match="a JSON object is needed"):
        call_command("backtest", "ema-cross", *STORED, "--config", str(path))
