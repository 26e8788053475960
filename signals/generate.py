"""Strategies run on a window of candles: what fires on the last one becomes a signal's draft."""

import logging
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

import signals.strategies  # noqa: F401  (registers the built-in strategies)
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds
from signals.strategies.registry import StrategyOutput, run_strategy, strategy_key

logger = logging.getLogger(__name__)

_FRAMES_SHOWN = 3


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
    """A strategy that raised, or whose word cannot be used. `where` names the innermost code lines, no values."""

    strategy: str
    symbol: str
    message: str
    where: str = ""


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
    """Run each strategy on the window; what fires on its last candle. One that fails does not stop the others.

    Each sees the candles read-only. An empty window gives nothing. Raises ValueError for an unknown timeframe.
    """
    step = milliseconds(timeframe)
    if not len(window):
        return EvaluationResult((), ())
    window = window.read_only()
    close_ms = int(window.time[-1]) + step
    drafts, failures = [], []
    for request in requests:
        try:
            word = _last_word(run_strategy(request.name, request.params, window), window)
            key = strategy_key(request.name, request.params)
        except (Exception, SystemExit) as error:  # somebody's code: whatever it raises must stay with it
            failure = _failure(request.name, symbol, error)
            logger.warning("strategy %s on %s: %s %s", request.name, symbol, failure.message, failure.where)
            failures.append(failure)
            continue
        if word is not None:
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


def _failure(name: str, symbol: str, error: BaseException) -> StrategyFailure:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_SHOWN:]
    where = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return StrategyFailure(name, symbol, f"{type(error).__name__}: {error}"[:300], where)


def _last_word(output: StrategyOutput, window: CandleArrays) -> dict[str, Any] | None:
    """The last bar's direction, levels, confidence and evidence; None when nothing fires. Raises UnusableOutput."""
    _check_arrays(output, len(window))
    sign = int(output.direction[-1])
    if sign == 0:
        return None
    strength, stop, target = float(output.strength[-1]), float(output.stop[-1]), float(output.target[-1])
    _check_values(sign, strength, stop, target, float(window.close[-1]))
    return {
        "direction": "LONG" if sign > 0 else "SHORT",
        "stop_loss": stop,
        "take_profits": (target,),
        "confidence": strength / 100.0,
        "evidence": {
            name: float(f"{values[-1]:.10g}") for name, values in output.evidence.items() if np.isfinite(values[-1])
        },
    }


def _check_arrays(output: StrategyOutput, bars: int) -> None:
    if not isinstance(output, StrategyOutput):
        raise UnusableOutput(f"a StrategyOutput is needed, not {type(output).__name__}")
    named = {name: getattr(output, name) for name in ("direction", "strength", "stop", "target")}
    named |= {f"evidence {name}": values for name, values in output.evidence.items()}
    for name, values in named.items():
        if np.shape(values) != (bars,):
            raise UnusableOutput(f"{name} has the shape {np.shape(values)}, not ({bars},)")
    if np.asarray(output.direction).dtype.kind != "i":
        raise UnusableOutput(f"direction is made of {np.asarray(output.direction).dtype}, not of whole numbers")


def _check_values(sign: int, strength: float, stop: float, target: float, close: float) -> None:
    for name, value in (("strength", strength), ("stop", stop), ("target", target)):
        if not np.isfinite(value):
            raise UnusableOutput(f"{name} is {value} on a bar that fires")
    if sign not in (1, -1):
        raise UnusableOutput(f"direction is {sign}")
    if not 0.0 <= strength <= 100.0:
        raise UnusableOutput(f"strength {strength:g} lies outside 0-100")
    if min(stop, target) <= 0 or sign * (close - stop) <= 0 or sign * (target - close) <= 0:
        raise UnusableOutput(f"stop {stop:g} and target {target:g} are not prices on the two sides of {close:g}")
