"""Which class serves which exchange."""

from typing import Any

from brokers.adapters.ccxt.adapter import CcxtBroker
from brokers.adapters.ccxt.extensions.delta_broker import DeltaBroker
from brokers.adapters.ccxt.extensions.deribit_options import DeribitBroker
from brokers.interface import Credentials

_OWN: dict[str, type[CcxtBroker]] = {"deribit": DeribitBroker, "delta": DeltaBroker}


def ccxt_broker(broker_id: str, credentials: Credentials, **options: Any) -> CcxtBroker:
    """The adapter of a crypto broker; `options` as CcxtBroker's. Raises UnknownBroker, BrokerClosed."""
    return _OWN.get(broker_id, CcxtBroker)(broker_id, credentials, **options)
