"""Candle periods."""

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE

# Milliseconds of each; every period is a whole multiple of the one before it.
TIMEFRAMES: dict[str, int] = {
    "5s": 5 * SECOND,
    "15s": 15 * SECOND,
    "1m": MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "4h": 4 * HOUR,
    "1d": 24 * HOUR,
}


def milliseconds(timeframe: str) -> int:
    """The period's length. Raises ValueError naming the timeframes there are."""
    try:
        return TIMEFRAMES[timeframe]
    except KeyError:
        raise ValueError(f"timeframe: {timeframe!r} is not one of {', '.join(TIMEFRAMES)}") from None


def bucket_start(time_ms: int, timeframe: str) -> int:
    """Open time (epoch ms UTC) of the candle that `time_ms` falls into. Raises ValueError as `milliseconds` does."""
    step = milliseconds(timeframe)
    return time_ms - time_ms % step
