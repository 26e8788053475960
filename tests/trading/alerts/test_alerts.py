"""Alerts: kept until read, said once, pushed live, and raised by what goes wrong."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections, transaction

from brokers.interface import ConnectionState, ConnectionStatus, Secret
from signals.generate import StrategyFailure
from tests.clients import open_trade
from tests.trading.factories import (
    make_account,
    make_instrument,
    make_session,
    make_signal,
    make_user,
    publish_quote,
)
from trading import sealed
from trading.accounts import paper
from trading.alerts import alerts, feed_watch
from trading.alerts.trade_alerts import announce
from trading.brokerage.alerts import alert as tell
from trading.brokerage.connection_alerts import PATIENCE_SECONDS, ConnectionWatch
from trading.brokerage.differences import Found, record
from trading.decisions import dispatch
from trading.models import (
    Account,
    Alert,
    AlertKind,
    AutoTradingSession,
    DifferenceKind,
    Event,
    NotificationChannel,
    NotificationDelivery,
    Severity,
    Trade,
)
from trading.stream import strategy_runs


def raised(owner: Any) -> list[tuple[str, str, str]]:
    """(kind, code, severity), oldest first."""
    rows = Alert.objects.filter(owner=owner).order_by("pk")
    return [(row.kind, row.code, Severity(row.severity).name) for row in rows]


def shout(owner: Any, **more: Any) -> Alert | None:
    values: dict[str, Any] = {"kind": AlertKind.LIMIT_NEAR, "code": "near", "message": "It is near.", **more}
    return alerts.raise_alert(owner_id=owner.pk, **values)


class TestRaising:
    def test_it_is_kept_and_told_live(self, db: None) -> None:
        account = make_account()
        made = shout(account.owner, account_id=account.pk, details={"percent": 80})
        assert made is not None
        event = Event.objects.filter(owner=account.owner, type="alert").get()
        assert event.payload == alerts.render_alert(made)
        assert event.payload["severity"] == "WARNING"
        assert event.payload["account"] == event.account_id == account.pk
        assert event.payload["details"] == {"percent": 80}
        assert event.payload["read_at"] is None

    @pytest.mark.parametrize(
        ("kind", "severity"),
        [
            (AlertKind.HALTED, Severity.CRITICAL),
            (AlertKind.KILL_SWITCH, Severity.CRITICAL),
            (AlertKind.LIMIT_NEAR, Severity.WARNING),
            (AlertKind.TRADE_CLOSED, Severity.INFO),
        ],
    )
    def test_each_kind_has_its_severity(self, db: None, kind: AlertKind, severity: Severity) -> None:
        made = shout(make_user(), kind=kind)
        assert made is not None
        assert made.severity == severity
        other = shout(make_user(), kind=kind, severity=Severity.WARNING)
        assert other is not None
        assert other.severity == Severity.WARNING

    def test_it_is_said_once_while_unread(self, db: None) -> None:
        owner, other = make_user(), make_user()
        first = shout(owner, dedupe_key="a")
        assert first is not None
        assert shout(owner, dedupe_key="a") is None
        assert shout(owner, dedupe_key="b") is not None
        assert shout(other, dedupe_key="a") is not None
        assert shout(owner) is not None
        assert shout(owner) is not None
        assert alerts.mark_read(owner_id=owner.pk, alert_ids=[first.pk]) == 1
        assert shout(owner, dedupe_key="a") is not None
        assert Event.objects.filter(owner=owner, type="alert").count() == 5

    def test_what_is_settled_is_told_anew(self, db: None) -> None:
        owner = make_user()
        shout(owner, dedupe_key="a")
        assert alerts.settle(owner_id=owner.pk, dedupe_key="a")
        assert not alerts.settle(owner_id=owner.pk, dedupe_key="a")
        assert shout(owner, dedupe_key="a") is not None
        assert Alert.objects.filter(owner=owner, read_at=None).count() == 2

    def test_a_rolled_back_transaction_leaves_none(self, db: None) -> None:
        owner = make_user()

        def fail() -> None:
            with transaction.atomic():
                shout(owner)
                raise ValueError

        with pytest.raises(ValueError):
            fail()
        assert not Alert.objects.exists()

    def test_of_two_that_say_the_same_at_once_one_is_kept(self, transactional_db: None) -> None:
        owner = make_user()
        start, made = threading.Barrier(8), []

        def raise_one() -> None:
            start.wait()
            try:
                made.append(shout(owner, dedupe_key="same"))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=raise_one) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(made) == 8
        assert sum(item is not None for item in made) == 1

    def test_all_are_read_at_once_but_nobody_elses(self, db: None) -> None:
        owner, other = make_user(), make_user()
        shout(owner)
        shout(owner)
        shout(other)
        assert alerts.mark_read(owner_id=owner.pk) == 2
        assert alerts.mark_read(owner_id=owner.pk) == 0
        assert Alert.objects.filter(read_at=None).get().owner == other


class TestBrokerage:
    def test_an_error_event_stays_and_an_alert_is_raised(self, db: None) -> None:
        account = make_account()
        tell(account, "order_unknown", "No answer.", order="c1")
        types = list(
            Event.objects.filter(owner=account.owner, type__in=["error", "alert"]).values_list("type", flat=True)
        )
        assert sorted(types) == ["alert", "error"]
        assert raised(account.owner) == [("ORDER_UNKNOWN", "order_unknown", "CRITICAL")]
        tell(account, "order_unknown", "No answer.", order="c1")
        tell(account, "order_unknown", "No answer.", order="c2")
        assert len(raised(account.owner)) == 2
        assert Event.objects.filter(owner=account.owner, type="error").count() == 3

    def test_a_code_that_nobody_foresaw_is_told_all_the_same(self, db: None) -> None:
        account = make_account()
        tell(account, "something_new", "Look at this.")
        assert raised(account.owner) == [("RECONCILIATION", "something_new", "WARNING")]

    def test_differences(self, db: None) -> None:
        account = make_account()
        missing = Found(DifferenceKind.MISSING_STOP, "12", "99", "", "Its stop does not rest there.")
        cash = Found(DifferenceKind.BALANCE, "USD", "1", "2", "The balance differs.")
        record(account.pk, [missing, cash])
        record(account.pk, [missing, cash])
        assert raised(account.owner) == [
            ("STOP_MISSING", "missing_stop", "CRITICAL"),
            ("RECONCILIATION", "difference", "WARNING"),
        ]
        record(account.pk, [missing])
        assert raised(account.owner)[2:] == [("RECONCILIATION", "difference_resolved", "INFO")]
        record(account.pk, [missing, cash])
        assert raised(account.owner)[3:] == [("RECONCILIATION", "difference", "WARNING")], "it came again"


class TestPaper:
    def test_refusals_of_one_market_for_one_reason_are_said_once(self, floor: SimpleNamespace) -> None:
        Account.objects.update(fill_model={"rejection_probability": 1.0})
        for _ in range(3):
            dispatch.dispatch_signal(make_signal(floor.owner).pk)
        assert raised(floor.owner) == [("ORDER_REJECTED", "order_rejected", "WARNING")]
        assert Event.objects.filter(type="error", payload__code="order_rejected").count() == 3
        told = Alert.objects.get()
        assert told.account == floor.account
        assert told.trade is not None
        assert told.trade.status == "FAILED"

    def test_trades_are_told_where_a_channel_asks(self, floor: SimpleNamespace) -> None:
        assert paper.close_by_hand(open_trade(floor).pk)
        assert raised(floor.owner) == []
        channel = NotificationChannel(owner=floor.owner, label="Hook", service="json", min_severity=Severity.INFO)
        sealed.seal_url(channel, Secret("json://127.0.0.1/"))
        channel.save()
        trade = paper.close_by_hand(open_trade(floor).pk)
        assert [kind for kind, _, _ in raised(floor.owner)] == ["TRADE_OPENED", "TRADE_CLOSED"]
        opened, closed = Alert.objects.order_by("pk")
        assert opened.trade == closed.trade == trade
        assert opened.message.startswith("Opened LONG ")
        assert closed.message.endswith("(manual).")
        assert NotificationDelivery.objects.count() == 2


class TestStrategies:
    def test_the_owners_are_told_and_nothing_is_halted(self, db: None) -> None:
        account = make_account()
        session = make_session(account)
        failure = StrategyFailure(strategy="razor", symbol="ABC", message="division by zero")
        strategy_runs._alert(failure, [session])
        cache.clear()  # five minutes later
        strategy_runs._alert(failure, [session])
        assert raised(account.owner) == [("STRATEGY_ERROR", "strategy_error", "WARNING")]
        assert Event.objects.filter(owner=account.owner, type="error").count() == 2
        session.refresh_from_db()
        assert session.status == "RUNNING"


class TestConnections:
    @pytest.fixture
    def watched(self, db: None) -> SimpleNamespace:
        account, clock = make_account(mode="DEMO"), [0.0]
        watch = ConnectionWatch(account.pk, clock=lambda: clock[0])
        return SimpleNamespace(owner=account.owner, account=account, clock=clock, see=watch.see)

    def test_a_short_loss_is_nothing_to_tell(self, watched: SimpleNamespace) -> None:
        for _ in range(3):
            watched.see(ConnectionStatus(ConnectionState.DISCONNECTED))
            watched.clock[0] += PATIENCE_SECONDS - 1
            watched.see(ConnectionStatus(ConnectionState.CONNECTING))
            watched.see(ConnectionStatus(ConnectionState.CONNECTED))
        assert raised(watched.owner) == []

    def test_a_lasting_one_is_told_and_so_is_its_end(self, watched: SimpleNamespace) -> None:
        watched.see(ConnectionStatus(ConnectionState.CONNECTED))
        for _ in range(3):
            watched.see(ConnectionStatus(ConnectionState.DISCONNECTED, error="no route"))
            watched.clock[0] += PATIENCE_SECONDS
        assert raised(watched.owner) == [("CONNECTION", "connection_lost", "WARNING")]
        assert "no route" in Alert.objects.get().message
        watched.see(ConnectionStatus(ConnectionState.CONNECTED))
        watched.see(ConnectionStatus(ConnectionState.CONNECTED))
        assert raised(watched.owner)[1:] == [("CONNECTION", "connection_back", "INFO")]
        watched.see(ConnectionStatus(ConnectionState.DISCONNECTED))
        watched.clock[0] += PATIENCE_SECONDS
        watched.see(ConnectionStatus(ConnectionState.DISCONNECTED))
        assert raised(watched.owner)[2:] == [("CONNECTION", "connection_lost", "WARNING")]

    def test_refused_keys_are_told_at_once(self, watched: SimpleNamespace) -> None:
        watched.see(ConnectionStatus(ConnectionState.REFUSED, error="wrong keys"))
        watched.see(ConnectionStatus(ConnectionState.REFUSED, error="wrong keys"))
        assert raised(watched.owner) == [("CONNECTION", "connection_refused", "CRITICAL")]

    def test_another_process_tells_the_return(self, watched: SimpleNamespace) -> None:
        watched.see(ConnectionStatus(ConnectionState.REFUSED))
        ConnectionWatch(watched.account.pk).see(ConnectionStatus(ConnectionState.CONNECTED))
        ConnectionWatch(watched.account.pk).see(ConnectionStatus(ConnectionState.CONNECTED))
        assert [code for _, code, _ in raised(watched.owner)] == ["connection_refused", "connection_back"]


class TestFeeds:
    """The floor's quote is published anew by each test with the age it needs."""

    def test_a_silent_feed_is_told_once_until_it_is_back(self, floor: SimpleNamespace, settings: Any) -> None:
        assert feed_watch.watch_feeds() == {"stale": 0, "back": 0}
        publish_quote(100.0, age=settings.FEED_MAX_AGE + 5)
        assert feed_watch.watch_feeds() == {"stale": 1, "back": 0}
        assert feed_watch.watch_feeds() == {"stale": 0, "back": 0}
        assert raised(floor.owner) == [("FEED_STALE", "feed_stale", "WARNING")]
        alerts.mark_read(owner_id=floor.owner.pk)
        assert feed_watch.watch_feeds() == {"stale": 0, "back": 0}, "read, but the same outage"
        publish_quote(100.0)
        assert feed_watch.watch_feeds() == {"stale": 0, "back": 1}
        assert feed_watch.watch_feeds() == {"stale": 0, "back": 0}
        publish_quote(100.0, age=settings.FEED_MAX_AGE + 5)
        feed_watch.watch_feeds()
        assert [code for _, code, _ in raised(floor.owner)] == ["feed_stale", "feed_back", "feed_stale"]

    def test_one_lively_symbol_speaks_for_the_venue(self, floor: SimpleNamespace) -> None:
        publish_quote(100.0, age=900)
        publish_quote(50.0, symbol="XYZ")
        assert feed_watch.watch_feeds()["stale"] == 0

    def test_closed_markets_say_nothing(self, floor: SimpleNamespace) -> None:
        make_instrument(is_open=False)
        publish_quote(100.0, age=9000)
        assert feed_watch.watch_feeds()["stale"] == 0

    def test_nobody_is_told_of_a_feed_that_nobody_uses(self, floor: SimpleNamespace) -> None:
        floor.session.status = "STOPPED"
        floor.session.save()
        publish_quote(100.0, age=900)
        assert feed_watch.watch_feeds()["stale"] == 0

    def test_a_session_outside_its_hours_misses_nothing(self, floor: SimpleNamespace) -> None:
        tomorrow = (feed_watch.wall_now() + feed_watch.timedelta(days=1)).weekday()
        publish_quote(100.0, age=900)
        AutoTradingSession.objects.update(schedule={"days": [tomorrow], "time_zone": "UTC"})
        assert feed_watch.watch_feeds()["stale"] == 0
        AutoTradingSession.objects.update(schedule={})
        assert feed_watch.watch_feeds()["stale"] == 1

    def test_stops_that_are_watched_here_make_it_critical(self, floor: SimpleNamespace) -> None:
        Trade.objects.create(
            account=floor.account, venue="sim", symbol="ABC", market_type="SPOT", direction="LONG", status="OPEN",
            quantity=1, entry_price=100, stop_loss=99, stop_held="US", margin=0,
        )  # fmt: skip
        publish_quote(100.0, age=900)
        feed_watch.watch_feeds()
        assert raised(floor.owner) == [("FEED_STALE", "feed_stale", "CRITICAL")]
        assert Alert.objects.get().details["watched_stops"] == 1

    def test_a_feed_that_never_came(self, db: None, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
        account = make_account()
        make_session(account, venue="nowhere")
        assert feed_watch.watch_feeds()["stale"] == 0, "it may be on its way"
        later = feed_watch.wall_now() + feed_watch.timedelta(seconds=settings.FEED_MAX_AGE + 1)
        monkeypatch.setattr(feed_watch, "wall_now", lambda: later)
        assert feed_watch.watch_feeds()["stale"] == 1
        assert "nowhere" in Alert.objects.get(owner=account.owner).message


def test_raising_asks_few_questions(db: None, django_assert_max_num_queries: Callable[..., Any]) -> None:
    owner = make_user()
    shout(owner)
    with django_assert_max_num_queries(12):
        shout(owner, dedupe_key="a")


def test_trades_make_no_alerts_unless_asked(floor: SimpleNamespace) -> None:
    announce(floor.owner.pk, [])
    assert raised(floor.owner) == []
    assert not NotificationDelivery.objects.exists()
