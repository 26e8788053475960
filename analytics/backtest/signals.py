"""What strategies fired, or a session recorded, as columns."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from analytics.backtest.config import BacktestConfig, StrategyChoice
from analytics.backtest.market import Market
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds
from signals.strategies.registry import StrategyOutput, run_strategy, strategy_key

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EXACT = 4096.0  # below it, float64 holds more than the twelve places that prices are stored with


@dataclass(frozen=True, slots=True)
class SignalColumns:
    """Signals in any order; arrays of one length n. Together with their markets and strategies they are a run's input.

    market: index into the run's markets; strategy: index into its strategies; time: when the signal is known (epoch ms:
    the close of its candle), to be acted upon at the open of the first bar from then on; direction: 1 or -1; entry,
    stop, target: prices per unit, NaN for "none"; confidence: fraction 0-1.
    """

    market: Ints
    strategy: Ints
    time: Ints
    direction: Ints
    entry: Floats
    stop: Floats
    target: Floats
    confidence: Floats

    def __len__(self) -> int:
        return len(self.time)

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        return (
            self.market,
            self.strategy,
            self.time,
            self.direction,
            self.entry,
            self.stop,
            self.target,
            self.confidence,
        )

    @classmethod
    def joined(cls, parts: "Sequence[SignalColumns]") -> "SignalColumns":
        """The parts one after the other."""
        if not parts:
            empty: list[Any] = [np.empty(0, np.int64)] * 4 + [np.empty(0)] * 4
            return cls(*empty)
        joined: list[Any] = [
            np.concatenate(columns) for columns in zip(*(part.columns() for part in parts), strict=True)
        ]
        return cls(*joined)


def in_order(config: BacktestConfig) -> tuple[StrategyChoice, ...]:
    """The strategies in the order in which sessions run them: by their keys, each distinct one once."""
    found = {strategy_key(item.name, item.params): item for item in config.strategies}
    return tuple(found[key] for key in sorted(found))


def strategy_signals(
    config: BacktestConfig, markets: Sequence[Market], timeframe: str, *, window: int | None = None
) -> SignalColumns:
    """What the strategies fire on the markets' candles.

    They see all candles at once; with `window` each candle is judged by that many up to it, as live sessions do it,
    which takes long. Raises StrategyError, and what a strategy raises.
    """
    step = milliseconds(timeframe)
    parts = [
        _fired(at, number, market.candles, choice, step, window)
        for number, choice in enumerate(in_order(config))
        for at, market in enumerate(markets)
    ]
    return SignalColumns.joined(parts)


def _fired(
    market: int, strategy: int, candles: CandleArrays, choice: StrategyChoice, step: int, window: int | None
) -> SignalColumns:
    output = _whole(candles, choice) if window is None else _windowed(candles, choice, window)
    at = np.flatnonzero(output.direction)
    direction = output.direction[at].astype(np.int64)
    close, stop, target = candles.close[at], as_stored(output.stop[at]), as_stored(output.target[at])
    strength = output.strength[at]
    usable = np.isfinite(strength) & (strength >= 0.0) & (strength <= 100.0) & (np.minimum(stop, target) > 0.0)
    usable &= (direction * (close - stop) > 0.0) & (direction * (target - close) > 0.0)
    found = at[usable]
    return SignalColumns(
        market=np.full(len(found), market, np.int64),
        strategy=np.full(len(found), strategy, np.int64),
        time=candles.time[found] + step,
        direction=direction[usable],
        entry=as_stored(candles.close[found]),
        stop=stop[usable],
        target=target[usable],
        confidence=np.round(strength[usable] / 100.0, 4),
    )


def _whole(candles: CandleArrays, choice: StrategyChoice) -> StrategyOutput:
    return run_strategy(choice.name, choice.params, candles.read_only())


def _windowed(candles: CandleArrays, choice: StrategyChoice, window: int) -> StrategyOutput:
    """Each candle's word by the last `window` candles up to it."""
    rows = np.array(list(_last_words(candles, choice, window)), dtype=np.float64).reshape(len(candles), 4)
    return StrategyOutput(rows[:, 0].astype(np.int8), rows[:, 1], rows[:, 2], rows[:, 3], {})


def _last_words(candles: CandleArrays, choice: StrategyChoice, window: int) -> Iterator[tuple[float, ...]]:
    for end in range(1, len(candles) + 1):
        word = run_strategy(choice.name, choice.params, candles.slice(max(0, end - window), end).read_only())
        yield float(word.direction[-1]), float(word.strength[-1]), float(word.stop[-1]), float(word.target[-1])


def as_stored(prices: Floats) -> Floats:
    """Prices at the twelve places that the database keeps."""
    return np.where(np.abs(prices) < _EXACT, np.round(prices, 12), prices)
