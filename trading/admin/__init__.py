"""Admin pages of the trading floor. Money moves through the services alone; nothing here writes it."""

from trading.admin import accounts, alerts, brokerage, decisions, groups, killswitch, orders, records, sessions, trades

__all__ = [
    "accounts",
    "alerts",
    "brokerage",
    "decisions",
    "groups",
    "killswitch",
    "orders",
    "records",
    "sessions",
    "trades",
]
