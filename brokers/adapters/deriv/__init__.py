"""Deriv, both APIs: the current one (REST, OTP, WebSocket) and the legacy v3 WebSocket."""

from brokers.adapters.deriv.adapter import DerivBroker

__all__ = ["DerivBroker"]
