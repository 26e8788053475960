import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars
import pytest

from signals.marketdata.files import FileFormatError, RecordedCandles, RecordedTicks, Tick, read_recording
from tests.signals.marketdata.bars import START, random_candles, same

HEAD = "timestamp,open,high,low,close,volume\n"
ROW = "10,12,9,11,1.5"


def candles_of(path: Path, timeframe: str = "1m") -> Any:
    recording = read_recording(path, timeframe=timeframe)
    assert isinstance(recording, RecordedCandles)
    return recording.data


def ticks_of(path: Path) -> list[Tick]:
    recording = read_recording(path, timeframe="1m")
    assert isinstance(recording, RecordedTicks)
    return list(recording.data)


@pytest.fixture
def csv(tmp_path: Path) -> Any:
    def write(text: str, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    "moments",
    [
        ("1640995200", "1640995260"),
        ("1640995200.0", "1640995260.0"),
        ("1640995200000", "1640995260000"),
        ("1640995200000.0", "1640995260000.0"),
        ("1640995200000000", "1640995260000000"),
        ("1640995200000000000", "1640995260000000000"),
        ("2022-01-01 00:00:00", "2022-01-01 00:01:00"),
        ("2022-01-01T00:00:00Z", "2022-01-01T00:01:00Z"),
        ("2022-01-01T00:00", "2022-01-01T00:01"),
        ("2022-01-01", "2022-01-01 00:01"),
        (" 2022-01-01 00:00:00+00:00", "2022-01-01 00:01:00+00:00 "),
        ("2022-01-01T02:00:00+02:00", "2021-12-31T19:01:00-05:00"),
        ("2022-01-01 00:00:00.000", "2022-01-01 00:01:00"),
        ("2022-01-01 00:00:00", "2022-01-01 00:01:00.000123456"),
        ("2022-01-01 00:00:00 UTC", "2022-01-01 00:01:00 UTC"),
    ],
)
def test_times_are_read_in_every_spelling(csv: Any, moments: tuple[str, str]) -> None:
    text = HEAD + "".join(f"{moment},{ROW}\n" for moment in moments)
    assert candles_of(csv(text)).time.tolist() == [START, START + 60_000]


@pytest.mark.parametrize(
    "head", ["t,o,h,l,c,v", "Open time,Open,High,Low,Close,Volume", "DATE,OPEN,HIGH,LOW,CLOSE,VOL"]
)
def test_columns_are_found_by_name(csv: Any, head: str) -> None:
    found = candles_of(csv(f"{head},extra\n1640995200,{ROW},x\n"))
    assert found.rows() == [(START, 10.0, 12.0, 9.0, 11.0, 1.5)]


def test_volume_may_be_missing(csv: Any) -> None:
    assert candles_of(csv("time,open,high,low,close\n1640995200,10,12,9,11\n")).volume.tolist() == [0.0]


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.csv.gz"])
def test_plain_and_compressed_files_read_the_same(csv: Any, name: str) -> None:
    assert len(candles_of(csv(f"{HEAD}1640995200,{ROW}\n", name))) == 1


def test_parquet_candles_with_datetimes_of_any_zone_and_unit(tmp_path: Path) -> None:
    candles = random_candles(5)
    moments = [datetime.fromtimestamp(time / 1000, UTC) for time in candles.time.tolist()]
    names = ("open", "high", "low", "close", "volume")
    columns = dict(zip(names, candles.columns()[1:], strict=True))
    for unit in ("ms", "us", "ns"):
        for zone in (None, "UTC", "Asia/Tokyo"):
            naive = polars.Series(moments, dtype=polars.Datetime(unit, "UTC"))  # type: ignore[arg-type]
            series = naive.dt.convert_time_zone(zone) if zone else naive.dt.replace_time_zone(None)
            path = tmp_path / f"{unit}.parquet"
            polars.DataFrame({"Timestamp": series, **columns}).write_parquet(path)
            assert same(candles_of(path), candles)


def test_parquet_days(tmp_path: Path) -> None:
    path = tmp_path / "days.parquet"
    day = polars.Series([datetime(2022, 1, 1, tzinfo=UTC).date()])
    polars.DataFrame({"date": day, "open": 1, "high": 2, "low": 1, "close": 2}).write_parquet(path)
    assert candles_of(path, "1d").time.tolist() == [START]


def test_ticks_of_bid_and_ask(csv: Any) -> None:
    text = "timestamp,bid,ask\n1640995200001,9.5,10.5\n1640995200001,9,11\n1640995200500,8,10\n"
    assert ticks_of(csv(text)) == [
        Tick(START + 1, 9.5, 10.5, 10.0, 0.0),
        Tick(START + 1, 9.0, 11.0, 10.0, 0.0),
        Tick(START + 500, 8.0, 10.0, 9.0, 0.0),
    ]


@pytest.mark.parametrize("head", ["timestamp,price,quantity", "time,last,size", "ts,Price,amount"])
def test_ticks_of_trades(csv: Any, head: str) -> None:
    assert ticks_of(csv(f"{head}\n1640995200001,10.25,3\n")) == [Tick(START + 1, 10.25, 10.25, 10.25, 3.0)]


def test_a_recording_has_a_head(csv: Any) -> None:
    ticks = read_recording(csv("time,price\n1,1\n2,1\n3,1\n"), timeframe="1m")
    assert (len(ticks), len(ticks.head(2)), len(ticks.head(9))) == (3, 2, 3)
    candles = read_recording(csv(f"{HEAD}1640995200,{ROW}\n"), timeframe="1m")
    assert (len(candles), len(candles.head(0))) == (1, 0)


FAULTS = [
    ("open,high,low,close\n1,1,1,1\n", r"column 'time' is missing: none of timestamp, .* is among open, high"),
    ("time,open,high,close\n1,1,1,1\n", "column 'low' is missing"),
    ("time,bid\n1,1\n", "column 'open' is missing"),
    (HEAD, "the file has no rows"),
    ("", "the file is empty"),
    (f"{HEAD}1640995200,{ROW}\n1640995260,10,oops,9,11,1\n", "row 2, column 'high': 'oops': a number is needed"),
    (f"{HEAD}1640995200,10,12,9,,1\n", "row 1, column 'close': no value: a number is needed"),
    (f"{HEAD}1640995200,10,12,9,nan,1\n", "row 1, column 'close': 'nan': a number is needed"),
    (f"{HEAD}1640995200,10,inf,9,11,1\n", "row 1, column 'high': 'inf': a number is needed"),
    (f"{HEAD}1640995200,10,12,0,11,1\n", "row 1, column 'low': '0': a price above 0 is needed"),
    (f"{HEAD}1640995200,10,12,-3,11,1\n", "row 1, column 'low': '-3': a price above 0 is needed"),
    (f"{HEAD}1640995200,10,12,9,11,-1\n", "row 1, column 'volume': '-1': a number of at least 0 is needed"),
    (f"{HEAD}1640995200,10,8,9,11,1\n", "row 1, column 'high': '8': high lies below low"),
    (f"{HEAD}1640995200,10,10.5,9,11,1\n", "row 1, column 'high': '10.5': high lies below open or close"),
    (f"{HEAD}1640995200,10,12,10.5,11,1\n", "row 1, column 'low': '10.5': low lies above open or close"),
    (
        f"{HEAD}1640995200,{ROW}\n1640995200,{ROW}\n",
        "row 2, column 'timestamp': '1640995200': the row before has the same",
    ),
    (f"{HEAD}1640995260,{ROW}\n1640995200,{ROW}\n", "row 2, column 'timestamp': '1640995200': its time lies before"),
    (f"{HEAD}1640995201,{ROW}\n", "row 1, column 'timestamp': '1640995201': this does not begin a 1m candle"),
    (f"{HEAD}yesterday,{ROW}\n", "row 1, column 'timestamp': 'yesterday': a time is needed"),
    (f"{HEAD}01/02/2022 00:00,{ROW}\n", "row 1, column 'timestamp': '01/02/2022 00:00': a time is needed: ISO 8601"),
    (f"{HEAD}2022-02-30 00:00:00,{ROW}\n", "row 1, .*there is no such date"),
    (f"{HEAD}1640995200,{ROW}\n,{ROW}\n", "row 2, column 'timestamp': no value: a time is needed"),
    (f"{HEAD}1640995200,{ROW}\nsoon,{ROW}\n", "row 2, column 'timestamp': 'soon': a time is needed"),
    (f"{HEAD}1640995200,{ROW}\n1640995260000,{ROW}\n", "row 2, .*the first row counts in another unit of time"),
    ("time,bid,ask\n1640995200,2,1\n", "row 1, column 'bid': '2': bid lies above ask"),
    ("time,price\n2,1\n1,1\n", "row 2, column 'time': '1': its time lies before the row above"),
    ("time,symbol,price\n1,A,1\n2,B,1\n", "row 2, column 'symbol': 'B' after 'A': one symbol is needed"),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_named_by_column_or_row(csv: Any, text: str, message: str) -> None:
    with pytest.raises(FileFormatError, match=message):
        read_recording(csv(text), timeframe="1m")


def test_candles_of_a_larger_timeframe_are_not_taken_for_smaller_ones(csv: Any) -> None:
    text = HEAD + "".join(f"{1640995200 + 300 * index},{ROW}\n" for index in range(5))
    with pytest.raises(FileFormatError, match="column 'timestamp': the rows lie 5m apart at least, not 1m"):
        read_recording(csv(text), timeframe="1m")
    with pytest.raises(FileFormatError, match=r"row 2, .*does not begin a 15m candle"):
        read_recording(csv(text), timeframe="15m")
    assert len(candles_of(csv(text), "5m")) == 5


def test_missing_candles_are_no_fault(csv: Any) -> None:
    text = HEAD + "".join(f"{1640995200 + 60 * minute},{ROW}\n" for minute in (0, 1, 7, 600))
    assert len(candles_of(csv(text))) == 4


@pytest.mark.parametrize(
    ("name", "content"), [("a.parquet", b"PAR1 no"), ("a.csv.gz", b"\x1f\x8b\x08broken"), ("a.txt", b"x")]
)
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileFormatError, match=name):
        read_recording(path, timeframe="1m")


def test_rows_of_different_length_are_a_fault(csv: Any) -> None:
    with pytest.raises(FileFormatError):
        read_recording(csv(f"{HEAD}1640995200,{ROW},7,8,9\n"), timeframe="1m")


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_recording(tmp_path / "none.csv", timeframe="1m")
    with pytest.raises(ValueError, match="timeframe"):
        read_recording(tmp_path / "none.csv", timeframe="7m")


RECORDED = [
    ("btcusdt-perp-1m-2022-01.csv.gz", "1m", RecordedCandles, 45_031, "2021-12-31 23:01:00"),
    ("usdjpy-1m-bid-2013.csv.gz", "1m", RecordedCandles, 28_761, "2013-02-01 00:00:00"),
    ("usdjpy-1m-ask-2013.csv.gz", "1m", RecordedCandles, 28_761, "2013-02-01 00:00:00"),
    ("usdjpy-ticks.csv.gz", "1m", RecordedTicks, 1_000, "2013-01-01 22:00:00"),
    ("btcusdt-trades.parquet", "1m", RecordedTicks, 2_001, "2021-01-08 00:00:00"),
    ("btcusdt-quotes.parquet", "1m", RecordedTicks, 451, "2021-01-08 00:00:01"),
    ("ethbtc-5m.csv.gz", "5m", RecordedCandles, 5_760, None),
    ("xmrbtc-5m.csv.gz", "5m", RecordedCandles, 5_758, None),
    ("xrpusdt-perp-5m.csv.gz", "5m", RecordedCandles, 1_999, None),
    ("xrpeth-trades.parquet", "1m", RecordedTicks, 12_477, None),
]


@pytest.mark.parametrize(("name", "timeframe", "kind", "count", "first"), RECORDED)
def test_real_recordings_are_read(
    recorded: Path, name: str, timeframe: str, kind: type, count: int, first: str | None
) -> None:
    recording = read_recording(recorded / name, timeframe=timeframe)
    assert isinstance(recording, kind)
    assert len(recording) == count
    time = int(recording.data.time[0]) if isinstance(recording, RecordedCandles) else recording.data[0].time
    if first is not None:
        assert f"{datetime.fromtimestamp(time / 1000, UTC):%Y-%m-%d %H:%M:%S}" == first
