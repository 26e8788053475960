"""Small makers of what the trading floor's tests need."""

import itertools
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model

from brokers.instruments import remember_instruments
from brokers.interface import Instrument, Quote
from brokers.models import BrokerCredential
from signals.marketdata.quotes import QuoteStore
from signals.models import Signal
from trading.accounts import paper
from trading.market import redis_client
from trading.models import Account, AccountMode, AutoTradingSession
from trading.sessions import sessions

_numbers = itertools.count(1)


def make_user(name: str = "", **values: Any) -> Any:
    name = name or f"user{next(_numbers)}"
    return get_user_model().objects.create_user(username=name, password="correct horse", **values)


def make_account(owner: Any = None, balance: str = "1000", name: str = "", **settings: Any) -> Account:
    """A paper account; with `mode` DEMO or LIVE, one at a broker, its (empty) credential beside it."""
    owner = owner or make_user()
    name = name or f"Account {next(_numbers)}"
    if settings.get("mode", AccountMode.PAPER) != AccountMode.PAPER:
        settings = {"broker": "deribit", "credential": make_credential(owner), **settings}
    return paper.open_account(owner_id=owner.pk, name=name, initial_balance=Decimal(balance), **settings)


def make_credential(owner: Any, broker: str = "deribit", **values: Any) -> BrokerCredential:
    return BrokerCredential.objects.create(
        owner=owner,
        broker=broker,
        label=f"Key {next(_numbers)}",
        environment=values.pop("environment", "test"),
        **values,
    )


def make_session(account: Account, **settings: Any) -> AutoTradingSession:
    values: dict[str, Any] = {"strategies": [], "name": f"Session {next(_numbers)}", **settings}
    return sessions.create_session(account=account, **values)


def make_instrument(symbol: str = "ABC", venue: str = "sim", **values: Any) -> Instrument:
    settings: dict[str, Any] = {
        "market_type": "SPOT",
        "tick_size": 0.01,
        "lot_size": 0.001,
        "min_quantity": 0.001,
        "min_notional": 1.0,
        **values,
    }
    instrument = Instrument(venue=venue, symbol=symbol, **settings)
    remember_instruments([instrument])
    return instrument


def publish_quote(last: float, symbol: str = "ABC", venue: str = "sim", spread: float = 0.0, age: float = 0.0) -> Quote:
    moment = time.time() - age
    quote = Quote(venue, symbol, last - spread / 2, last + spread / 2, last, moment, moment)
    QuoteStore(redis_client()).publish([quote])
    return quote


def make_signal(owner: Any = None, **values: Any) -> Signal:
    """A saved signal: long ABC at 100 with stop 99 and target 102, confidence 0.8, unless told otherwise."""
    now = datetime.now(UTC)
    defaults: dict[str, Any] = {
        "venue": "sim",
        "symbol": "ABC",
        "market_type": "SPOT",
        "direction": "LONG",
        "entry_price": Decimal(100),
        "stop_loss": Decimal(99),
        "take_profits": ["102"],
        "confidence": Decimal("0.8"),
        "source": "API",
        "market_time": now,
        "expires_at": now + timedelta(seconds=60),
        "dedupe_key": f"test:{next(_numbers)}:{time.time_ns()}",
    }
    return Signal.objects.create(owner=owner, **{**defaults, **values})
