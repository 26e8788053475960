"""Which adapter serves which broker."""

from brokers.adapters.paper import FillModel, PaperBroker
from brokers.interface import Broker


class UnknownBroker(LookupError):
    """No adapter is registered under that name."""


def broker_for(name: str, model: FillModel) -> Broker:
    """The adapter of broker `name`. Raises UnknownBroker."""
    if name == "paper":
        return PaperBroker(model)
    raise UnknownBroker(f"broker: there is no adapter for {name!r}")
