"""A session that was replayed through the whole pipeline, traded again from its record."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from analytics.whatif.history import NoCandles
from analytics.whatif.whatif import NothingRecorded, what_if
from signals.marketdata.candles import CandleArrays
from signals.marketdata.files import RecordedCandles, read_recording
from signals.marketdata.store import CandleStore
from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_session, make_user
from tests.trading.replay.test_replay import write_candles
from trading.models import AutoTradingSession, Decision, Trade
from trading.sessions.session_validation import validate_settings

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = 150
PLAN = {
    "exit_plan": {
        "trailing": {"kind": "ATR", "value": 1.5, "step_percent": 20},
        "break_even": {"trigger_percent": 0.3, "offset_percent": 0.05},
        "targets": [{"percent": 0.5, "portion": 0.5}, {"percent": 1.0, "portion": 0.5}],
        "time_exit_minutes": 8,
    },
    "sizing": {"method": "RISK", "percent": 0.5},
}


def recorded_session(folder: Path, told: dict[str, Any] | None = None) -> AutoTradingSession:
    """A session of one strategy that was replayed alone on its account; its candles are in the store."""
    path, options = write_candles(folder / "abc.csv", COUNT), {}
    if told:
        (folder / "settings.json").write_text(json.dumps(told))
        options["session_settings"] = str(folder / "settings.json")
    call_command("replay", str(path), symbol="ABC", user=make_user().username, strategy=["razor"], **options)
    session = AutoTradingSession.objects.select_related("account").latest("id")
    store(session, candles_of(path))
    return session


def candles_of(path: Path) -> CandleArrays:
    recording = read_recording(str(path), timeframe="1m")
    assert isinstance(recording, RecordedCandles)
    return recording.data


def store(session: AutoTradingSession, candles: CandleArrays, venue: str = "") -> None:
    CandleStore(settings.CANDLE_DIR).write(venue or session.venue, "ABC", "1m", candles)


@pytest.mark.parametrize("told", [None, PLAN], ids=["plain", "plan"])
def test_unchanged_settings_give_what_was_recorded(tmp_path: Path, told: dict[str, Any] | None) -> None:
    session = recorded_session(tmp_path, told)
    found = what_if(session, {})
    trades = Trade.objects.filter(session=session)
    assert trades.count() > 3
    assert found["strayed"] == 0
    assert found["differences"] == []
    recorded, replayed, changed = found["recorded"], found["replayed"], found["changed"]
    assert replayed == changed
    assert recorded["blocked"] == replayed["blocked"]
    for name in ("signals", "approved"):
        assert (
            recorded[name]
            == replayed[name]
            == Decision.objects.filter(
                session=session, **({} if name == "signals" else {"verdict": "APPROVED"})
            ).count()
        )
    core = recorded["figures"]["core"]
    assert core["trades"] == trades.count()
    assert core["total_pnl"] == pytest.approx(sum(float(trade.realized_pnl) for trade in trades), abs=1e-6)
    for name, value in core.items():
        assert replayed["figures"]["core"][name] == pytest.approx(value, rel=1e-6, abs=1e-6), name
    assert recorded["equity"][-1]["equity"] == pytest.approx(replayed["equity"][-1]["equity"], abs=1e-6)


def test_other_settings_differ_where_they_should(tmp_path: Path) -> None:
    """One replay for all of it: replays take their time."""
    session = recorded_session(tmp_path)
    a_tighter_limit_gives_fewer_trades_and_says_which(session)
    other_sizes_and_exits(session)
    a_part_of_the_time_begins_with_the_balance_of_then(session)
    candles_that_are_missing_are_named(session, candles_of(tmp_path / "abc.csv"))
    the_api_says_the_same(session)
    refusals_by_hand_are_left_out(session)


def a_tighter_limit_gives_fewer_trades_and_says_which(session: AutoTradingSession) -> None:
    found = what_if(session, validate_settings({"risk": {"max_trades_per_day": 2}}))
    recorded, changed = found["recorded"]["figures"]["core"]["trades"], found["changed"]["figures"]["core"]["trades"]
    assert 2 <= changed <= 4 < recorded, "the recording spans two days at most"
    assert found["changed"]["blocked"]["trades_today"] > 0
    refused = [row for row in found["differences"] if row["fields"] == ["taken"]]
    assert len(refused) >= recorded - changed
    row = refused[0]
    assert row["recorded"] == row["replayed"]
    assert (row["changed"]["taken"], row["changed"]["refused_by"]) == (False, "trades_today")
    assert Decision.objects.get(pk=row["decision"]).session == session


def other_sizes_and_exits(session: AutoTradingSession) -> None:
    sized = what_if(session, validate_settings({"sizing": {"method": "FIXED", "amount": 40.0}}))
    taken = [row for row in sized["differences"] if row["changed"]["taken"] and row["replayed"]["taken"]]
    assert taken
    for row in taken:
        assert {"quantity", "pnl"} & set(row["fields"])
        assert row["changed"]["entry_price"] == row["replayed"]["entry_price"]
        assert row["changed"]["quantity"] * row["changed"]["entry_price"] == pytest.approx(40.0, rel=0.01)
    timed = what_if(session, validate_settings({"exit_plan": {"time_exit_minutes": 1}}))
    assert {row["changed"]["exit_reason"] for row in timed["differences"] if row["changed"]["taken"]} >= {"TIME"}
    bold = what_if(session, {"account": {"min_confidence": 1.0}})
    assert bold["changed"]["blocked"].get("min_confidence", 0) > 0


def refusals_by_hand_are_left_out(session: AutoTradingSession) -> None:
    before = what_if(session, {})
    decision = Decision.objects.filter(session=session, verdict="APPROVED").earliest("id")
    gate = {
        "name": "session_running",
        "passed": False,
        "figure": 0.0,
        "limit": 1.0,
        "message": "The session is paused.",
    }
    Trade.objects.filter(signal=decision.signal).update(session=None)
    Decision.objects.filter(pk=decision.pk).update(verdict="REJECTED", gates=[gate])
    found = what_if(session, {})
    assert found["left_out"] == {"session_running": 1}
    assert found["replayed"]["signals"] == before["replayed"]["signals"] - 1
    halted = {**gate, "message": "The session is halted: max drawdown percent."}
    Decision.objects.filter(pk=decision.pk).update(gates=[halted])
    assert what_if(session, {})["left_out"] == {}, "a limit halts it anew, or does not"


def candles_that_are_missing_are_named(session: AutoTradingSession, candles: CandleArrays) -> None:
    signal = Decision.objects.filter(session=session).select_related("signal").latest("id").signal
    moment = int(signal.market_time.timestamp() * 1000)
    with pytest.raises(NoCandles, match="elsewhere ABC"):
        what_if(session, {}, venue="elsewhere")
    store(session, candles.take(candles.time != moment), "holey")
    with pytest.raises(NoCandles, match=f"ABC at {signal.market_time:%Y-%m-%dT%H:%M}:00Z"):
        what_if(session, {}, venue="holey")
    store(session, candles, "whole")
    assert what_if(session, {}, venue="whole")["strayed"] == 0


def a_part_of_the_time_begins_with_the_balance_of_then(session: AutoTradingSession) -> None:
    trades = list(Trade.objects.filter(session=session).order_by("id"))
    third = trades[2]
    assert third.signal is not None
    found = what_if(session, {}, start=third.signal.market_time)
    assert found["recorded"]["figures"]["core"]["trades"] == len(trades) - 2
    earlier = 1000 + sum(float(trade.realized_pnl) for trade in trades[:2])
    assert found["replayed"]["equity"][0]["equity"] == pytest.approx(earlier, abs=1e-6)
    assert found["start"] == f"{third.signal.market_time:%Y-%m-%dT%H:%M:%S}Z"
    first = what_if(session, {}, end=third.signal.market_time)
    assert first["recorded"]["figures"]["core"]["trades"] == first["replayed"]["figures"]["core"]["trades"] == 2
    assert first["strayed"] == 0


def the_api_says_the_same(session: AutoTradingSession) -> None:
    client, asked = client_of(session.account.owner), {"session": session.pk, "risk": {"max_trades_per_day": 2}}
    answer = client.post("/api/whatif/", asked, format="json")
    assert answer.status_code == 200, answer.content
    assert answer.json() == json.loads(json.dumps(what_if(session, {"risk": {"max_trades_per_day": 2}})))
    check_error(client.post("/api/whatif/", {**asked, "venue": "elsewhere"}, format="json"), 400, "invalid", "venue")
    check_error(client_of(make_user()).post("/api/whatif/", asked, format="json"), 404, "not_found")


def test_a_session_without_signals_has_nothing_to_replay() -> None:
    with pytest.raises(NothingRecorded):
        what_if(make_session(make_account()), {})
