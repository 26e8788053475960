"""vectorbt: indicators and signals as arrays, orders simulated by its compiled Portfolio.from_signals."""

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers import FAST, FEE, SHARE, SLOW, STOP, TARGET


def run(candles: dict[str, Any]) -> Any:
    """Entries' bars. Its stops lie at a distance from the fill, not from the close before it."""
    import vectorbt as vbt  # type: ignore[import-not-found]

    index = pd.to_datetime(candles["time"], unit="ms")  # one with a time zone makes it thirty times slower
    open_, high, low, close = (pd.Series(candles[name], index=index) for name in ("open", "high", "low", "close"))
    fast, slow = vbt.MA.run(close, FAST, ewm=True), vbt.MA.run(close, SLOW, ewm=True)
    above, below = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
    portfolio = vbt.Portfolio.from_signals(
        close,
        entries=above.vbt.signals.fshift(1),
        short_entries=below.vbt.signals.fshift(1),
        price=open_,
        open=open_,
        high=high,
        low=low,
        size=SHARE,
        size_type="percent",
        fees=FEE,
        sl_stop=STOP,
        tp_stop=TARGET,
        stop_entry_price="FillPrice",
        upon_opposite_entry="ignore",
        init_cash=10_000.0,
        freq="1min",
    )
    return np.asarray(portfolio.trades.records["entry_idx"])
