"""manage.py parity."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from signals.marketdata.store import CandleStore
from tests.analytics.backtest.candles import wild_candles
from tests.analytics.parity.test_parity import CASES, MODEL, VENUE, instrument, on_paper
from trading.models import AutoTradingSession, Trade
from trading.sessions.session_validation import validate_settings

pytestmark = pytest.mark.django_db(transaction=True)
CANDLES = wild_candles(420, seed=8)


def parity(session: AutoTradingSession, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    try:
        call_command("parity", str(session.pk), json=True, stdout=out, **options)
    except CommandError as error:
        if error.returncode != 1 or not out.getvalue():
            raise
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def session(settings: Any, tmp_path: Path) -> AutoTradingSession:
    settings.CANDLE_DIR = tmp_path
    CandleStore(tmp_path).write(VENUE, "ABC", "1m", CANDLES)
    told = validate_settings(CASES["several targets"])
    return on_paper(CANDLES, instrument(), [{"name": "razor", "params": {}}], MODEL, told)


@pytest.mark.parametrize("signals", ["strategies", "recorded"])
def test_a_replayed_session_agrees(session: AutoTradingSession, signals: str) -> None:
    found = parity(session, signals=signals)
    assert found["differences"] == []
    assert found["agreeing"] == found["recorded"] == found["replayed"] > 3
    out = io.StringIO()
    call_command("parity", str(session.pk), signals=signals, stdout=out)
    assert f"{found['agreeing']} agree" in out.getvalue()


def test_from_a_file(session: AutoTradingSession, tmp_path: Path) -> None:
    path = tmp_path / "abc.csv"
    CandleStore(tmp_path).export(VENUE, "ABC", "1m", path)
    assert parity(session, data=str(path))["differences"] == []


def test_candles_behind_the_sessions_end_change_nothing(session: AutoTradingSession, tmp_path: Path) -> None:
    later = wild_candles(200, seed=9, start=int(CANDLES.time[-1]) + 60_000)
    CandleStore(tmp_path).write(VENUE, "ABC", "1m", later)
    assert parity(session)["differences"] == []


def test_what_was_edited_is_named(session: AutoTradingSession) -> None:
    first, second = Trade.objects.filter(session=session).order_by("opened_at")[:2]
    Trade.objects.filter(pk=first.pk).update(realized_pnl=first.realized_pnl + 1)
    Trade.objects.filter(pk=second.pk).update(direction="SHORT" if second.direction == "LONG" else "LONG")
    found = parity(session)["differences"]
    assert [item["fields"] for item in found if item["fields"]] == [["pnl"]]
    causes = [item["cause"] for item in found if not item["fields"]]
    assert len(causes) == 2
    assert all(causes)


def test_where_candles_are_missing(session: AutoTradingSession, settings: Any, tmp_path: Path) -> None:
    settings.CANDLE_DIR = tmp_path / "elsewhere"
    with pytest.raises(CommandError, match="--data"):
        parity(session)
    CandleStore(settings.CANDLE_DIR).write(VENUE, "ABC", "1m", CANDLES.slice(0, 300))
    found = parity(session)
    assert {item["cause"] for item in found["differences"] if item["replayed"] is None} >= {
        "no candle is stored of that time"
    }


def test_unknown_sessions_are_named() -> None:
    with pytest.raises(CommandError, match="session: there is none"):
        call_command("parity", "77")
