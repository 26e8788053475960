"""A live account whose broker is in memory; tasks run in-line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from brokers.interface import LiveBroker
from tests.trading.brokerage.bench_broker import BenchBroker
from tests.trading.factories import make_account, make_instrument, make_session, make_signal, publish_quote
from trading import queueing
from trading.brokerage.connections import use_connector
from trading.decisions import dispatch
from trading.market import wall_now
from trading.models import Account, AccountMode, AutoTradingSession, Order, Trade


@dataclass
class Desk:
    """The account, its session and its broker."""

    account: Account
    session: AutoTradingSession
    broker: BenchBroker

    def signal(self, **values: Any) -> Any:
        """A signal on ABC, dispatched."""
        settings = {"venue": self.session.venue, "market_type": "FUTURES", **values}
        signal = make_signal(self.account.owner, **settings)
        dispatch.dispatch_signal(signal.pk)
        return signal

    def trade(self) -> Trade:
        return Trade.objects.latest("id")

    def fresh(self) -> Account:
        return Account.objects.get(pk=self.account.pk)

    def quote(self, last: float) -> Any:
        return publish_quote(last, venue=self.session.venue)


@pytest.fixture
def desk(transactional_db: None) -> Iterator[Desk]:
    broker = BenchBroker()
    account = make_account(mode=AccountMode.DEMO)
    session = make_session(account, venue=account.venue, timeframe="1m")
    make_instrument(venue=account.venue, market_type="FUTURES")
    publish_quote(100.0, venue=account.venue)

    def connect(_: Account) -> LiveBroker:
        return broker  # type: ignore[return-value]

    with queueing.inline(), use_connector(connect):
        yield Desk(account, session, broker)


def age(order: Order, seconds: float) -> None:
    """Let the order have been sent that long ago."""
    moment = wall_now() - timedelta(seconds=seconds)
    Order.objects.filter(pk=order.pk).update(submitted_at=moment, created_at=moment, checked_at=None)
