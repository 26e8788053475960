"""Market data: quotes and candles from a source, to Redis and to files."""
