"""/api/deriv/auto-trading/: one session of a Deriv account, in a Deriv client's words."""

from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.clients import check_error, open_trade
from tests.trading.factories import make_account, make_credential, publish_quote
from trading.accounts import paper
from trading.market import wall_now
from trading.models import Account, AccountMode, AutoTradingSession, KillSwitch, SessionStatus
from trading.sessions import sessions

PATH = "/api/deriv/auto-trading/"
BODY: dict[str, Any] = {
    "strategy": "razor",
    "riskSettings": {
        "maxTradesPerDay": 10,
        "dailyLossLimit": 50,
        "maxStakeSize": 25,
        "riskPerTrade": 2,
        "autoStopDrawdown": 15,
    },
    "signalFilters": {"symbols": ["R_100"], "sources": ["STRATEGY", "API"]},
}


def post(api: APIClient, way: str, body: Any = None, **more: Any) -> Any:
    return api.post(f"{PATH}{way}/", BODY if body is None else body, format="json", **more)


@pytest.fixture
def account(floor: SimpleNamespace) -> Account:
    """A Deriv account of the owner."""
    keys = make_credential(floor.owner, "deriv")
    return make_account(floor.owner, mode=AccountMode.DEMO, broker="deriv", credential=keys)


@pytest.fixture
def on_paper(floor: SimpleNamespace) -> str:
    """The floor's account instead, where a test can trade."""
    sessions.stop(session_id=floor.session.pk)
    return f"?account={floor.account.pk}"


class TestStarting:
    def test_makes_the_session_and_runs_it(self, api: APIClient, account: Account) -> None:
        answer = post(api, "start")
        assert answer.status_code == 201
        told = answer.json()
        session = AutoTradingSession.objects.get(account=account)
        assert (told["isRunning"], told["sessionId"], told["status"]) == (True, session.pk, "RUNNING")
        assert (told["strategy"], told["account"]) == ("razor", account.pk)
        assert (told["riskSettings"], told["signalFilters"]) == (BODY["riskSettings"], BODY["signalFilters"])
        assert (told["todayTrades"], told["todayPnl"], told["openTrades"]) == (0, 0.0, 0)
        assert session.venue == account.venue
        assert session.risk == {
            "max_trades_per_day": 10,
            "daily_loss_limit": 50.0,
            "max_stake": 25.0,
            "risk_per_trade_percent": 2.0,
            "max_drawdown_percent": 15.0,
        }
        assert session.symbols == ["R_100"]
        assert session.started_at is not None

    def test_again_it_tells_what_is_given_and_no_more(self, api: APIClient, account: Account) -> None:
        post(api, "start")
        post(api, "stop", {})
        again = post(api, "start", {"riskSettings": {"maxTradesPerDay": 5, "dailyLossLimit": None}})
        assert (again.status_code, again.json()["isRunning"]) == (200, True)
        assert again.json()["riskSettings"] == {
            **BODY["riskSettings"],
            "maxTradesPerDay": 5,
            "dailyLossLimit": None,
        }
        assert again.json()["strategy"] == "razor"
        assert AutoTradingSession.objects.get(account=account).algorithm.version == 2  # type: ignore[union-attr]

    def test_a_halted_one_goes_on(self, api: APIClient, account: Account) -> None:
        session = AutoTradingSession.objects.get(pk=post(api, "start").json()["sessionId"])
        sessions.halt(session_id=session.pk, limit="max_drawdown_percent", reason="Fell.")
        told = api.get(f"{PATH}status/").json()
        assert (told["isRunning"], told["status"], told["statusReason"]) == (False, "HALTED", "Fell.")
        assert post(api, "start", {}).json()["isRunning"] is True

    def test_not_under_the_kill_switch(self, api: APIClient, account: Account) -> None:
        KillSwitch.objects.create(owner=account.owner, engaged_at=wall_now())
        check_error(post(api, "start"), 409, "kill_switch_engaged")
        assert not AutoTradingSession.objects.filter(account=account).exists(), "nothing is left of it"

    def test_once_for_a_key(self, api: APIClient, account: Account) -> None:
        first, again = (post(api, "start", HTTP_IDEMPOTENCY_KEY="k") for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()

    @pytest.mark.parametrize(
        ("change", "place"),
        [
            ({"strategy": "martingale"}, "strategy"),
            ({"strategy": None}, "strategy"),
            ({"riskSettings": {"maxTradesPerDay": 0}}, "riskSettings.maxTradesPerDay"),
            ({"riskSettings": {"dailyLossLimit": -1}}, "riskSettings.dailyLossLimit"),
            ({"riskSettings": {"riskPerTrade": 101}}, "riskSettings.riskPerTrade"),
            ({"riskSettings": {"autoStopDrawdown": "much"}}, "riskSettings.autoStopDrawdown"),
            ({"riskSettings": {"max_stake": 1}}, "riskSettings.max_stake"),
            ({"signalFilters": {"symbols": ["A B"]}}, "signalFilters.symbols.0"),
            ({"signalFilters": {"sources": ["ORACLE"]}}, "signalFilters.sources.0"),
            ({"risk": {}}, "risk"),
        ],
    )
    def test_what_is_wrong_is_named_in_their_words(
        self, api: APIClient, account: Account, change: dict[str, Any], place: str
    ) -> None:
        check_error(post(api, "start", {**BODY, **change}), 400, "invalid", place)
        assert not AutoTradingSession.objects.filter(account=account).exists()

    def test_the_first_start_names_a_strategy(self, api: APIClient, account: Account) -> None:
        check_error(post(api, "start", {}), 400, "invalid", "strategy")


class TestWhichAccount:
    def test_without_one_there_is_nothing(self, api: APIClient, floor: SimpleNamespace) -> None:
        for way in ("status", "trades", "risk-metrics"):
            check_error(api.get(f"{PATH}{way}/"), 404, "not_found")
        check_error(post(api, "start"), 404, "not_found")
        check_error(post(api, "stop", {}), 404, "not_found")

    def test_of_several_one_is_named(self, api: APIClient, account: Account) -> None:
        keys = make_credential(account.owner, "deriv")
        second = make_account(account.owner, mode=AccountMode.DEMO, broker="deriv", credential=keys)
        check_error(post(api, "start"), 409, "account_needed")
        assert post(api, "start", {**BODY, "account": second.pk}).json()["account"] == second.pk
        assert api.post(f"{PATH}start/?account={account.pk}", BODY, format="json").json()["account"] == account.pk
        assert api.get(f"{PATH}status/?account={second.pk}").json()["isRunning"] is True

    def test_nobody_elses(self, stranger: APIClient, account: Account) -> None:
        check_error(post(stranger, "start"), 404, "not_found")
        check_error(post(stranger, "start", {**BODY, "account": account.pk}), 404, "not_found")
        check_error(stranger.get(f"{PATH}status/?account={account.pk}"), 404, "not_found")


class TestStopping:
    def test_again_it_changes_nothing(self, api: APIClient, account: Account) -> None:
        assert post(api, "stop", {}).json()["isRunning"] is False, "there is none yet"
        post(api, "start")
        first, again = post(api, "stop", {}), post(api, "stop", {})
        assert first.json() == again.json()
        assert (first.json()["isRunning"], first.json()["status"]) == (False, "STOPPED")


class TestTheDay:
    def begin(self, api: APIClient, floor: SimpleNamespace) -> None:
        body = {**BODY, "account": floor.account.pk, "signalFilters": {}}
        body["riskSettings"] = {**BODY["riskSettings"], "maxStakeSize": 100}
        assert post(api, "start", body).status_code == 201

    def test_status_counts_what_is_open_and_closed(self, api: APIClient, floor: SimpleNamespace, on_paper: str) -> None:
        self.begin(api, floor)
        open_trade(floor)
        publish_quote(101.0)
        told = api.get(f"{PATH}status/{on_paper}").json()
        assert (told["todayTrades"], told["openTrades"]) == (1, 1)
        assert told["todayPnl"] == pytest.approx(0.8 * 0.99 - 0.04, abs=1e-3)
        paper.close_by_hand(paper.Trade.objects.get().pk)
        told = api.get(f"{PATH}status/{on_paper}").json()
        assert (told["todayTrades"], told["openTrades"]) == (1, 0)
        assert told["todayPnl"] == pytest.approx(float(paper.Trade.objects.get().realized_pnl), abs=1e-4)

    def test_trades_of_the_session_alone(
        self, api: APIClient, stranger: APIClient, floor: SimpleNamespace, on_paper: str
    ) -> None:
        assert api.get(f"{PATH}trades/{on_paper}").json()["count"] == 0
        self.begin(api, floor)
        own = open_trade(floor)
        told = api.get(f"{PATH}trades/{on_paper}&status=OPEN&limit=1&offset=0").json()
        assert (told["count"], [item["id"] for item in told["results"]]) == (1, [own.pk])
        assert told["results"][0]["unrealized_pnl"] is not None
        assert api.get(f"{PATH}trades/{on_paper}&status=CLOSED").json()["count"] == 0
        assert api.get(f"{PATH}trades/{on_paper}&offset=1").json()["results"] == []
        check_error(api.get(f"{PATH}trades/{on_paper}&status=LOST"), 400, "invalid", "status")
        paper.Trade.objects.update(session=floor.session)
        assert api.get(f"{PATH}trades/{on_paper}").json()["count"] == 0
        check_error(stranger.get(f"{PATH}trades/{on_paper}"), 404, "not_found")

    def test_risk_metrics_tell_how_full_each_limit_is(
        self, api: APIClient, floor: SimpleNamespace, on_paper: str
    ) -> None:
        check_error(api.get(f"{PATH}risk-metrics/{on_paper}"), 404, "not_found")
        self.begin(api, floor)
        trade = open_trade(floor)
        publish_quote(95.0)
        told = api.get(f"{PATH}risk-metrics/{on_paper}").json()
        limits = {item["name"]: item for item in told["limits"]}
        assert list(limits) == list(BODY["riskSettings"])
        assert (limits["maxTradesPerDay"]["figure"], limits["maxTradesPerDay"]["percent"]) == (1.0, 10.0)
        assert limits["maxStakeSize"]["figure"] == pytest.approx(80.0, abs=0.1)
        assert limits["riskPerTrade"]["figure"] == pytest.approx(0.09, abs=0.01)  # 0.8 to lose 1 each, and fees
        assert limits["dailyLossLimit"]["percent"] == pytest.approx(2 * limits["dailyLossLimit"]["figure"])
        assert told["todayPnl"] == pytest.approx(-limits["dailyLossLimit"]["figure"], abs=1e-3)
        assert told["equity"] == pytest.approx(1000 + told["todayPnl"], abs=1e-3)
        assert told["peakEquity"] == 1000.0
        assert told["drawdownPercent"] == pytest.approx((1000 - told["equity"]) / 10, abs=1e-3)
        assert told["exposurePercent"] == pytest.approx(8.0, abs=0.01)
        assert (told["consecutiveLosses"], told["openTrades"]) == (0, 1)
        paper.close_by_hand(trade.pk)
        assert api.get(f"{PATH}risk-metrics/{on_paper}").json()["consecutiveLosses"] == 1

    def test_a_limit_that_is_not_set_says_so(self, api: APIClient, floor: SimpleNamespace, on_paper: str) -> None:
        post(api, "start", {"strategy": "razor", "account": floor.account.pk})
        told = api.get(f"{PATH}risk-metrics/{on_paper}").json()
        assert [(item["limit"], item["percent"]) for item in told["limits"]] == [(None, None)] * 5
        assert AutoTradingSession.objects.latest("id").status == SessionStatus.RUNNING
