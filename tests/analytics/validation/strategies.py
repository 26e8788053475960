"""Strategies with faults, to be found out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.strategies import registry
from signals.strategies.parameters import number
from signals.strategies.registry import Floats, StrategyOutput


@dataclass(frozen=True, slots=True)
class BarsParams:
    bars: int = number(1, 1, 500, "Bars.")


def fires(candles: CandleArrays, direction: Floats, **evidence: Floats) -> StrategyOutput:
    """That direction, with levels at 1 %."""
    signs = np.nan_to_num(direction)
    fired = signs != 0
    return StrategyOutput(
        direction=signs.astype(np.int8),
        strength=np.where(fired, 80.0, 0.0),
        stop=np.where(fired, candles.close * (1 - signs * 0.01), np.nan),
        target=np.where(fired, candles.close * (1 + signs * 0.01), np.nan),
        evidence=evidence,
    )


def peeks(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    """Knows the close some bars ahead."""
    ahead = np.concatenate([candles.close[params.bars :], np.full(min(params.bars, len(candles)), np.nan)])
    return fires(candles, np.sign(ahead - candles.close))


def normalizes(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    """Its decisions are honest, but its evidence is measured by the whole series."""
    change = np.diff(candles.close, prepend=candles.close[:1])
    return fires(
        candles, np.where(np.abs(change) > 0.3, np.sign(change), 0.0), score=candles.close / candles.close.mean()
    )


def remembers(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    """By an average over everything that there ever was: honest, but no window is long enough."""
    mean = np.cumsum(candles.close) / np.arange(1, len(candles) + 1)
    above = candles.close > mean
    turned = np.append(False, above[1:] != above[:-1])[: len(above)]
    return fires(candles, np.where(turned, np.where(above, 1.0, -1.0), 0.0), mean=mean)


def slow_average(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    """An EMA as evidence, which forgets where it began bit by bit."""
    average = indicators.ema(candles.close, params.bars)
    change = np.diff(candles.close, prepend=candles.close[:1])
    return fires(candles, np.where(np.isfinite(average) & (change > 0.3), 1.0, 0.0), average=average)


def keeps_quiet(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    return fires(candles, np.zeros(len(candles)))


def fails(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    if len(candles) < 100:
        raise IndexError("too few")
    return fires(candles, np.sign(np.diff(candles.close, prepend=candles.close[:1])))


def misshapes(candles: CandleArrays, params: BarsParams) -> StrategyOutput:
    return fires(candles, np.zeros(len(candles)), score=np.zeros(3))


@contextmanager
def registered(*runs: Callable[..., StrategyOutput]) -> Iterator[None]:
    """Registered under the functions' names, meanwhile."""
    before = dict(registry._strategies)
    for run in runs:
        registry.strategy(name=run.__name__, title="", params=BarsParams, warmup=lambda params: params.bars)(run)
    try:
        yield
    finally:
        registry._strategies.clear()
        registry._strategies.update(before)
