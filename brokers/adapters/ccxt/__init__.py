"""Crypto exchanges through ccxt. ccxt itself is imported when a client is made: it is big."""
