import gzip
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.marketdata import store as store_module
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import RecordedCandles, read_recording
from signals.marketdata.store import CandleStore
from tests.signals.marketdata.bars import START, random_candles, rows_of, same

SERIES = ("binance", "BTC/USDT:USDT", "1m")


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    return CandleStore(tmp_path / "candles")


def test_candles_come_back_exactly_over_months(store: CandleStore, tmp_path: Path) -> None:
    candles = random_candles(300, step=6 * 3_600_000)
    assert store.write("sim", "A", "1h", candles) == 300
    assert same(store.read("sim", "A", "1h"), candles)
    months = sorted(path.name for path in (tmp_path / "candles/sim/A/1h").glob("*.parquet"))
    assert months == ["2022-01.parquet", "2022-02.parquet", "2022-03.parquet"]


@pytest.mark.parametrize(("start", "end"), [(0, 300), (10, 20), (120, 130), (119, 240), (299, 300), (5, 5)])
def test_a_range_is_half_open(store: CandleStore, start: int, end: int) -> None:
    candles = random_candles(301, step=6 * 3_600_000)
    store.write("sim", "A", "1h", candles)
    found = store.read("sim", "A", "1h", start_ms=int(candles.time[start]), end_ms=int(candles.time[end]))
    assert same(found, candles.slice(start, end))


def test_the_latest_are_found_without_reading_all(store: CandleStore) -> None:
    candles = random_candles(300, step=6 * 3_600_000)
    store.write("sim", "A", "1h", candles)
    for count in (0, 1, 5, 150, 300, 999):
        assert same(store.last("sim", "A", "1h", count), candles.last(count))
    assert len(store.last("sim", "NONE", "1h", 5)) == 0
    assert len(store.read("sim", "NONE", "1h")) == 0


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(0, 90_000), max_size=8), max_size=4))
def test_writes_in_any_order_end_in_one_sorted_series(
    tmp_path_factory: pytest.TempPathFactory, writes: list[list[int]]
) -> None:
    store = CandleStore(tmp_path_factory.mktemp("candles"))
    expected: dict[int, float] = {}
    for number, minutes in enumerate(writes, start=1):
        times = [START + 60_000 * minute for minute in minutes]
        store.write(*SERIES, rows_of(*times, price=float(number)))
        expected |= dict.fromkeys(times, float(number))
    found = store.read(*SERIES)
    assert found.time.tolist() == sorted(expected)
    assert found.close.tolist() == [expected[time] for time in sorted(expected)]


def test_broken_candles_are_not_stored(store: CandleStore) -> None:
    broken = random_candles(3)
    broken.high[1] = 0.5
    with pytest.raises(ValueError, match=r"number 1 .*high lies below"):
        store.write(*SERIES, broken)
    assert len(store.read(*SERIES)) == 0


@pytest.mark.parametrize("symbol", ["../../etc/passwd", "a/../../b", "BTC/USDT:USDT", "%2e%2e", "A B\x00", "ü"])
def test_no_symbol_leaves_the_store(store: CandleStore, tmp_path: Path, symbol: str) -> None:
    if symbol.startswith("."):
        with pytest.raises(ValueError, match="cannot name a series"):
            store.write("sim", symbol, "1m", random_candles(2))
        return
    store.write("sim", symbol, "1m", random_candles(2))
    assert [item.symbol for item in store.series()] == [symbol]
    written = list(tmp_path.rglob("*.parquet"))
    assert [path.relative_to(tmp_path / "candles").parts[::2] for path in written] == [("sim", "1m")]


def test_names_that_name_nothing_are_refused(store: CandleStore) -> None:
    for venue, symbol, timeframe in (("", "A", "1m"), ("..", "A", "1m"), ("sim", "", "1m"), ("sim", "A", "7m")):
        with pytest.raises(ValueError):
            store.write(venue, symbol, timeframe, random_candles(1))


def test_the_series_are_listed_with_their_gaps(store: CandleStore, tmp_path: Path) -> None:
    candles = random_candles(100)
    store.write(*SERIES, candles.take(~np.isin(np.arange(100), [3, 4, 50])))
    store.write("sim", "A", "5s", rows_of(START))
    (tmp_path / "candles/sim/A/notes").mkdir()
    first, second = store.series()
    assert (first.venue, first.symbol, first.timeframe) == SERIES
    assert (first.rows, first.missing, first.gaps) == (97, 3, 2)
    assert (first.first, first.last) == (START, START + 99 * 60_000)
    assert (second.symbol, second.rows, second.missing, second.gaps) == ("A", 1, 0, 0)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_an_export_can_be_read_again(store: CandleStore, tmp_path: Path, ending: str) -> None:
    candles = random_candles(50)
    store.write(*SERIES, candles)
    path = tmp_path / f"out.{ending}"
    assert store.export(*SERIES, path) == 50
    recording = read_recording(path, timeframe="1m")
    assert isinstance(recording, RecordedCandles)
    assert same(recording.data, candles)
    if ending == "csv.gz":
        assert gzip.decompress(path.read_bytes()).startswith(b"time,open,high,low,close,volume\n")


def test_an_export_of_nothing_or_to_nowhere_is_refused(store: CandleStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must end in"):
        store.export(*SERIES, tmp_path / "out.xlsx")
    with pytest.raises(ValueError, match="has none of binance"):
        store.export(*SERIES, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_a_write_that_fails_leaves_the_old_file(
    store: CandleStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.write(*SERIES, random_candles(5))

    def fail(self: Any, target: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(polars.DataFrame, "write_parquet", fail)
        with pytest.raises(OSError, match="disk full"):
            store.write(*SERIES, random_candles(9))
    assert same(store.read(*SERIES), random_candles(5))
    assert [path.name for path in tmp_path.rglob("*.new")] == []


def _write_slice(root: Path, start: int) -> None:
    store = CandleStore(root)
    for offset in range(0, 20, 4):
        store.write(*SERIES, rows_of(*(START + 60_000 * (start + offset + index) for index in range(4))))


def test_two_writers_lose_no_row(tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_write_slice, [tmp_path] * 2, [0, 20]))
    assert CandleStore(tmp_path).read(*SERIES).time.tolist() == [START + 60_000 * index for index in range(40)]


def test_the_store_does_without_polars_until_it_is_used() -> None:
    assert "polars" not in vars(store_module)
    assert len(CandleArrays.empty()) == 0
