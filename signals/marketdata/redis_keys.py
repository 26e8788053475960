"""Redis keys of market data."""

SERIES = "signalist:candle-series"


def quotes(venue: str) -> str:
    """Hash: symbol -> latest quote."""
    return f"signalist:quotes:{venue}"


def quote_channel(venue: str) -> str:
    """Channel on which new quotes are told."""
    return f"signalist:quote-channel:{venue}"


def candles(venue: str, symbol: str, timeframe: str) -> str:
    """Sorted set of closed candles, scored by open time (epoch ms)."""
    return f"signalist:candles:{venue}:{symbol}:{timeframe}"


def sim_state(seed: int) -> str:
    """The simulated market's state, so that a restart goes on where it stopped."""
    return f"signalist:sim-state:{seed}"


def lease(name: str) -> str:
    return f"signalist:lease:{name}"


def lease_token(name: str) -> str:
    """Counter of the lease's holders."""
    return f"signalist:lease-token:{name}"
