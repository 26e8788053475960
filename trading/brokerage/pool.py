"""One connected adapter for each account at a broker, in this process."""

import threading

from brokers.credentials import reveal
from brokers.errors import AuthenticationFailed
from brokers.gateway.client import GatewayBroker
from brokers.interface import ConnectionState, LiveBroker
from brokers.models import BrokerCredential
from brokers.registry import live_broker_for
from trading.market import redis_client
from trading.models import Account

SHARED = frozenset({"deriv"})  # brokers that allow one connection a user: the streamer holds it for all processes

_lock = threading.Lock()
_pool: dict[int, tuple[bytes, LiveBroker]] = {}


def pooled_broker(account: Account) -> LiveBroker:
    """The account's adapter, connected. Other keys in its credential make it a new one.

    Raises BrokerError where it cannot be reached.
    """
    if account.broker in SHARED:
        return GatewayBroker(redis_client(), str(account.pk))
    credential = credential_of(account)
    mark = bytes(credential.nonce)
    with _lock:
        held = _pool.get(account.pk)
        if held is None or held[0] != mark:
            if held is not None:
                held[1].disconnect()
            held = (mark, live_broker_for(account.broker, reveal(credential=credential)))
            _pool[account.pk] = held
    broker = held[1]
    if broker.get_connection_status().state in (ConnectionState.DISCONNECTED, ConnectionState.REFUSED):
        broker.connect()
    return broker


def credential_of(account: Account) -> BrokerCredential:
    """The account's keys. Raises AuthenticationFailed when it has none."""
    if account.credential_id is None:
        raise AuthenticationFailed(f"The account {account.name!r} has no keys.")
    return BrokerCredential.objects.get(pk=account.credential_id)


def disconnect_all() -> None:
    with _lock:
        for _, broker in _pool.values():
            broker.disconnect()
        _pool.clear()
