"""Admin pages of the analytics floor."""

from analytics.admin import backtests, daily, track_records

__all__ = ["backtests", "daily", "track_records"]
