"""Whether paper and backtest agree: the same trades of the same candles, or each difference and its cause."""
