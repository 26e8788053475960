"""One connection for each account, held by one process and shared by all over Redis.

The streamer hosts `GatewayServer`; workers call `GatewayBroker`, a LiveBroker. A request names the account, never a
credential.
"""

from brokers.gateway.client import GatewayBroker
from brokers.gateway.server import GatewayServer

__all__ = ["GatewayBroker", "GatewayServer"]
