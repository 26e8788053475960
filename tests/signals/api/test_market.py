"""/api/market/ and /api/strategies/."""

from pathlib import Path

import pytest
import redis
from rest_framework.test import APIClient

from signals.api import market
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.window import CandleWindow
from tests.clients import check_error, client_of
from tests.trading.factories import make_instrument, make_user, publish_quote

MINUTE = 60_000


@pytest.fixture
def api(db: None) -> APIClient:
    return client_of(make_user())


@pytest.fixture
def candle_dir(tmp_path: Path, settings) -> Path:
    settings.CANDLE_DIR = tmp_path
    return tmp_path


def candles(first: int, count: int, price: float = 100.0) -> CandleArrays:
    return CandleArrays.from_rows(
        (n * MINUTE, price, price + 1, price - 1, price + 0.5, 7.0) for n in range(first, first + count)
    )


def window(redis_url: str) -> CandleWindow:
    return CandleWindow(redis.Redis.from_url(redis_url))


def test_symbols_with_their_prices(api: APIClient, redis_url: str) -> None:
    make_instrument("ABC")
    make_instrument("XYZ")
    make_instrument("OTHER", venue="binance")
    publish_quote(110.0)
    window(redis_url).append_arrays("sim", "ABC", "1m", candles(0, 5))
    rows = api.get("/api/market/symbols/").json()["symbols"]
    assert [(row["symbol"], row["last"], row["change_percent"]) for row in rows] == [
        ("ABC", 110.0, 10.0),
        ("XYZ", None, None),
    ]
    assert (rows[0]["venue"], rows[0]["market_type"], rows[0]["tick_size"]) == ("sim", "SPOT", 0.01)
    other = api.get("/api/market/symbols/?venue=binance").json()["symbols"]
    assert [row["symbol"] for row in other] == ["OTHER"]
    assert api.get("/api/market/symbols/?venue=none").json() == {"symbols": []}


def test_the_feeds_that_name_their_symbols(api: APIClient, settings) -> None:
    settings.VENUES = ["binance:BTC/USDT"]
    make_instrument("BTC/USDT", venue="binance")
    assert len(api.get("/api/market/symbols/").json()["symbols"]) == 1


def test_candles_from_the_window(api: APIClient, redis_url: str, candle_dir: Path) -> None:
    window(redis_url).append_arrays("sim", "ABC", "1m", candles(10, 5))
    got = api.get("/api/market/candles/?venue=sim&symbol=ABC&limit=3").json()["candles"]
    assert [bar["time"] for bar in got] == [12 * 60, 13 * 60, 14 * 60]
    assert got[0] == {"time": 720, "open": 100.0, "high": 101.0, "low": 99.0, "close": 100.5, "volume": 7.0}


def test_older_candles_from_the_store(api: APIClient, redis_url: str, candle_dir: Path) -> None:
    CandleStore(candle_dir).write("sim", "BTC/USDT", "1m", candles(0, 12, price=50.0))
    window(redis_url).append_arrays("sim", "BTC/USDT", "1m", candles(10, 5))
    got = api.get("/api/market/candles/?venue=sim&symbol=BTC/USDT&limit=10").json()["candles"]
    assert [bar["time"] // 60 for bar in got] == list(range(5, 15))
    assert [bar["open"] for bar in got] == [50.0] * 5 + [100.0] * 5


def test_candles_before_a_time(api: APIClient, redis_url: str, candle_dir: Path) -> None:
    CandleStore(candle_dir).write("sim", "BTC/USDT", "1m", candles(0, 12, price=50.0))
    window(redis_url).append_arrays("sim", "BTC/USDT", "1m", candles(10, 8))

    def minutes(before: int, limit: int) -> list[int]:
        asked = f"venue=sim&symbol=BTC/USDT&limit={limit}&before={before}"
        return [bar["time"] // 60 for bar in api.get(f"/api/market/candles/?{asked}").json()["candles"]]

    assert minutes(14 * 60, 6) == list(range(8, 14))
    assert minutes(14 * 60 + 1, 3) == [12, 13, 14]
    assert minutes(5 * 60, 500) == list(range(5))
    assert minutes(30 * 60, 10) == []


def test_unknown_markets_have_no_candles(api: APIClient, candle_dir: Path) -> None:
    assert api.get("/api/market/candles/?venue=sim&symbol=NONE").json() == {"candles": []}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("symbol=ABC", "venue"),
        ("venue=sim", "symbol"),
        ("venue=..&symbol=ABC", "venue"),
        ("venue=sim&symbol=../../etc", "symbol"),
        ("venue=sim&symbol=%00", "symbol"),
        ("venue=sim&symbol=ABC&timeframe=7m", "timeframe"),
        ("venue=sim&symbol=ABC&limit=0", "limit"),
        ("venue=sim&symbol=ABC&before=-1", "before"),
        ("venue=sim&symbol=ABC&before=253402300800", "before"),
        ("venue=sim&symbol=ABC&limit=5001", "limit"),
        ("venue=sim&symbol=ABC&limit=²", "limit"),
        ("venue=sim&symbol=ABC&limit=x", "limit"),
        (f"venue=sim&symbol={'A' * 41}", "symbol"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, given: str, field: str) -> None:
    check_error(api.get(f"/api/market/candles/?{given}"), 400, "invalid", field)


def test_without_redis_the_store_still_answers(
    api: APIClient, candle_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    CandleStore(candle_dir).write("sim", "ABC", "1m", candles(0, 3))
    make_instrument("ABC")
    down = redis.Redis(port=1, socket_connect_timeout=0.1)
    monkeypatch.setattr(market, "_client", lambda url: down)
    assert len(api.get("/api/market/candles/?venue=sim&symbol=ABC").json()["candles"]) == 3
    check_error(api.get("/api/market/symbols/"), 503, "market_data_unavailable")


def test_strategies_and_their_parameters(api: APIClient) -> None:
    rows = api.get("/api/strategies/").json()["strategies"]
    assert [row["name"] for row in rows] == ["ema-cross", "razor", "rules", "signalist-sma-3c"]
    for row in rows:
        assert row["title"]
        assert row["description"]
        assert row["parameters"]["type"] == "object"
        for parameter in row["parameters"]["properties"].values():
            assert {"type", "default", "description"} <= set(parameter)
            assert parameter["type"] == "object" or {"minimum", "maximum"} <= set(parameter)
