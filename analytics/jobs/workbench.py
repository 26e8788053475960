"""The candles of a backtest, loaded once, and what its strategies fire on them, worked out once for each setting."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from analytics.backtest.config import BacktestConfig
from analytics.backtest.data import DataError, LoadedData, load_markets
from analytics.backtest.market import Market
from analytics.backtest.result import BacktestResult
from analytics.backtest.signals import SignalColumns, in_order, strategy_signals
from analytics.search.windows import Window
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds
from signals.strategies.registry import strategy_key

_KEPT_BYTES = 64 * 2**20


@dataclass(slots=True)
class Workbench:
    """Runs settings over one set of candles. `whole` is the time from the first candle's open to the last one's end."""

    loaded: LoadedData
    _signals: "OrderedDict[tuple[str, ...], SignalColumns]" = field(default_factory=OrderedDict)
    _markets: dict[Window, list[Market]] = field(default_factory=dict)

    @classmethod
    def load(cls, data: Mapping[str, Any], *, most_candles: int) -> "Workbench":
        """Raises DataError naming what is missing, or where there are more candles than `most_candles`."""
        loaded = load_markets(data)
        held = sum(len(item.candles) + (0 if item.detail is None else len(item.detail)) for item in loaded.markets)
        if held > most_candles:
            raise DataError("data.symbols", f"These are {held:,} candles; at most {most_candles:,} are allowed.")
        return cls(loaded)

    @property
    def step(self) -> int:
        """A candle's length, ms."""
        return milliseconds(self.loaded.timeframe)

    @property
    def whole(self) -> Window:
        times = [market.candles.time for market in self.loaded.markets]
        return Window(min(int(time[0]) for time in times), max(int(time[-1]) for time in times) + self.step)

    def run(self, config: BacktestConfig, window: Window | None = None) -> BacktestResult:
        """The backtest over the window, by default over all candles.

        Strategies see what was before the window, too, as they would have then; nothing is traded on it. Raises
        DataError for a window without candles, ValueError as the engine does.
        """
        from analytics.backtest.run import run_backtest

        window = window or self.whole
        signals = self._fired(config)
        if window != self.whole:
            inside = (signals.time >= window.start) & (signals.time < window.end)
            signals = SignalColumns(*(column[inside] for column in signals.columns()))  # type: ignore[arg-type]
        return run_backtest(config, self._within(window), self.loaded.timeframe, signals=[signals])

    def _fired(self, config: BacktestConfig) -> SignalColumns:
        key = tuple(strategy_key(item.name, item.params) for item in in_order(config))
        if key not in self._signals:
            self._signals[key] = strategy_signals(config, self.loaded.markets, self.loaded.timeframe)
            while len(self._signals) > 1 and sum(_bytes(item) for item in self._signals.values()) > _KEPT_BYTES:
                self._signals.popitem(last=False)
        self._signals.move_to_end(key)
        return self._signals[key]

    def _within(self, window: Window) -> list[Market]:
        if window == self.whole:
            return self.loaded.markets
        if window not in self._markets:
            self._markets[window] = [_cut(market, window) for market in self.loaded.markets]
        return self._markets[window]


def _cut(market: Market, window: Window) -> Market:
    """A market without candles in the window stays, empty: signals name markets by their place."""
    return Market(
        market.instrument,
        _between(market.candles, window),
        None if market.detail is None else _between(market.detail, window),
    )


def _between(candles: CandleArrays, window: Window) -> CandleArrays:
    low, high = np.searchsorted(candles.time, [window.start, window.end])
    return candles.slice(int(low), int(high))


def _bytes(signals: SignalColumns) -> int:
    return sum(column.nbytes for column in signals.columns())
