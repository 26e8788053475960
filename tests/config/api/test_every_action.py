"""Every action of the API is recorded, with who did it: each endpoint that changes something is called here once."""

from collections.abc import Callable, Iterator
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework.test import APIClient

from analytics.models import Backtest
from analytics.track_record import records
from brokers import credentials
from brokers.interface import Secret
from signals.models import WebhookEndpoint
from tests.analytics.market import data_of, store_candles
from tests.brokers.venue import Venue, fake_venue, keys_of
from tests.clients import client_of, open_trade
from tests.endpoints import Endpoint, endpoints
from tests.telegram_api import fake_telegram
from tests.trading.factories import make_account, make_instrument, make_session, make_user, publish_quote
from trading.accounts import opening
from trading.audit.audit_check import verify
from trading.killswitch import killswitch
from trading.models import Account, AccountMode, AutoTradingSession, Event, EventType
from trading.notifications import channels
from trading.sessions import sessions
from trading.shadow import shadow
from trading.telegram import bots

TOKEN = "123456789:AbcDefGhiJklMnoPqrStuVwx-yz"
ADDRESS = "json://127.0.0.1:9/x"


class Desk:
    """A user with everything that can be acted on, made when it is asked for."""

    def __init__(self, venue: Venue) -> None:
        self.venue = venue
        self.owner = make_user()
        self.api: APIClient = client_of(self.owner)

    @cached_property
    def account(self) -> Account:
        return make_account(self.owner, name="Desk")

    @cached_property
    def session(self) -> AutoTradingSession:
        return make_session(self.account, strategies=[{"name": "razor", "params": {}}])

    @cached_property
    def trade(self) -> int:
        make_instrument()
        publish_quote(100.0)
        assert self.session
        return open_trade(SimpleNamespace(owner=self.owner)).pk

    @cached_property
    def credential(self) -> int:
        return self.keys("okx")

    @cached_property
    def demo(self) -> Account:
        ready = opening.prepare(owner_id=self.owner.pk, name="D", mode=AccountMode.DEMO, credential_id=self.credential)
        return opening.book(ready)

    @cached_property
    def webhook(self) -> int:
        return WebhookEndpoint.issue(owner_id=self.owner.pk, name="tv")[0].pk

    @cached_property
    def channel(self) -> int:
        return channels.add(owner_id=self.owner.pk, label="mine", url=Secret(ADDRESS)).pk

    @cached_property
    def track_record(self) -> int:
        owned = {"owner_id": self.owner.pk, "account_id": self.account.pk}
        return records.publish(session_id=None, title="Mine", **owned).pk

    def backtest(self, status: str = "QUEUED") -> int:
        values = {"status": status, "config": {"strategies": []}, "data": {"symbols": []}}
        return Backtest.objects.create(owner=self.owner, **values).pk

    def keys(self, broker: str) -> int:
        secrets = {name: Secret(text) for name, text in keys_of(broker).items()}
        return credentials.add(owner_id=self.owner.pk, broker=broker, environment="test", secrets=secrets).pk

    def deriv_token(self) -> Any:
        self.venue.account_type, self.venue.account_id = "demo", "VRTC1"
        token = keys_of("deriv")["token"]
        return self.send("POST deriv/token/", {"token": token, "accountType": "demo"})

    def start_at_deriv(self, what: str = "POST deriv/auto-trading/start/") -> Any:
        self.venue.account_type, self.venue.account_id = "demo", "VRTC1"
        values = {"owner_id": self.owner.pk, "name": "Deriv", "mode": AccountMode.DEMO}
        opening.book(opening.prepare(credential_id=self.keys("deriv"), **values))  # type: ignore[arg-type]
        return self.send(what, {"strategy": "razor"})

    def bot(self) -> None:
        bots.set_token(owner_id=self.owner.pk, token=Secret(TOKEN))

    def live(self) -> Account:
        return make_account(self.owner, name="Real", mode=AccountMode.LIVE)

    def halted(self) -> AutoTradingSession:
        return sessions.pause(session_id=self.session.pk)

    def at_broker(self) -> AutoTradingSession:
        account = make_account(self.owner, name="Demo", mode=AccountMode.DEMO)
        return make_session(account, venue=account.venue)

    def shadowed(self) -> AutoTradingSession:
        session = self.at_broker()
        shadow.create(session_id=session.pk)
        return session

    def engaged(self) -> None:
        killswitch.engage(owner_id=self.owner.pk, actor_id=self.owner.pk)

    def send(self, what: str, body: Any = None, **values: Any) -> Any:
        method, _, route = what.partition(" ")
        path = Endpoint(method, route).path(**values)
        return getattr(self.api, method.lower())(path, {} if body is None else body, format="json")


def _connect(desk: Desk, what: str, **more: Any) -> Any:
    return desk.send(what, {"broker": "okx", "environment": "test", "credentials": keys_of("okx"), **more})


def _session(values: Callable[[Desk], Any] = lambda desk: desk.session, body: Any = None) -> "Act":
    return lambda desk, what: desk.send(what, body, session_id=values(desk).pk)


def _account(body: Any = None) -> "Act":
    return lambda desk, what: desk.send(what, body, account_id=desk.account.pk)


def _trade(body: Any = None) -> "Act":
    return lambda desk, what: desk.send(what, body, trade_id=desk.trade)


def _after(first: Callable[[Desk], Any], body: Any = None) -> "Act":
    def act(desk: Desk, what: str) -> Any:
        first(desk)
        return desk.send(what, body)

    return act


def _body(body: Any) -> "Act":
    return lambda desk, what: desk.send(what, body)


Act = Callable[[Desk, str], Any]
_SESSION = {"name": "Mine", "strategies": [{"name": "razor"}]}

ACTS: dict[str, Act] = {
    "POST dev/paper/start/": _body({}),
    "POST dev/paper/reset/": _after(lambda desk: desk.account, {"initial_balance": "77"}),
    "PATCH dev/paper/settings/": _after(lambda desk: desk.account, {"max_open_trades": 3}),
    "POST dev/paper/trades/<int:trade_id>/close/": _trade(),
    "POST connect/": lambda desk, what: _connect(desk, what, save=True),
    "POST credentials/": _connect,
    "DELETE credentials/<int:pk>/": lambda desk, what: desk.send(what, pk=desk.credential),
    "POST credentials/<int:pk>/validate/": lambda desk, what: desk.send(what, pk=desk.credential),
    "POST deriv/token/": lambda desk, what: desk.deriv_token(),
    "DELETE deriv/token/": _after(Desk.deriv_token),
    "PUT deriv/token/validate/": _after(Desk.deriv_token),
    "POST accounts/": _body({"name": "New", "mode": "PAPER"}),
    "PATCH accounts/<int:account_id>/": _account({"name": "Other"}),
    "DELETE accounts/<int:account_id>/": _account(),
    "POST accounts/<int:account_id>/check/": lambda desk, what: desk.send(what, account_id=desk.demo.pk),
    "POST accounts/<int:account_id>/live-trading/": lambda desk, what: desk.send(
        what, {"enabled": True, "confirm": "Real"}, account_id=desk.live().pk
    ),
    "POST sessions/": lambda desk, what: desk.send(what, {**_SESSION, "account": desk.account.pk}),
    "PATCH sessions/<int:session_id>/": _session(body={"name": "Other"}),
    "DELETE sessions/<int:session_id>/": _session(lambda desk: make_session(desk.account, status="STOPPED")),
    "POST sessions/<int:session_id>/start/": _session(lambda desk: make_session(desk.account, status="STOPPED")),
    "POST sessions/<int:session_id>/stop/": _session(),
    "POST sessions/<int:session_id>/pause/": _session(),
    "POST sessions/<int:session_id>/resume/": _session(Desk.halted),
    "POST sessions/<int:session_id>/kill/": _session(),
    "POST sessions/<int:session_id>/shadow/": _session(Desk.at_broker),
    "DELETE sessions/<int:session_id>/shadow/": _session(Desk.shadowed),
    "POST auto-trade/start/": _after(Desk.halted),
    "POST auto-trade/stop/": _after(lambda desk: desk.session),
    "POST auto-trade/pause/": _after(lambda desk: desk.session),
    "POST auto-trade/resume/": _after(Desk.halted),
    "POST auto-trade/kill-switch/": _body({"engaged": True}),
    "POST killswitch/": _after(Desk.engaged, {"engaged": False}),
    "POST deriv/auto-trading/start/": Desk.start_at_deriv,
    "POST deriv/auto-trading/stop/": _after(Desk.start_at_deriv),
    "POST trades/<int:trade_id>/close/": _trade(),
    "POST trades/<int:trade_id>/modify/": _trade({"take_profit": "150"}),
    "POST notifications/": lambda desk, what: desk.send(what, {"label": "mine", "url": ADDRESS}),
    "PATCH notifications/<int:pk>/": lambda desk, what: desk.send(what, {"label": "other"}, pk=desk.channel),
    "DELETE notifications/<int:pk>/": lambda desk, what: desk.send(what, pk=desk.channel),
    "PUT telegram/": _body({"token": TOKEN}),
    "PATCH telegram/": _after(Desk.bot, {"is_enabled": False}),
    "DELETE telegram/": _after(Desk.bot),
    "POST telegram/link/": _after(Desk.bot),
    "POST webhooks-config/": _body({"name": "tv"}),
    "PATCH webhooks-config/<int:pk>/": lambda desk, what: desk.send(what, {"is_enabled": False}, pk=desk.webhook),
    "DELETE webhooks-config/<int:pk>/": lambda desk, what: desk.send(what, pk=desk.webhook),
    "POST backtests/": _after(
        lambda desk: store_candles(count=50),
        {"kind": "RUN", "config": {"strategies": [{"name": "razor"}]}, "data": data_of()},
    ),
    "POST backtests/<int:backtest_id>/cancel/": lambda desk, what: desk.send(what, backtest_id=desk.backtest()),
    "POST backtests/<int:backtest_id>/resume/": lambda desk, what: desk.send(
        what, backtest_id=desk.backtest("CANCELLED")
    ),
    "DELETE backtests/<int:backtest_id>/": lambda desk, what: desk.send(what, backtest_id=desk.backtest()),
    "POST track-records/": lambda desk, what: desk.send(what, {"title": "Mine", "account": desk.account.pk}),
    "PATCH track-records/<int:record_id>/": lambda desk, what: desk.send(
        what, {"title": "Other"}, record_id=desk.track_record
    ),
    "DELETE track-records/<int:record_id>/": lambda desk, what: desk.send(what, record_id=desk.track_record),
}
_NOTES = "words on a trade that is done as it was; they move nothing"
UNRECORDED = {
    "POST auth/login/": "nothing of the user's is changed",
    "POST auth/logout/": "nothing of the user's is changed",
    "POST signals/": "the signal is a row with its source, and every decision on it an event",
    "POST webhooks/<str:secret_id>/": "the signal is a row with its source, and every decision on it an event",
    "POST alerts/<int:alert_id>/read/": "what somebody has read moves nothing",
    "POST alerts/read-all/": "what somebody has read moves nothing",
    "POST notifications/<int:pk>/test/": "its message is a row, and moves nothing",
    "POST trades/<int:trade_id>/notes/": _NOTES,
    "PATCH trades/<int:trade_id>/notes/": _NOTES,
    "PUT trades/<int:trade_id>/notes/": _NOTES,
    "POST analytics/lookahead/": "it works something out, and keeps nothing",
    "POST analytics/montecarlo/": "it works something out, and keeps nothing",
    "POST whatif/": "it works something out, and keeps nothing",
}
UNSAFE = [item for item in endpoints() if not item.is_safe]


@pytest.fixture
def desk(db: None, settings: Any) -> Iterator[Desk]:
    settings.NOTIFY_PRIVATE = True
    with fake_venue() as venue, fake_telegram() as telegram:
        telegram.bots[TOKEN] = "desk_bot"
        settings.TELEGRAM_URL = telegram.url
        yield Desk(venue)


def test_each_is_acted_out_or_has_a_reason() -> None:
    assert {str(item) for item in UNSAFE} <= ACTS.keys() | UNRECORDED.keys()
    assert not ACTS.keys() & UNRECORDED.keys()


@pytest.mark.parametrize("what", list(ACTS))
def test_it_is_recorded(desk: Desk, what: str) -> None:
    earlier = {}

    def note() -> None:
        earlier.setdefault("last", Event.objects.filter(owner=desk.owner).count())

    send = desk.send

    def counted(asked: str, *args: Any, **kwargs: Any) -> Any:
        if asked == what:
            note()
        return send(asked, *args, **kwargs)

    desk.send = counted  # type: ignore[method-assign]
    answer = ACTS[what](desk, what)
    assert answer.status_code in (200, 201, 204), answer.content
    told = Event.objects.filter(owner=desk.owner, number__gt=earlier["last"], type=EventType.AUDIT)
    assert told, "nothing was recorded"
    for event in told:
        assert (event.actor, event.via) == (desk.owner, "api")
        assert event.payload["actor"] == {"id": desk.owner.pk, "username": desk.owner.username}
        assert event.payload["action"]
        assert event.payload["subject"]
        assert {"before", "after"} <= event.payload.keys()
    assert list(verify(desk.owner.pk)) == []
