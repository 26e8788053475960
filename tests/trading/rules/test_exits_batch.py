import math
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trading.rules.strategies import DIRECTIONS, LEVELS, OPENED, bars
from trading.rules.exits import NO_EXIT, STOP_LOSS, first_exit
from trading.rules.exits_batch import batch_first_exit

TRADES = st.lists(st.tuples(DIRECTIONS, LEVELS, LEVELS, OPENED), max_size=12)
CORNERS = ("open_", "high", "low", "close")


def columns_of(trades: list[tuple[int, float, float, int]]) -> dict[str, Any]:
    kinds = (("directions", np.int64), ("stops", np.float64), ("targets", np.float64), ("opened", np.int64))
    return {name: np.array([row[at] for row in trades], dtype=kind) for at, (name, kind) in enumerate(kinds)}


def assert_as_scalar(trades: list[tuple[int, float, float, int]], candles: dict[str, Any]) -> None:
    index, reason, price = batch_first_exit(**columns_of(trades), **candles)
    for at, (direction, stop, target, opened) in enumerate(trades):
        expected = first_exit(direction=direction, stop=stop, target=target, opened=opened, **candles)
        assert (index[at], reason[at]) == expected[:2]
        assert price[at] == expected[2] or (math.isnan(price[at]) and math.isnan(expected[2]))


@settings(max_examples=200, deadline=None)
@given(TRADES, bars())
def test_as_the_scalar_scan(trades: list[tuple[int, float, float, int]], candles: dict[str, Any]) -> None:
    assert_as_scalar(trades, candles)


@settings(max_examples=100, deadline=None)
@given(TRADES, bars(), st.data())
def test_as_the_scalar_scan_over_broken_bars(
    trades: list[tuple[int, float, float, int]], candles: dict[str, Any], data: st.DataObject
) -> None:
    """NaN in places, and corners that contradict each other: a broken bar must not hide a stop in another."""
    if len(candles["time"]):
        for _ in range(data.draw(st.integers(1, 4))):
            row = candles[data.draw(st.sampled_from(CORNERS))]
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(LEVELS)
    assert_as_scalar(trades, candles)


def test_a_bar_without_prices_hides_no_other() -> None:
    one = [100.0, 110.0, 90.0, 100.0]
    for table in ([one, [math.nan] * 4], [[math.nan] * 4, one]):
        columns = dict(zip(CORNERS, np.array(table).T, strict=True))
        trades = [(1, 95.0, math.nan, 0), (-1, 105.0, math.nan, 0)]
        assert_as_scalar(trades, {"time": np.array([60_000, 120_000]), **columns, "step": 60_000})
        found, _, _ = batch_first_exit(**columns_of(trades), time=np.array([60_000, 120_000]), **columns, step=60_000)
        assert (found >= 0).all()


@pytest.mark.parametrize("corner", [0, 3])
@pytest.mark.parametrize(("direction", "price"), [(1, 90.0), (-1, 110.0)])
def test_an_open_or_close_outside_high_and_low_is_seen(corner: int, direction: int, price: float) -> None:
    bar = [100.0] * 4
    bar[corner] = price
    candles = {"time": np.array([60_000]), **{name: np.array([bar[at]]) for at, name in enumerate(CORNERS)}}
    opened = 60_000 if corner == 0 else 60_001  # the close alone judges a bar entered midway
    index, reason, at = batch_first_exit(
        **columns_of([(direction, 100.0 - direction * 5.0, math.nan, opened)]), **candles, step=60_000
    )
    assert (index[0], reason[0], at[0]) == (0, STOP_LOSS, price)


def test_nothing_in_nothing_out() -> None:
    none = {name: np.array([]) for name in CORNERS}
    index, reason, price = batch_first_exit(
        **columns_of([(1, 99.0, 101.0, 0)]), time=np.array([], dtype=np.int64), **none, step=60_000
    )
    assert (index[0], reason[0]) == (-1, NO_EXIT)
    assert math.isnan(price[0])


def test_a_sweep_of_100_000_quiet_trades_is_quick() -> None:
    """10-20 ms on two slow cores; the bound is loose, for it guards against a scan of every trade (minutes)."""
    count, length, step = 100_000, 600, 60_000
    random = np.random.default_rng(1)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 1e-4, length)))
    open_ = np.concatenate(([100.0], close[:-1]))
    directions = random.choice(np.array([1, -1]), count)
    stops = 100.0 * (1.0 - directions * random.uniform(0.02, 0.05, count))
    stops[:50] = 100.0  # a few are hit
    started = time.perf_counter()
    index, reason, _ = batch_first_exit(
        directions,
        stops,
        100.0 * (1.0 + directions * 0.05),
        random.integers(0, length * step, count),
        np.arange(length, dtype=np.int64) * step,
        open_,
        np.maximum(open_, close),
        np.minimum(open_, close),
        close,
        step,
    )
    assert time.perf_counter() - started < 1.0
    assert 0 < (index >= 0).sum() <= 50
    assert set(reason[index >= 0]) == {STOP_LOSS}
