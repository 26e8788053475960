"""What a refused trade would have made, by the candles that came after.

It enters at the plan's price when the decision was made, has the plan's quantity, stop and target, and ends where the
rule book says that one of them was touched first (trading/rules/exits.py: the worst of a candle). Commission is paid
on both sides. Slippage, funding and what an exit plan would have moved are left out. It cannot be told where the plan
lacks one of these, where candles are missing before the exit, and where neither level was touched within HORIZON.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import TIMEFRAMES
from trading.rules.exits_batch import batch_first_exit
from trading.rules.pnl import position_pnl, unit_value

TIMEFRAME = "1m"
HORIZON = timedelta(days=7)
LONGEST_GAP_MS = 10 * 60_000
_STEP = TIMEFRAMES[TIMEFRAME]


@dataclass(frozen=True, slots=True)
class Refused:
    """Prices per unit, quantity in base units (contracts); direction 1 or -1; time epoch ms of market time."""

    decision_id: int
    time: int
    direction: int
    price: float
    stop: float
    target: float
    quantity: float
    commission_rate: float

    @property
    def is_whole(self) -> bool:
        """Whether the plan has all that the estimate needs, its levels on their sides."""
        sides = self.direction * (self.price - self.stop) > 0.0 and self.direction * (self.target - self.price) > 0.0
        return self.price > 0.0 and self.quantity > 0.0 and sides


@dataclass(frozen=True, slots=True)
class Estimate:
    """`pnl`: account currency, NaN where it cannot be told; None: neither level was touched yet."""

    pnl: float | None
    closed_at: datetime | None = None


UNTOLD = Estimate(math.nan)
OPEN = Estimate(None)


def estimate(refused: Sequence[Refused], candles: CandleArrays, instrument: Instrument, now_ms: int) -> list[Estimate]:
    """Of one market's refused trades over its candles of TIMEFRAME, oldest first; in the order given."""
    bars, _, prices = batch_first_exit(
        np.array([item.direction for item in refused], dtype=np.int64),
        np.array([item.stop for item in refused]),
        np.array([item.target for item in refused]),
        np.array([item.time for item in refused], dtype=np.int64),
        candles.time,
        candles.open,
        candles.high,
        candles.low,
        candles.close,
        _STEP,
    )
    gaps = _gaps(candles.time)
    return [
        _told(item, int(bar), float(price), candles, gaps, instrument, now_ms)
        for item, bar, price in zip(refused, bars, prices, strict=True)
    ]


def _told(
    item: Refused,
    bar: int,
    price: float,
    candles: CandleArrays,
    gaps: NDArray[np.int64],
    instrument: Instrument,
    now_ms: int,
) -> Estimate:
    until = int(candles.time[bar]) if bar >= 0 else min(now_ms, item.time + _ms(HORIZON))
    if not item.is_whole or _is_broken(item.time, until, candles.time, gaps):
        return UNTOLD
    if bar < 0 or until > item.time + _ms(HORIZON):
        return OPEN if now_ms < item.time + _ms(HORIZON) else UNTOLD
    closed_at = datetime.fromtimestamp((until + _STEP) / 1000, UTC)
    return Estimate(_net(item, price, instrument), closed_at)


def _net(item: Refused, price: float, instrument: Instrument) -> float:
    inverse, size = instrument.inverse, instrument.contract_size
    gross = position_pnl(inverse, item.direction, item.quantity, item.price, price, size)
    turnover = item.quantity * (unit_value(inverse, item.price, size) + unit_value(inverse, price, size))
    return gross - item.commission_rate * turnover


def _gaps(time: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where candles are missing for too long: the open times of the last ones before."""
    return time[:-1][np.diff(time) - _STEP > LONGEST_GAP_MS]


def _is_broken(start: int, end: int, time: NDArray[np.int64], gaps: NDArray[np.int64]) -> bool:
    """Whether candles are missing between two moments (epoch ms), or around them."""
    if not len(time) or time[0] > start + LONGEST_GAP_MS or time[-1] + _STEP < end - LONGEST_GAP_MS:
        return True
    # The gap that the start lies in counts.
    first = int(np.searchsorted(gaps, start - _STEP, side="left"))
    at_start = int(np.searchsorted(time, start, side="right")) - 1
    is_inside = at_start >= 0 and start - int(time[at_start]) - _STEP > LONGEST_GAP_MS
    return is_inside or bool(first < len(gaps) and gaps[first] < end)


def _ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
