"""Figures of accounts and sessions: the JSON of analytics/metrics, worked out by the database."""
