"""Trades as files for other programs."""
