"""What a refused trade would have made, by hand-made candles."""

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from analytics.quality.estimates import HORIZON, OPEN, UNTOLD, Refused, estimate
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays

MINUTE = 60_000
START = 1_800_000_000_000 // MINUTE * MINUTE
SPOT = Instrument(
    "sim", "ABC", market_type="SPOT", tick_size=0.01, lot_size=0.001, min_quantity=0.001, min_notional=1.0
)
INVERSE = Instrument(
    "sim",
    "INV",
    market_type="FUTURES",
    tick_size=0.5,
    lot_size=1.0,
    min_quantity=1.0,
    min_notional=1.0,
    contract_size=10.0,
    inverse=True,
)


def candles(*rows: tuple[float, float, float, float], skip: int = 0) -> CandleArrays:
    """Minutes from START on; after the first, `skip` are missing."""
    times = [START + (number + (skip if number else 0)) * MINUTE for number in range(len(rows))]
    return CandleArrays.from_rows((time, *row, 1.0) for time, row in zip(times, rows, strict=True))


def refused(**values: Any) -> Refused:
    defaults = {"direction": 1, "price": 100.0, "stop": 99.0, "target": 102.0, "quantity": 2.0, "commission_rate": 0.0}
    return Refused(**{"decision_id": 1, "time": START, **defaults, **values})


FLAT, UP, DOWN = (100.0, 100.5, 99.5, 100.0), (100.0, 102.5, 99.5, 102.0), (100.0, 100.5, 98.0, 98.5)


@pytest.mark.parametrize(
    ("bars", "values", "pnl", "minutes"),
    [
        ([FLAT, UP], {}, 4.0, 2),
        ([FLAT, DOWN], {}, -2.0, 2),
        ([DOWN, UP], {}, -2.0, 1),
        ([(100.0, 103.0, 98.0, 100.0)], {}, -2.0, 1),  # the worst of a candle
        ([FLAT, (97.0, 98.0, 96.0, 97.0)], {}, -6.0, 2),  # it opened beyond the stop
        ([FLAT, UP], {"commission_rate": 0.001}, 4.0 - 0.001 * 2 * 202, 2),
        ([FLAT, DOWN], {"direction": -1, "stop": 101.0, "target": 98.5}, 3.0, 2),
    ],
)
def test_where_a_level_was_touched(bars: list[Any], values: dict[str, Any], pnl: float, minutes: int) -> None:
    (found,) = estimate([refused(**values)], candles(*bars), SPOT, START + len(bars) * MINUTE)
    assert found.pnl == pytest.approx(pnl)
    assert found.closed_at == datetime.fromtimestamp((START + minutes * MINUTE) / 1000, UTC)


def test_an_inverse_contract() -> None:
    (found,) = estimate([refused(commission_rate=0.001)], candles(FLAT, UP), INVERSE, START + 2 * MINUTE)
    gross = 2 * 10 * (1 / 100 - 1 / 102)
    assert found.pnl == pytest.approx(gross - 0.001 * 2 * (10 / 100 + 10 / 102))


def test_neither_level_yet_and_never() -> None:
    bars = candles(*[FLAT] * 20)
    assert estimate([refused()], bars, SPOT, START + 20 * MINUTE) == [OPEN]
    late = START + int(HORIZON.total_seconds() * 1000)
    long = CandleArrays.from_rows((time, *FLAT, 1.0) for time in range(START, late + MINUTE, MINUTE))
    assert estimate([refused()], long, SPOT, late) == [UNTOLD]


@pytest.mark.parametrize(
    "values",
    [{"stop": math.nan}, {"target": math.nan}, {"price": math.nan}, {"quantity": 0.0}, {"stop": 101.0}],
    ids=str,
)
def test_a_plan_that_lacks_something(values: dict[str, Any]) -> None:
    assert estimate([refused(**values)], candles(FLAT, UP), SPOT, START + 2 * MINUTE) == [UNTOLD]


def test_missing_candles() -> None:
    assert estimate([refused()], CandleArrays.empty(), SPOT, START + MINUTE) == [UNTOLD]
    assert estimate([refused()], candles(FLAT, UP, skip=30), SPOT, START + 40 * MINUTE) == [UNTOLD]
    (found,) = estimate([refused()], candles(FLAT, UP, skip=5), SPOT, START + 10 * MINUTE)
    assert found.pnl == pytest.approx(4.0)
    before = refused(time=START - 60 * MINUTE)
    assert estimate([before], candles(FLAT, UP), SPOT, START + 2 * MINUTE) == [UNTOLD]
    inside = refused(time=START + 15 * MINUTE)  # of a hole
    assert estimate([inside], candles(FLAT, UP, skip=30), SPOT, START + 40 * MINUTE) == [UNTOLD]
    outdated = estimate([refused()], candles(FLAT, FLAT), SPOT, START + 60 * MINUTE)
    assert outdated == [UNTOLD]


def test_each_of_many() -> None:
    bars = candles(FLAT, UP, DOWN)
    items = [refused(), refused(time=START + 2 * MINUTE), refused(target=120.0), refused(stop=90.0, target=150.0)]
    found = estimate(items, bars, SPOT, START + 3 * MINUTE)
    assert np.allclose([item.pnl for item in found[:3]], [4.0, -2.0, -2.0])  # type: ignore[misc]
    assert found[3] == OPEN
