"""/api/backtests/."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group

from analytics.jobs import steps
from analytics.models import Backtest, JobStatus, Trial
from tests.analytics.market import START_MS, data_of, store_candles
from tests.clients import check_error, client_of
from tests.trading.factories import make_user
from trading import queueing
from trading.models import Event

FAST, SLOW = "strategies.0.params.fast", "strategies.0.params.slow"
CONFIG = {"strategies": [{"name": "ema-cross", "params": {"fast": 9, "slow": 21}}], "account": {"currency": "USD"}}
SWEEP = {
    "kind": "SWEEP", "config": CONFIG, "data": data_of(),
    "search": {"space": {FAST: {"values": [5, 9]}, SLOW: {"values": [20, 30]}}, "maximize": "core.total_pnl"},
}  # fmt: skip
RUN = {"kind": "RUN", "name": "First", "config": CONFIG, "data": data_of("AAA", "BBB")}


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path, db: None) -> Iterator[None]:
    settings.CANDLE_DIR = tmp_path
    store_candles("AAA", "BBB")
    with queueing.inline():
        yield


class Desk:
    def __init__(self) -> None:
        self.user = make_user()
        self.api = client_of(self.user)

    def get(self, path: str, **asked: Any) -> Any:
        return self.api.get(f"/api/backtests/{path}", asked)

    def post(self, path: str = "", body: Any = None, **headers: str) -> Any:
        return self.api.post(f"/api/backtests/{path}", body, format="json", headers=headers)

    def done(self, body: Any) -> int:
        answer = self.post(body=body)
        assert answer.status_code == 201, answer.content
        pk: int = answer.json()["id"]
        steps.begin(backtest_id=pk, runner="test")
        return pk


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestAsking:
    def test_it_is_queued_and_recorded(self, desk: Desk) -> None:
        made = desk.post(body=RUN).json()
        assert (made["status"], made["done"], made["total"], made["name"]) == ("QUEUED", 0, 1, "First")
        assert made["config"]["account"] == {"currency": "USD"}
        assert Event.objects.filter(payload__action="backtest.created", owner=desk.user).exists()

    def test_workers_are_told_after_the_commit(self, desk: Desk, django_capture_on_commit_callbacks: Any) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            made = desk.post(body=SWEEP).json()
        shown = desk.get(f"{made['id']}/").json()
        assert (shown["status"], shown["done"], shown["total"]) == ("DONE", 4, 4)

    def test_once_by_its_key(self, desk: Desk) -> None:
        first, second = (desk.post(body=RUN, **{"Idempotency-Key": "k"}).json() for _ in range(2))
        assert first == second
        assert Backtest.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"kind": "NOPE"}, "kind"),
            ({"name": "x" * 101}, "name"),
            ({"config": {"strategies": []}}, "config.strategies"),
            ({"config": {**CONFIG, "account": {"balance": 0}}}, "config.account.balance"),
            ({"config": []}, "config"),
            ({"data": data_of("NOPE")}, "data.symbols"),
            ({"data": data_of(timeframe="7m")}, "data.timeframe"),
            ({"data": data_of(venue="../x")}, "data.venue"),
            ({"search": {"space": {}}}, "search"),
            ({"more": 1}, "more"),
            ({"kind": "SWEEP"}, "search.space"),
            ({"kind": "SWEEP", "search": {"space": {FAST: {"values": [1]}}}}, f"search.space.{FAST}"),
        ],
    )
    def test_what_is_wrong_is_named(self, desk: Desk, change: dict[str, Any], field: str) -> None:
        check_error(desk.post(body={**RUN, **change}), 400, "invalid", field)
        assert not Backtest.objects.exists()

    def test_limits(self, desk: Desk, settings: Any) -> None:
        settings.BACKTESTS_AT_ONCE, settings.BACKTESTS_KEPT = 1, 2
        assert desk.post(body=RUN).status_code == 201
        check_error(desk.post(body=RUN), 409, "too_many_running")
        assert Desk().post(body=RUN).status_code == 201, "they are each user's own"
        Backtest.objects.update(status=JobStatus.DONE)
        assert desk.post(body=RUN).status_code == 201
        Backtest.objects.update(status=JobStatus.DONE)
        check_error(desk.post(body=RUN), 409, "too_many_kept")

    def test_more_candles_than_allowed(self, desk: Desk, settings: Any) -> None:
        settings.BACKTEST_MAX_CANDLES = 5999
        shown = desk.get(f"{desk.done(RUN)}/").json()
        assert shown["status"] == "FAILED"
        assert "6,000 candles" in shown["error"]


class TestLife:
    def test_cancel_resume_delete(self, desk: Desk) -> None:
        pk = desk.post(body=SWEEP).json()["id"]
        assert [desk.post(f"{pk}/cancel/").json()["status"] for _ in range(2)] == ["CANCELLED", "CANCELLED"]
        assert desk.post(f"{pk}/resume/").json()["status"] == "QUEUED"
        check_error(desk.post(f"{pk}/resume/"), 409, "not_resumable")
        steps.begin(backtest_id=pk, runner="test")
        assert desk.get(f"{pk}/").json()["status"] == "DONE"
        assert desk.api.delete(f"/api/backtests/{pk}/").status_code == 204
        check_error(desk.get(f"{pk}/"), 404, "not_found")
        assert not Trial.objects.exists()

    def test_a_viewer_reads(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        desk.user.groups.add(Group.objects.get(name="viewer"))
        assert desk.get(f"{pk}/trades/").status_code == 200
        check_error(desk.post(body=RUN), 403, "role_viewer")


class TestResults:
    def test_a_run(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        shown = desk.get(f"{pk}/").json()
        assert shown["status"] == "DONE"
        assert shown["result"]["approved"] <= shown["result"]["signals"]
        assert [report["symbol"] for report in shown["gaps"]] == ["AAA", "BBB"]
        listed = desk.get("", kind="RUN", status="DONE").json()
        assert listed["count"] == 1
        assert listed["results"][0]["figures"] == {name: shown["figures"][name] for name in ("core", "risk")}
        assert desk.get("", kind="SWEEP").json()["results"] == []

    def test_trades(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        core = desk.get(f"{pk}/").json()["figures"]["core"]
        page = desk.get(f"{pk}/trades/", limit=3, offset=2).json()
        assert page["count"] == core["trades"]
        assert [row["number"] for row in page["results"]] == [3, 4, 5]
        every = desk.get(f"{pk}/trades/", limit=500).json()["results"]
        assert sum(row["pnl"] for row in every) == pytest.approx(core["total_pnl"])
        assert {row["symbol"] for row in every} == {"AAA", "BBB"}
        assert all(row["opened_at"] <= row["closed_at"] for row in every)
        assert desk.get(f"{pk}/trades/", limit=10, offset=10_000).json()["results"] == []

    def test_before_it_is_done(self, desk: Desk) -> None:
        pk = desk.post(body=RUN).json()["id"]
        assert desk.get(f"{pk}/trades/").json()["results"] == []
        check_error(desk.get(f"{pk}/export/"), 409, "not_done")

    def test_trials_the_best_first(self, desk: Desk) -> None:
        pk = desk.done(SWEEP)
        rows = desk.get(f"{pk}/trials/").json()["results"]
        assert [row["score"] for row in rows] == sorted((row["score"] for row in rows), reverse=True)
        assert rows[0]["params"] == desk.get(f"{pk}/").json()["validation"]["best"]["params"]
        assert [row["number"] for row in desk.get(f"{pk}/trials/", order="number").json()["results"]] == [0, 1, 2, 3]

    def test_heatmap(self, desk: Desk) -> None:
        pk = desk.done(SWEEP)
        found = desk.get(f"{pk}/heatmap/", x=FAST, y=SLOW).json()
        assert (found["x"]["values"], found["y"]["values"]) == ([5, 9], [20, 30])
        rows = desk.get(f"{pk}/trials/").json()["results"]
        scores = {(row["params"][FAST], row["params"][SLOW]): row["score"] for row in rows}
        assert found["cells"] == [[scores[fast, slow] for fast in (5, 9)] for slow in (20, 30)]
        trades = desk.get(f"{pk}/heatmap/", x=FAST, y=SLOW, figure="core.trades").json()["cells"]
        assert all(isinstance(count, int | float) for row in trades for count in row)
        check_error(desk.get(f"{pk}/heatmap/", x=FAST, y="account.leverage"), 400, "invalid", "y")

    def test_candles_gathered_into_few(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        whole = desk.get(f"{pk}/candles/", symbol="BBB").json()
        assert whole["timeframe"] == "5m"
        assert len(whole["candles"]) == 600
        some = desk.get(f"{pk}/candles/", start="2022-01-01T01:00:00Z", end="2022-01-01T02:00:00Z").json()
        assert (some["symbol"], some["timeframe"], len(some["candles"])) == ("AAA", "1m", 60)
        assert some["candles"][0]["time"] == START_MS // 1000 + 3600
        check_error(desk.get(f"{pk}/candles/", symbol="NOPE"), 400, "invalid", "symbol")

    def test_compare(self, desk: Desk) -> None:
        first, second = desk.done(RUN), desk.done(SWEEP)
        runs = desk.get("compare/", ids=f"{second},{first}").json()["runs"]
        assert [run["id"] for run in runs] == [second, first]
        assert all(set(run["figures"]) == {"core", "risk", "activity"} and run["equity"] for run in runs)
        assert runs[0]["currency"] == "USD"
        check_error(Desk().get("compare/", ids=f"{first}"), 404, "not_found")
        check_error(desk.get("compare/", ids="1,x"), 400, "invalid", "ids")

    def test_options(self, desk: Desk) -> None:
        found = desk.get("options/").json()
        assert {item["symbol"]: item["rows"] for item in found["series"]} == {"AAA": 3000, "BBB": 3000}
        assert (
            "fast" in next(item for item in found["strategies"] if item["name"] == "ema-cross")["schema"]["properties"]
        )
        assert "risk.sharpe" in found["figures"]


class TestExport:
    def test_csv(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        answer = desk.get(f"{pk}/export/", type="csv")
        assert answer["Content-Disposition"] == f'attachment; filename="backtest-{pk}.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert len(rows) == desk.get(f"{pk}/").json()["figures"]["core"]["trades"]
        assert {row["symbol"] for row in rows} == {"AAA", "BBB"}

    def test_the_equity(self, desk: Desk) -> None:
        pk = desk.done(RUN)
        answer = desk.get(f"{pk}/export/", type="csv", of="equity")
        assert answer["Content-Disposition"] == f'attachment; filename="backtest-{pk}-equity.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
        assert list(rows[0]) == ["time", "equity", "balance"]
        made = float(rows[-1]["equity"]) - float(rows[0]["equity"])
        assert made == pytest.approx(desk.get(f"{pk}/").json()["figures"]["core"]["total_pnl"])
        assert desk.get(f"{pk}/export/", type="parquet", of="equity").content.startswith(b"PAR1")
        check_error(desk.get(f"{pk}/export/", of="orders"), 400, "invalid", "of")

    @pytest.mark.parametrize(
        ("kind", "begins"), [("parquet", b"PAR1"), ("html", b"<!doctype html>"), ("pdf", b"%PDF-")]
    )
    def test_others(self, desk: Desk, kind: str, begins: bytes) -> None:
        assert desk.get(f"{desk.done(SWEEP)}/export/", type=kind).content.startswith(begins)
