import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from tests.trading.rules.strategies import LEVELS, NEAR_PRICES, scan_arguments
from trading.rules.exits import NO_EXIT, STOP_LOSS, TAKE_PROFIT, exit_on_bar, exit_on_entry_bar, first_exit

NAN = math.nan


@pytest.mark.parametrize(
    ("stop", "target", "bar", "expected"),
    [
        (98.0, 104.0, (100.0, 101.0, 99.0, 100.5), (NO_EXIT, 100.5)),
        (98.0, 104.0, (100.0, 101.0, 98.0, 100.5), (STOP_LOSS, 98.0)),
        (98.0, 104.0, (100.0, 104.0, 99.0, 100.5), (TAKE_PROFIT, 104.0)),
        (98.0, 104.0, (100.0, 105.0, 97.0, 100.5), (STOP_LOSS, 98.0)),  # both lie in the bar: the stop first
        (98.0, 104.0, (97.0, 99.0, 96.0, 98.5), (STOP_LOSS, 97.0)),  # gap: at the open
        (98.0, 104.0, (105.0, 106.0, 103.0, 104.0), (TAKE_PROFIT, 105.0)),
        (98.0, 104.0, (105.0, 106.0, 97.0, 104.0), (TAKE_PROFIT, 105.0)),  # the open comes before any touch
        (NAN, 104.0, (100.0, 101.0, 1.0, 100.5), (NO_EXIT, 100.5)),
        (98.0, NAN, (100.0, 999.0, 99.0, 100.5), (NO_EXIT, 100.5)),
        (NAN, NAN, (100.0, 999.0, 1.0, 100.5), (NO_EXIT, 100.5)),
    ],
)
def test_long_and_its_mirror(
    stop: float, target: float, bar: tuple[float, float, float, float], expected: tuple[int, float]
) -> None:
    assert exit_on_bar(1, stop, target, *bar) == expected
    open_, high, low, close = (200.0 - price for price in bar)
    mirrored = exit_on_bar(-1, 200.0 - stop, 200.0 - target, open_, low, high, close)
    assert mirrored == (expected[0], 200.0 - expected[1])


@pytest.mark.parametrize(
    ("close", "expected"),
    [(100.0, (NO_EXIT, 100.0)), (97.5, (STOP_LOSS, 97.5)), (105.0, (TAKE_PROFIT, 105.0)), (98.0, (STOP_LOSS, 98.0))],
)
def test_of_the_entry_bar_only_the_close_counts(close: float, expected: tuple[int, float]) -> None:
    assert exit_on_entry_bar(1, 98.0, 104.0, close) == expected
    assert exit_on_entry_bar(-1, 102.0, 96.0, 200.0 - close) == (expected[0], 200.0 - expected[1])


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        (60_000, (0, STOP_LOSS, 98.0)),  # opened with the bar: it lived through all of it
        (60_001, (1, STOP_LOSS, 97.0)),  # opened inside it: its low may lie before
        (119_999, (1, STOP_LOSS, 97.0)),
        (120_000, (1, STOP_LOSS, 97.0)),
        (180_000, (-1, NO_EXIT, NAN)),
    ],
)
def test_the_bar_of_the_entry_counts_from_the_entry_on(opened: int, expected: tuple[int, int, float]) -> None:
    found = first_exit(
        direction=1,
        stop=98.0,
        target=104.0,
        opened=opened,
        time=np.array([60_000, 120_000]),
        open_=np.array([100.0, 97.0]),
        high=np.array([101.0, 99.0]),
        low=np.array([90.0, 96.0]),
        close=np.array([100.0, 98.5]),
        step=60_000,
    )
    assert found == pytest.approx(expected, nan_ok=True)


@given(LEVELS, LEVELS, NEAR_PRICES)
def test_a_tick_is_a_bar_of_one_price(stop: float, target: float, price: float) -> None:
    for direction in (1, -1):
        reason, at = exit_on_bar(direction, stop, target, price, price, price, price)
        assert (reason, at) == exit_on_entry_bar(direction, stop, target, price)
        assert at == price


@given(scan_arguments())
def test_the_scan_finds_the_first_bar_that_ends_the_trade(arguments: dict[str, Any]) -> None:
    index, reason, price = first_exit(**arguments)
    direction, stop, target, opened = (arguments[name] for name in ("direction", "stop", "target", "opened"))
    columns = [arguments[name] for name in ("open_", "high", "low", "close")]
    found = []
    for at, start in enumerate(arguments["time"]):
        bar = [float(column[at]) for column in columns]
        if start + arguments["step"] <= opened:
            continue
        if start < opened:
            found.append((at, *exit_on_entry_bar(direction, stop, target, bar[3])))
        else:
            found.append((at, *exit_on_bar(direction, stop, target, *bar)))
    hits = [item for item in found if item[1] != NO_EXIT]
    if hits:
        assert (index, reason, price) == hits[0]
    else:
        assert (index, reason) == (-1, NO_EXIT)
        assert math.isnan(price)


@given(scan_arguments())
def test_incident_9_looking_again_from_where_one_stopped_changes_nothing(arguments: dict[str, Any]) -> None:
    """A restart splits the scan in two; no bar before the split is judged anew, none is skipped."""
    whole = first_exit(**arguments)
    for split in range(len(arguments["time"]) + 1):
        parts = []
        for part in (slice(None, split), slice(split, None)):
            columns = {name: arguments[name][part] for name in ("time", "open_", "high", "low", "close")}
            parts.append(first_exit(**(arguments | columns)))
        before, after = parts
        resumed = before if before[0] >= 0 else (after[0] + split if after[0] >= 0 else -1, *after[1:])
        assert resumed[:2] == whole[:2]
        assert resumed[2] == whole[2] or math.isnan(resumed[2])
