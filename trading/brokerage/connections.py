"""The broker behind an account."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from brokers.interface import LiveBroker
from trading.models import Account

Connector = Callable[[Account], LiveBroker]
_connector: Connector | None = None


def live_broker(account: Account) -> LiveBroker:
    """The account's broker, connected with its own keys. Raises BrokerError where it cannot be reached."""
    return (_connector or _pooled)(account)


@contextmanager
def use_connector(connector: Connector) -> Iterator[None]:
    """Reach brokers through `connector`, in all threads of this process."""
    global _connector
    before, _connector = _connector, connector
    try:
        yield
    finally:
        _connector = before


def _pooled(account: Account) -> LiveBroker:
    from trading.brokerage.pool import pooled_broker

    return pooled_broker(account)
