"""Deribit's wire: JSON-RPC 2.0 over HTTP and WebSocket, over the simulated exchange."""

from brokers.simulator.deribit.wire import routes

__all__ = ["routes"]
