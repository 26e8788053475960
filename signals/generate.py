"""Strategies run on a window of candles: what fires on the last one becomes a signal's draft."""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES
from signals.strategies.registry import StrategyOutput, build_params, get_strategy, strategy_key

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StrategyRequest:
    """A strategy to run, with its parameters."""

    name: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SignalDraft:
    """A signal to be saved: prices per unit, confidence a fraction 0-1, market_time the close of the candle."""

    venue: str
    symbol: str
    market_type: str
    direction: str
    timeframe: str
    entry_price: float
    stop_loss: float
    take_profits: tuple[float, ...]
    confidence: float
    strategy: str
    strategy_key: str
    evidence: Mapping[str, float]
    market_time: datetime
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class StrategyFailure:
    """A strategy that raised, or whose word cannot be used."""

    strategy: str
    symbol: str
    message: str


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    signals: tuple[SignalDraft, ...]
    errors: tuple[StrategyFailure, ...]


class UnusableOutput(ValueError):
    """A strategy's output breaks its contract; the message says how."""


def evaluate(
    requests: Iterable[StrategyRequest],
    window: CandleArrays,
    *,
    venue: str,
    symbol: str,
    market_type: str,
    timeframe: str,
) -> EvaluationResult:
    """Run each strategy on the window; what fires on its last candle. One that fails does not stop the others."""
    drafts, failures = [], []
    for request in requests:
        try:
            params = build_params(request.name, request.params)
            output = get_strategy(request.name).run(window, params)
            word = _last_word(output, window)
        except Exception as error:  # a strategy is somebody's code: whatever it raises must stay with it
            logger.warning("strategy %s on %s", request.name, symbol, exc_info=not isinstance(error, UnusableOutput))
            failures.append(StrategyFailure(request.name, symbol, f"{type(error).__name__}: {error}"[:300]))
            continue
        if word is not None:
            key = strategy_key(request.name, request.params)
            close_ms = int(window.time[-1]) + TIMEFRAMES[timeframe]
            drafts.append(
                SignalDraft(
                    venue=venue,
                    symbol=symbol,
                    market_type=market_type,
                    timeframe=timeframe,
                    entry_price=float(window.close[-1]),
                    strategy=request.name,
                    strategy_key=key,
                    market_time=datetime.fromtimestamp(close_ms / 1000, UTC),
                    dedupe_key=f"{venue}|{symbol}|{timeframe}|{key}|{close_ms}",
                    **word,
                )
            )
    return EvaluationResult(tuple(drafts), tuple(failures))


def _last_word(output: StrategyOutput, window: CandleArrays) -> dict[str, Any] | None:
    """The last bar's direction, levels, confidence and evidence; None when nothing fires. Raises UnusableOutput."""
    arrays: list[Any] = [output.direction, output.strength, output.stop, output.target, *output.evidence.values()]
    if any(len(array) != len(window) for array in arrays):
        raise UnusableOutput("an array's length is not the number of bars")
    sign = int(output.direction[-1])
    if sign == 0:
        return None
    strength, stop, target = float(output.strength[-1]), float(output.stop[-1]), float(output.target[-1])
    _check(sign, strength, stop, target, float(window.close[-1]))
    return {
        "direction": "LONG" if sign > 0 else "SHORT",
        "stop_loss": stop,
        "take_profits": (target,),
        "confidence": strength / 100.0,
        "evidence": {
            name: round(float(values[-1]), 8) for name, values in output.evidence.items() if np.isfinite(values[-1])
        },
    }


def _check(sign: int, strength: float, stop: float, target: float, close: float) -> None:
    for name, value in (("strength", strength), ("stop", stop), ("target", target)):
        if not np.isfinite(value):
            raise UnusableOutput(f"{name} is {value} on a bar that fires")
    if sign not in (1, -1):
        raise UnusableOutput(f"direction is {sign}")
    if not 0.0 <= strength <= 100.0:
        raise UnusableOutput(f"strength {strength:g} lies outside 0-100")
    if sign * (close - stop) <= 0 or sign * (target - close) <= 0:
        raise UnusableOutput(f"stop {stop:g} and target {target:g} do not lie on the two sides of {close:g}")
