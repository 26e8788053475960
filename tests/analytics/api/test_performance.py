"""/api/analytics/: what is asked for, of whom, in which words. The figures themselves: tests/analytics/performance/."""

import csv
import io
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from tests.analytics.closed_trades import START, make_many, make_trade
from tests.clients import check_error, client_of
from tests.trading.factories import make_account, make_session, make_user
from trading.models import Account, Trade
from trading.sessions import auto_session

PATHS = ("performance", "equity", "signals", "gates", "trades/export", "report")
SCOPED = ("performance", "equity", "trades/export", "report")


@pytest.fixture
def account(db: None) -> Account:
    account = make_account()
    make_many(account, 60, sessions=[make_session(account)])
    return account


@pytest.fixture
def api(account: Account) -> APIClient:
    return client_of(account.owner)


def content(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer)


def test_of_an_account_a_session_and_some_trades(api: APIClient, account: Account) -> None:
    session = account.sessions.get()
    whole = api.get(f"/api/analytics/performance/?account={account.pk}").json()
    nothing = dict.fromkeys(("session", "start", "end", "strategy", "symbol", "source", "tag"))
    assert whole["scope"] == {"account": account.pk, **nothing}
    assert (whole["currency"], whole["figures"]["core"]["trades"]) == ("USD", 60)
    conditions = f"session={session.pk}&start=2026-03-03&end=2026-03-09&symbol=ABC&tag=news&strategy=razor"
    some = api.get(f"/api/analytics/performance/?{conditions}").json()
    assert some["scope"] == {
        "account": account.pk, "session": session.pk, "start": "2026-03-03", "end": "2026-03-09", "symbol": "ABC",
        "tag": "news", "strategy": "razor", "source": None,
    }  # fmt: skip
    matching = Trade.objects.filter(session=session, symbol="ABC", strategy="razor", closed_at__gt=START + timedelta(1))
    wanted = [t for t in matching if "news" in t.tags and t.closed_at and t.closed_at <= START + timedelta(days=8)]
    assert some["figures"]["core"]["trades"] == len(wanted)


def test_the_equity_curve(api: APIClient, account: Account) -> None:
    session = account.sessions.get()
    body = api.get(f"/api/analytics/equity/?session={session.pk}").json()
    figures = api.get(f"/api/analytics/performance/?session={session.pk}").json()["figures"]
    assert body["points"] == figures["equity"]
    assert min(point["drawdown_percent"] for point in body["points"]) == figures["risk"]["max_drawdown_percent"]
    own = api.get(f"/api/analytics/equity/?account={account.pk}").json()
    assert [point["equity"] for point in own["points"]] == [1000.0]


def test_signals_and_gates(api: APIClient, account: Account) -> None:
    for name in ("signals", "gates"):
        body = api.get(f"/api/analytics/{name}/?account={account.pk}").json()
        assert body["currency"] == "USD"


@pytest.mark.parametrize("path", PATHS)
def test_another_users_are_not_there(account: Account, path: str) -> None:
    stranger, session = client_of(make_user()), account.sessions.get()
    check_error(stranger.get(f"/api/analytics/{path}/?account={account.pk}"), 404, "not_found")
    check_error(stranger.get(f"/api/analytics/{path}/?session={session.pk}"), 404, "not_found")
    mine = client_of(account.owner)
    other = make_account(account.owner)
    check_error(mine.get(f"/api/analytics/{path}/?account={other.pk}&session={session.pk}"), 404, "not_found")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("conditions", "named"),
    [
        ("", "account"),
        ("account=x", "account"),
        ("account=1&start=soon", "start"),
        ("account=1&start=2026-13-01", "start"),
        ("account=1&end=0001-01-01", "end"),
        ("account=1&end=9999-12-31", "end"),
        ("account=1&start=2026-03-02&end=2026-03-01", "end"),
    ],
)
def test_what_is_wrong_is_named(db: None, path: str, conditions: str, named: str) -> None:
    check_error(client_of(make_user()).get(f"/api/analytics/{path}/?{conditions}"), 400, "invalid", named)


@pytest.mark.parametrize("path", SCOPED)
@pytest.mark.parametrize(("conditions", "named"), [("source=MOON", "source"), (f"tag={'x' * 41}", "tag")])
def test_what_is_wrong_with_conditions_is_named(api: APIClient, path: str, conditions: str, named: str) -> None:
    check_error(api.get(f"/api/analytics/{path}/?account=1&{conditions}"), 400, "invalid", named)


def test_a_viewer_may_read_them(account: Account) -> None:
    account.owner.groups.add(Group.objects.get(name="viewer"))
    api = client_of(account.owner)
    for path in PATHS:
        assert api.get(f"/api/analytics/{path}/?account={account.pk}").status_code == 200


def test_a_closed_accounts_past_stays(api: APIClient, account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(
        closed_at=START, is_enabled=False, auto_trading_enabled=False, credential=None
    )
    assert api.get(f"/api/analytics/performance/?account={account.pk}").json()["figures"]["core"]["trades"] == 60


def test_trades_as_csv(api: APIClient, account: Account) -> None:
    make_trade(account, "-0.00000001", symbol="=1+1", tags=["a", "b"], rating=4)
    text = content(api.get(f"/api/analytics/trades/export/?account={account.pk}")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [int(row["id"]) for row in rows] == list(Trade.objects.order_by("pk").values_list("pk", flat=True))
    last = rows[-1]
    assert (last["symbol"], last["tags"], last["rating"], last["r"]) == ("'=1+1", "a;b", "4", "1.0")
    assert float(last["pnl"]) == -1e-8
    assert (last["closed_at"], last["fees"], last["entry_price"]) == ("2026-03-02T13:00:00Z", "0", "100")
    none = content(api.get(f"/api/analytics/trades/export/?account={account.pk}&symbol=NONE")).decode()
    assert none.startswith("id,account,session,")
    assert none.count("\n") == 1


def test_trades_as_parquet(api: APIClient, account: Account) -> None:
    answer = api.get(f"/api/analytics/trades/export/?type=parquet&account={account.pk}&symbol=ABC")
    assert answer["Content-Disposition"] == f'attachment; filename="trades-{account.pk}.parquet"'
    frame = pl.read_parquet(io.BytesIO(content(answer)))
    wanted = Trade.objects.filter(symbol="ABC").order_by("pk")
    assert frame["id"].to_list() == [trade.pk for trade in wanted]
    assert frame["pnl"].to_list() == [float(trade.realized_pnl) for trade in wanted]
    assert frame["closed_at"].to_list() == [trade.closed_at for trade in wanted]
    assert frame["mae"].null_count() == wanted.filter(mae=None).count()
    empty = api.get(f"/api/analytics/trades/export/?type=parquet&account={account.pk}&symbol=NONE")
    assert pl.read_parquet(io.BytesIO(content(empty))).schema == frame.schema


def test_many_trades_come_in_pieces(api: APIClient, account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analytics.performance.closed_trades.AT_ONCE", 7)
    for kind in ("csv", "parquet"):
        data = content(api.get(f"/api/analytics/trades/export/?type={kind}&account={account.pk}"))
        frame = pl.read_csv(io.BytesIO(data)) if kind == "csv" else pl.read_parquet(io.BytesIO(data))
        assert frame["id"].to_list() == list(Trade.objects.order_by("pk").values_list("pk", flat=True))


def test_reports(api: APIClient, account: Account) -> None:
    make_trade(account, symbol="<script>")
    page = content(api.get(f"/api/analytics/report/?account={account.pk}")).decode()
    assert account.name in page
    assert "<script>" not in page
    session = account.sessions.get()
    answer = api.get(f"/api/analytics/report/?type=pdf&session={session.pk}&start=2026-03-03")
    assert answer["Content-Type"] == "application/pdf"
    assert content(answer).startswith(b"%PDF-")
    check_error(api.get(f"/api/analytics/report/?type=doc&account={account.pk}"), 400, "invalid", "type")


class TestDeriv:
    PATH = "/api/deriv/auto-trading/analytics/"

    @pytest.fixture
    def deriv(self, db: None) -> Account:
        account = make_account(mode="DEMO", broker="deriv")
        session = make_session(account, name=auto_session.NAME)
        make_trade(account, "3", session=session, symbol="R_100")
        make_trade(account, "-1", session=session, symbol="R_100", closed_at=START + timedelta(days=2, hours=1))
        make_trade(account, "9", symbol="R_50")
        return account

    def test_in_its_clients_words(self, deriv: Account) -> None:
        body = client_of(deriv.owner).get(self.PATH).json()
        assert (body["sessionId"], body["currency"]) == (deriv.sessions.get().pk, "USD")
        assert (body["core"]["totalPnl"], body["core"]["winRatePercent"]) == (2.0, 50.0)
        assert {"sharpe", "maxDrawdownPercent"} <= body["performance"].keys()
        assert [row["key"] for row in body["bySymbol"]] == ["R_100"]
        assert (len(body["timeBased"]["hourly"]), len(body["timeBased"]["weekday"])) == (24, 7)
        assert [row["pnl"] for row in body["timeBased"]["daily"]] == [3.0, 0.0, -1.0]
        assert body["equityCurve"][-1]["equity"] == 1002.0

    def test_dates(self, deriv: Account) -> None:
        api = client_of(deriv.owner)
        body = api.get(f"{self.PATH}?startDate=2026-03-04&endDate=2026-03-04").json()
        assert (body["startDate"], body["endDate"], body["core"]["totalPnl"]) == ("2026-03-04", "2026-03-04", -1.0)
        check_error(api.get(f"{self.PATH}?startDate=04.03.2026"), 400, "invalid", "startDate")
        check_error(api.get(f"{self.PATH}?endDate=2026-02-30"), 400, "invalid", "endDate")
        check_error(api.get(f"{self.PATH}?startDate=2026-03-05&endDate=2026-03-04"), 400, "invalid", "endDate")

    def test_where_there_is_none(self, db: None) -> None:
        account = make_account(mode="DEMO", broker="deriv")
        check_error(client_of(account.owner).get(self.PATH), 404, "not_found")
        check_error(client_of(make_user()).get(f"{self.PATH}?account={account.pk}"), 404, "not_found")
