from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from analytics.api import lookahead
from signals.marketdata.store import CandleStore
from tests.analytics.validation import strategies as faulty
from tests.clients import check_error, client_of
from tests.signals.marketdata.bars import random_candles
from tests.trading.factories import make_user

PATH = "/api/analytics/lookahead/"
DATA = {"venue": "binance", "symbols": ["BTCUSDT"], "timeframe": "1m"}


@pytest.fixture
def api(db: None, settings: Any, tmp_path: Path) -> APIClient:
    settings.CANDLE_DIR = tmp_path
    for symbol, seed in (("BTCUSDT", 1), ("ETHUSDT", 2)):
        CandleStore(tmp_path).write("binance", symbol, "1m", random_candles(700, seed=seed))
    return client_of(make_user())


def test_a_strategy_is_judged_on_each_symbol(api: APIClient) -> None:
    body = {"strategy": "razor", "params": {"fast": 8}, "data": {**DATA, "symbols": ["BTCUSDT", "ETHUSDT"]}}
    answer = api.post(PATH, body, format="json")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    assert (found["strategy"], found["params"]["fast"], found["params"]["slow"], found["timeframe"]) == (
        "razor", 8, 21, "1m",
    )  # fmt: skip
    assert [(item["symbol"], item["verdict"]) for item in found["markets"]] == [
        ("BTCUSDT", "CLEAN"),
        ("ETHUSDT", "CLEAN"),
    ]
    first = found["markets"][0]
    assert (first["lookahead"]["bars"], first["lookahead"]["cuts"], first["lookahead"]["is_clean"]) == (700, 60, True)
    live = next(item for item in first["recursive"]["windows"] if item["window"] == 500)
    assert live["deviation_percent"]["ema_slow"] < 1e-6


def test_a_cheat_is_told(api: APIClient) -> None:
    with faulty.registered(faulty.peeks):
        found = api.post(PATH, {"strategy": "peeks", "data": DATA}, format="json").json()["markets"][0]
    assert found["verdict"] == "LOOK_AHEAD"
    assert found["lookahead"]["differences"][0]["column"] == "direction"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"strategy": "none"}, "strategy"),
        ({"params": {"fast": 0}}, "params"),
        ({"data": {**DATA, "symbols": ["NONE"]}}, "data.symbols"),
        ({"data": {**DATA, "start": "2024-01-01"}}, "data.start"),
        ({"data": {**DATA, "timeframe": "2m"}}, "data.timeframe"),
        ({"data": None}, "data"),
        ({"cuts": 5}, "cuts"),
    ],
)
def test_what_is_wrong_is_named(api: APIClient, change: dict[str, Any], field: str) -> None:
    body = {"strategy": "razor", "data": DATA, **change}
    check_error(api.post(PATH, body, format="json"), 400, "invalid", field)


def test_a_strategy_that_fails_and_too_many_candles_are_told(api: APIClient, monkeypatch: Any) -> None:
    with faulty.registered(faulty.fails):
        check_error(api.post(PATH, {"strategy": "fails", "data": DATA}, format="json"), 400, "invalid", "strategy")
    monkeypatch.setattr(lookahead, "MOST_CANDLES", 699)
    check_error(api.post(PATH, {"strategy": "razor", "data": DATA}, format="json"), 400, "invalid", "data.start")


def test_nobody_keeps_the_processors_to_himself(api: APIClient, monkeypatch: Any) -> None:
    monkeypatch.setattr(lookahead.AnalysisThrottle, "rate", "1/min")
    body = {"strategy": "ema-cross", "data": DATA}
    assert api.post(PATH, body, format="json").status_code == 200
    check_error(api.post(PATH, body, format="json"), 429, "throttled")
