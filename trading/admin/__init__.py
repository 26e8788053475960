"""Admin pages of the trading floor. Money moves through the services alone; nothing here writes it."""

from trading.admin import accounts, brokerage, decisions, orders, records, sessions, trades

__all__ = ["accounts", "brokerage", "decisions", "orders", "records", "sessions", "trades"]
