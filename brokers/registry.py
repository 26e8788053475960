"""Which adapter serves which broker."""

from typing import TYPE_CHECKING

from brokers.adapters.paper import FillModel, PaperBroker
from brokers.catalog import UnknownBroker, open_broker
from brokers.interface import Broker

if TYPE_CHECKING:
    from brokers.interface import Credentials, LiveBroker

__all__ = ["UnknownBroker", "broker_for", "live_broker_for"]


def broker_for(name: str, model: FillModel) -> Broker:
    """The adapter of paper accounts. Raises UnknownBroker for any other: `live_broker_for` needs their keys."""
    if name == "paper":
        return PaperBroker(model)
    raise UnknownBroker(f"broker: there is no adapter for {name!r} without credentials")


def live_broker_for(broker_id: str, credentials: "Credentials") -> "LiveBroker":
    """An adapter, not connected yet, whose errors and log lines never hold one of the credentials.

    Raises UnknownBroker, or BrokerClosed for a broker that has ceased. Adapters are imported here, where they are
    needed: ccxt alone is larger than a worker.
    """
    from brokers.guard import guarded

    open_broker(broker_id)
    if broker_id == "deriv":
        from brokers.adapters.deriv.adapter import DerivBroker

        return guarded(DerivBroker(credentials), credentials)
    from brokers.adapters.ccxt.factory import ccxt_broker

    return guarded(ccxt_broker(broker_id, credentials), credentials)
