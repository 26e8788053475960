"""backtesting.py: an event loop in Python; the strategy as its documentation would write it, with compiled averages."""

from typing import Any

import numpy as np
import pandas as pd

from benchmarks.peers import FAST, FEE, SHARE, SLOW, STOP, TARGET
from benchmarks.peers.bare_loop import ema


def trades(candles: dict[str, Any]) -> Any:
    """Its own table of trades. It trades whole units alone, so it is given money for many."""
    from backtesting import Backtest, Strategy  # type: ignore[import-not-found]
    from backtesting.lib import crossover  # type: ignore[import-not-found]

    class Cross(Strategy):
        def init(self) -> None:
            self.fast, self.slow = self.I(ema, self.data.Close, FAST), self.I(ema, self.data.Close, SLOW)

        def next(self) -> None:
            if self.position:
                return
            close = self.data.Close[-1]
            if crossover(self.fast, self.slow):
                self.buy(size=SHARE, sl=close * (1 - STOP), tp=close * (1 + TARGET))
            elif crossover(self.slow, self.fast):
                self.sell(size=SHARE, sl=close * (1 + STOP), tp=close * (1 - TARGET))

    frame = pd.DataFrame(
        {name.capitalize(): candles[name] for name in ("open", "high", "low", "close", "volume")},
        index=pd.to_datetime(candles["time"], unit="ms"),
    )
    found = Backtest(frame, Cross, cash=1e10, commission=FEE, finalize_trades=True).run()
    return found["_trades"]


def run(candles: dict[str, Any]) -> Any:
    """Entries' bars."""
    return np.sort(trades(candles)["EntryBar"].to_numpy())
