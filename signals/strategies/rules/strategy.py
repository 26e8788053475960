"""rules: a strategy that is told in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from signals.indicators import Floats
from signals.marketdata.candles import CandleArrays
from signals.strategies.parameters import document
from signals.strategies.registry import StrategyOutput, strategy
from signals.strategies.rules.conditions import Condition, Truths
from signals.strategies.rules.document import Rules, read_rules
from signals.strategies.rules.schema import SCHEMA
from signals.strategies.rules.values import Market

DEFAULT: dict[str, Any] = {
    "indicators": {"fast": {"kind": "ema", "period": 9}, "slow": {"kind": "ema", "period": 21}},
    "long": {"left": "fast", "is": "crosses_above", "right": "slow"},
    "short": {"left": "fast", "is": "crosses_below", "right": "slow"},
}


def _whole(given: Any) -> dict[str, Any]:
    return dict(read_rules(given).whole)


@dataclass(frozen=True, slots=True)
class RulesParams:
    rules: Mapping[str, Any] = document(
        DEFAULT, _whole, SCHEMA, "Indicators, the conditions for long and short, stop, target and strength."
    )


def warmup(params: RulesParams) -> int:
    return read_rules(params.rules).reach + 2  # the bar before is judged as well: it fires on the first


@strategy(name="rules", title="Rules in JSON", params=RulesParams, warmup=warmup)
def rules(candles: CandleArrays, params: RulesParams) -> StrategyOutput:
    """A strategy of your own: indicators by name, a condition for long and one for short, where stop and target lie,
    and how strong its word is. Fires on the first candle at which a condition is met; never on one at which both are,
    or whose stop or target would lie on the wrong side of the close.
    """
    told = read_rules(params.rules)
    market = Market(candles)
    long, short = (_first(side, market, told.reach + 1) for side in (told.long, told.short))
    direction = long.astype(np.int8) - short.astype(np.int8)
    stop, target = _levels(told, market, direction)
    strength = market.of(told.strength)
    with np.errstate(invalid="ignore"):
        sound = (direction * (candles.close - stop) > 0) & (direction * (target - candles.close) > 0)
        sound &= (stop > 0) & (target > 0) & np.isfinite(stop) & np.isfinite(target) & np.isfinite(strength)
    return StrategyOutput(
        direction=np.where(sound, direction, 0).astype(np.int8),
        strength=np.clip(np.nan_to_num(strength, posinf=100.0, neginf=0.0), 0.0, 100.0),
        stop=np.where(sound, stop, np.nan),
        target=np.where(sound, target, np.nan),
        evidence={name: market.of(value) for name, value in told.evidence.items()},
    )


def _first(condition: Condition | None, market: Market, known: int) -> Truths:
    """The first bars at which it is met; none of those on which, or before which, all that it asks for is not known."""
    if condition is None:
        return np.zeros(len(market.candles), dtype=bool)
    met = condition.on(market)
    fired = met & ~np.concatenate(([False], met[:-1]))[: len(met)]
    fired[:known] = False
    return fired


def _levels(told: Rules, market: Market, direction: "np.ndarray") -> tuple[Floats, Floats]:
    away = direction.astype(np.float64)
    stop = told.stop.on(market, -away)
    return stop, told.target.on(market, away, stop)
