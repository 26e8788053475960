"""Backtests: the rule book of paper and live trading, compiled, over arrays of candles."""
