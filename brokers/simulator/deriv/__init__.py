"""Deriv's wire: the current API (REST, one-time passwords, WebSockets) and the legacy v3 one, over one desk."""

from brokers.simulator.deriv.desk import Desk
from brokers.simulator.deriv.wire import routes

__all__ = ["Desk", "routes"]
