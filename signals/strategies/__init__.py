"""Strategies: pure functions over candle arrays. Importing this package registers the built-in ones."""

from signals.strategies import ema_cross, razor, sma_3c  # noqa: F401
from signals.strategies.rules import strategy as rules_strategy  # noqa: F401
