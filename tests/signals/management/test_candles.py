from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from signals.marketdata.store import CandleStore
from tests.signals.marketdata.bars import START, random_candles, same

SERIES = ("--venue", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m")


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> CandleStore:
    settings.CANDLE_DIR = tmp_path / "candles"
    return CandleStore(settings.CANDLE_DIR)


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    lines = [",".join(str(value) for value in row) for row in random_candles(100).rows()]
    path.write_text("\n".join(["time,open,high,low,close,volume", *lines]))
    return path


def test_import_list_and_export(store: CandleStore, csv: Path, tmp_path: Path, capsys: Any) -> None:
    for _ in range(2):
        call_command("candles", "import", str(csv), *SERIES)
    told = capsys.readouterr()
    assert "Stored 100 candles of binance BTC/USDT 1m, 2022-01-01 00:00:00 to 2022-01-01 01:39:00 UTC." in told.out
    assert "100/100" in told.err
    assert same(store.read("binance", "BTC/USDT", "1m"), random_candles(100))

    call_command("candles", "list")
    line = capsys.readouterr().out.splitlines()[1].split("  ")
    assert [cell.strip() for cell in line if cell.strip()] == [
        "binance", "BTC/USDT", "1m", "100", "2022-01-01 00:00:00", "2022-01-01 01:39:00", "none",
    ]  # fmt: skip

    call_command("candles", "export", str(tmp_path / "out.csv"), *SERIES)
    assert "Wrote 100 candles" in capsys.readouterr().out
    call_command("candles", "import", str(tmp_path / "out.csv"), "--venue", "x", *SERIES[2:])
    assert same(store.read("x", "BTC/USDT", "1m"), random_candles(100))


def test_ticks_are_imported_as_their_candles(store: CandleStore, tmp_path: Path) -> None:
    path = tmp_path / "ticks.csv"
    path.write_text("time,price,size\n" + "".join(f"{START + 20_000 * index},{1 + index},2\n" for index in range(4)))
    call_command("candles", "import", str(path), *SERIES)
    assert store.read("binance", "BTC/USDT", "1m").rows() == [(START, 1.0, 3.0, 1.0, 3.0, 6.0)]
    with pytest.raises(CommandError, match="do not fill one 5m candle"):
        call_command("candles", "import", str(path), *SERIES[:4], "--timeframe", "5m")


def test_an_empty_store_says_so(store: CandleStore, capsys: Any) -> None:
    call_command("candles", "list")
    assert capsys.readouterr().out == "The candle store is empty.\n"


def test_gaps_are_listed(store: CandleStore, capsys: Any) -> None:
    candles = random_candles(10)
    store.write("sim", "A", "1m", candles.take(candles.time != START + 240_000))
    call_command("candles", "list")
    assert capsys.readouterr().out.splitlines()[1].endswith("1 in 1")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("import", "none.csv", *SERIES), "No such file"),
        (("import", "{bad}", *SERIES), "bad.csv: row 1, column 'high': 'x': a number is needed"),
        (("import", "{csv}", "--venue", "..", *SERIES[2:]), "'..' cannot name a series"),
        (("import", "{csv}", *SERIES[:4], "--timeframe", "5m"), "does not begin a 5m candle"),
        (("import", "{csv}", *SERIES[:4], "--timeframe", "7m"), "invalid choice"),
        (("import", "{csv}"), "required: --venue"),
        (("export", "out.csv", *SERIES), "the store has none of binance BTC/USDT 1m"),
        (("export", "out.xlsx", *SERIES), "must end in .csv"),
        ((), "required: action"),
    ],
)
def test_what_is_wrong_is_told(store: CandleStore, csv: Path, arguments: tuple[str, ...], message: str) -> None:
    bad = csv.with_name("bad.csv")
    bad.write_text("time,open,high,low,close\n1640995200,1,x,1,1\n")
    names = {"csv": str(csv), "bad": str(bad)}
    with pytest.raises(CommandError, match=message):
        call_command("candles", *(argument.format(**names) for argument in arguments))
