"""`manage.py candles download` and `gaps`."""

import asyncio
import json
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from brokers.instruments import instrument_for
from signals.management import download
from signals.marketdata.download import Downloader
from signals.marketdata.store import CandleStore
from tests.signals.marketdata.bars import START, random_candles
from tests.signals.marketdata.exchange import Exchange, exchange_server

MINUTE = 60_000
NOW_MS = START + 100 * MINUTE
PLACE = ("binance", "BTC/USDT", "--timeframe", "1m")
SERIES = ("--venue", "binance", "--symbol", "BTC/USDT", "--timeframe", "1m")


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> CandleStore:
    settings.CANDLE_DIR = tmp_path / "candles"
    return CandleStore(settings.CANDLE_DIR)


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Iterator[Exchange]:
    """The exchange in a thread of its own, and downloads going there."""
    loop, ready, made = asyncio.new_event_loop(), threading.Event(), []

    async def serve() -> None:
        async with exchange_server(NOW_MS) as exchange:
            made.append(exchange)
            ready.set()
            await over.wait()

    over = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    there = partial(Downloader, config=made[0].config(), clock=lambda: made[0].now / 1000)
    monkeypatch.setattr(download, "Downloader", there)
    yield made[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(10)
    loop.close()


@pytest.mark.django_db
def test_a_download_ends_with_the_report_of_gaps(store: CandleStore, exchange: Exchange, capsys: Any) -> None:
    call_command("candles", "download", *PLACE, "--from", "2022-01-01", "--to", "2022-01-01T02:00:00Z", "--limit", "30")
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "Stored 98 candles of binance BTC/USDT 1m.",
        "BTC/USDT 1m: 98 candles, 2022-01-01T00:00:00Z to 2022-01-01T01:39:00Z",
        "ends 20 candles before the end of the time that was asked for",
        "missing 2 in 2 gaps, at most 1 in a row",
        "        1 from 2022-01-01T00:07:00Z to 2022-01-01T00:07:00Z",
        "        1 from 2022-01-01T01:07:00Z to 2022-01-01T01:07:00Z",
    ]
    assert "100/100" in told.err
    known = instrument_for("binance", "BTC/USDT")
    assert known is not None
    assert known.tick_size == 0.01


def test_gaps_of_what_is_stored(store: CandleStore, capsys: Any) -> None:
    candles = random_candles(60)
    store.write("binance", "BTC/USDT", "1m", candles.take([at % 2 == 0 or at < 9 for at in range(60)]))
    call_command("candles", "gaps", *SERIES)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "missing 25 in 25 gaps, at most 1 in a row"
    assert lines[-1] == "  and 5 gaps that are smaller"
    call_command("candles", "gaps", *SERIES, "--json", "--from", "2021-12-31T23:50:00Z", "--to", "2022-01-01T00:09:00")
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["gaps"], found["late"], found["early"]) == (9, 0, 10, 0)
    call_command("candles", "gaps", *SERIES, "--to", "2022-01-01T00:09:00Z")
    assert capsys.readouterr().out.splitlines()[1] == "no gaps"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("download", "nowhere", *PLACE[1:], "--from", "2022-01-01"), "ccxt has no 'nowhere'"),
        (("download", *PLACE), "required: --from"),
        (("download", *PLACE, "--from", "soon"), "--from: a date such as"),
        (("download", *PLACE, "--from", "2022-01-02", "--to", "2022-01-02"), "--to: it must be after"),
        (("download", *PLACE, "--from", "2022-01-02", "--limit", "0"), "--limit: a number of 1"),
        (("gaps", *SERIES), "no candles of binance BTC/USDT 1m"),
    ],
)
def test_what_is_wrong_is_told(store: CandleStore, arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("candles", *arguments)
