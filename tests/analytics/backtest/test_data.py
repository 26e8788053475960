from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analytics.backtest import data as loading
from analytics.backtest.data import DataError, load_markets, market_from_file
from analytics.backtest.validation import validate_data
from brokers.instruments import remember_instruments
from brokers.interface import Instrument
from signals.marketdata.aggregate import aggregate
from signals.marketdata.store import CandleStore
from tests.signals.marketdata.bars import START, random_candles, same

MINUTE = 60_000


@pytest.fixture
def store(tmp_path: Path) -> CandleStore:
    return CandleStore(tmp_path / "candles")


def asked(**given: Any) -> dict[str, Any]:
    return validate_data({"venue": "binance", "symbols": ["BTCUSDT"], "timeframe": "5m", **given})


@pytest.mark.django_db
def test_markets_come_with_their_instruments_detail_and_gaps(store: CandleStore) -> None:
    fine = random_candles(500)
    coarse = aggregate(fine, "1m", "5m")
    holed = coarse.take((coarse.time < coarse.time[10]) | (coarse.time > coarse.time[12]))
    store.write("binance", "BTCUSDT", "1m", fine)
    store.write("binance", "BTCUSDT", "5m", holed)
    store.write("binance", "ETH/USDT:USDT", "5m", coarse)
    told = Instrument("binance", "BTCUSDT", "SPOT", 0.01, 0.001, 0.001, 5.0)
    remember_instruments([told])
    found = load_markets(asked(symbols=["ETH/USDT:USDT", "BTCUSDT"], detail_timeframe="1m"), store=store)
    ether, bitcoin = found.markets
    assert (found.timeframe, ether.symbol, ether.instrument.market_type) == ("5m", "ETH/USDT:USDT", "FUTURES")
    assert ether.detail is None
    assert bitcoin.instrument == told
    assert same(bitcoin.candles, holed)
    assert bitcoin.detail is not None
    assert len(bitcoin.detail) == 500
    report = found.gaps[1].as_json()
    assert (report["symbol"], report["missing"], report["gaps"], report["longest"]["missing"]) == ("BTCUSDT", 3, 1, 3)
    assert found.gaps[0].gaps == 0


@pytest.mark.django_db
def test_only_the_time_that_was_asked_for_is_read(store: CandleStore) -> None:
    store.write("binance", "BTCUSDT", "5m", aggregate(random_candles(500), "1m", "5m"))
    store.write("binance", "BTCUSDT", "1m", random_candles(500))
    given = asked(start="2022-01-01T00:10:00Z", end="2022-01-01T01:00:00Z", detail_timeframe="1m")
    market = load_markets(given, store=store).markets[0]
    assert market.candles.time.tolist() == list(range(START + 10 * MINUTE, START + 60 * MINUTE, 5 * MINUTE))
    assert market.detail is not None
    assert (market.detail.time[0], market.detail.time[-1]) == (START + 10 * MINUTE, START + 59 * MINUTE)
    early = load_markets(asked(start="2021-12-31T23:00:00Z", end="2022-01-01T12:00:00Z"), store=store).gaps[0]
    assert (early.late, early.early) == (12, 44)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"symbols": ["BTCUSDT", "NONE"]}, "data.symbols"),
        ({"venue": "nowhere"}, "data.symbols"),
        ({"start": "2023-01-01"}, "data.start"),
        ({"end": "2021-01-01"}, "data.start"),
    ],
)
def test_what_cannot_be_had_is_named(store: CandleStore, given: dict[str, Any], field: str) -> None:
    store.write("binance", "BTCUSDT", "5m", aggregate(random_candles(500), "1m", "5m"))
    with pytest.raises(DataError, match=f"^{field}: ") as caught:
        load_markets(asked(**given), store=store)
    assert caught.value.field == field


@pytest.mark.django_db
def test_there_is_an_end_to_what_is_held(store: CandleStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_CANDLES", 99)
    store.write("binance", "BTCUSDT", "5m", aggregate(random_candles(500), "1m", "5m"))
    with pytest.raises(DataError, match="more than 99 candles"):
        load_markets(asked(), store=store)


def test_a_file_of_candles_or_ticks_is_a_market(tmp_path: Path) -> None:
    path, candles = tmp_path / "in.csv", random_candles(50)
    lines = [",".join(str(value) for value in row) for row in candles.rows()]
    path.write_text("\n".join(["time,open,high,low,close,volume", *lines]))
    found = market_from_file(path, "BTC-PERP", "1m", start="2022-01-01T00:10:00Z")
    assert same(found.markets[0].candles, candles.slice(10, 50))
    assert found.markets[0].instrument.market_type == "FUTURES"
    with pytest.raises(DataError, match=r"^data.start: in.csv has no 1m candles there"):
        market_from_file(path, "BTC", "1m", start="2023-01-01")
    ticks = tmp_path / "ticks.csv"
    ticks.write_text("time,price\n" + "".join(f"{START + 30_000 * index},{1 + index}\n" for index in range(7)))
    market = market_from_file(ticks, "BTC", "1m").markets[0]
    assert market.instrument.market_type == "SPOT"
    np.testing.assert_array_equal(market.candles.close, [2.0, 4.0, 6.0])
