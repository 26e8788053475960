"""What a walk-forward adds up to: its stretches out of sample as one result, and how much of what was found held."""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.backtest.result import BacktestResult, Ints, TradeColumns


@dataclass(frozen=True, slots=True)
class Earned:
    """A stretch's result: `percent` of the balance it began with, over `length` ms."""

    percent: float
    length: int


def earned(result: BacktestResult, length: int) -> Earned:
    start = float(result.equity[0])
    return Earned((float(result.equity[-1]) - start) / start * 100, length)


def efficiency_percent(inside: Sequence[Earned], outside: Sequence[Earned]) -> float | None:
    """Walk-forward efficiency: the rate of profit out of sample by that in sample, percent; None where nothing was
    earned in sample. As in Pardo (2008), ch. 11, with simple rates over all folds together.
    """
    found, held = _rate(inside), _rate(outside)
    return held / found * 100 if found > 0 else None


def join(results: Sequence[BacktestResult]) -> BacktestResult:
    """Results of consecutive stretches, each begun with the balance that the one before ended with, as one.

    Symbols and strategies keep their names, whatever their places in the parts. Raises ValueError for none.
    """
    if not results:
        raise ValueError("join: at least one result is needed")
    symbols = _names(result.symbols for result in results)
    strategies = _names(result.strategies for result in results)
    parts = [
        dataclasses.replace(
            result.trades,
            symbol=_placed(result.trades.symbol, result.symbols, symbols),
            strategy=_placed(result.trades.strategy, result.strategies, strategies),
        )
        for result in results
    ]
    columns = (item.name for item in dataclasses.fields(TradeColumns))
    trades = TradeColumns(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in columns})
    # A stretch begins where the one before it has ended.
    kept = [result.time > (results[index - 1].time[-1] if index else -1) for index, result in enumerate(results)]
    blocked: Counter[str] = Counter()
    for result in results:
        blocked.update(result.blocked)

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(result, name)[keep] for result, keep in zip(results, kept, strict=True)])

    return BacktestResult(
        config=results[0].config,
        symbols=symbols,
        strategies=strategies,
        trades=trades,
        time=joined("time"),
        equity=joined("equity"),
        balance=joined("balance"),
        signals=sum(result.signals for result in results),
        approved=sum(result.approved for result in results),
        blocked=dict(blocked),
        failed=sum(result.failed for result in results),
    )


def _rate(parts: Sequence[Earned]) -> float:
    length = sum(part.length for part in parts)
    return sum(part.percent for part in parts) / length if length else 0.0


def _names(parts: "object") -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part))  # type: ignore[attr-defined]


def _placed(codes: Ints, names: Sequence[str], among: Sequence[str]) -> Ints:
    places = np.array([among.index(name) for name in names], dtype=np.int64)
    return places[codes] if len(codes) else codes
