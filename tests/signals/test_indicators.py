"""TA-Lib's indicators against their definitions in plain Python."""

import itertools
import math
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from config.environment import BASE_DIR
from signals import indicators
from tests.signals.marketdata.bars import random_candles

CANDLES = random_candles(200)
CLOSE = CANDLES.close.tolist()
NAN = float("nan")


def plain_sma(values: list[float], period: int) -> list[float]:
    return [NAN if i < period - 1 else sum(values[i - period + 1 : i + 1]) / period for i in range(len(values))]


def plain_ema(values: list[float], period: int) -> list[float]:
    found = [NAN] * (period - 1) + [sum(values[:period]) / period]
    for value in values[period:]:
        found.append(found[-1] + (value - found[-1]) * 2 / (period + 1))
    return found


def plain_stdev(values: list[float], period: int) -> list[float]:
    found = [NAN] * (period - 1)
    for end in range(period, len(values) + 1):
        part = values[end - period : end]
        mean = sum(part) / period
        found.append(math.sqrt(sum((value - mean) ** 2 for value in part) / period))
    return found


def plain_volatility(values: list[float], period: int) -> list[float]:
    return [d / m for d, m in zip(plain_stdev(values, period), plain_sma(values, period), strict=True)]


def plain_momentum(values: list[float], period: int) -> list[float]:
    return [NAN if i < period else values[i] / values[i - period] - 1 for i in range(len(values))]


def wilder(values: list[float], period: int) -> list[float]:
    found = [sum(values[:period]) / period]
    for value in values[period:]:
        found.append((found[-1] * (period - 1) + value) / period)
    return found


def plain_rsi(values: list[float], period: int) -> list[float]:
    moves = [after - before for before, after in itertools.pairwise(values)]
    gains, losses = wilder([max(m, 0) for m in moves], period), wilder([max(-m, 0) for m in moves], period)
    return [NAN] * period + [100 * gain / (gain + loss) for gain, loss in zip(gains, losses, strict=True)]


def plain_atr(period: int) -> list[float]:
    high, low = CANDLES.high.tolist(), CANDLES.low.tolist()
    ranges = [
        max(high[i] - low[i], abs(high[i] - CLOSE[i - 1]), abs(low[i] - CLOSE[i - 1])) for i in range(1, len(high))
    ]
    return [NAN] * period + wilder(ranges, period)


@pytest.mark.parametrize("period", [2, 9, 14, 50])
@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("sma", plain_sma),
        ("ema", plain_ema),
        ("rsi", plain_rsi),
        ("stdev", plain_stdev),
        ("volatility", plain_volatility),
        ("momentum", plain_momentum),
    ],
)
def test_an_indicator_is_what_its_definition_says(
    name: str, plain: Callable[[list[float], int], list[float]], period: int
) -> None:
    found = getattr(indicators, name)(CANDLES.close, period)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, plain(CLOSE, period), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("period", [2, 14])
def test_average_true_range(period: int) -> None:
    found = indicators.atr(CANDLES.high, CANDLES.low, CANDLES.close, period)
    np.testing.assert_allclose(found, plain_atr(period), rtol=1e-9)


@pytest.mark.parametrize("name", ["sma", "ema", "rsi", "stdev", "volatility", "momentum"])
@pytest.mark.parametrize("bars", [0, 1, 5])
def test_too_little_history_is_all_nan(name: str, bars: int) -> None:
    found = getattr(indicators, name)(CANDLES.close[:bars].copy(), 10)
    assert len(found) == bars
    assert np.isnan(found).all()


def test_a_flat_market() -> None:
    flat = np.full(30, 42.0)
    assert indicators.stdev(flat, 5)[-1] == 0.0
    assert indicators.momentum(flat, 5)[-1] == 0.0
    assert indicators.ema(flat, 5)[-1] == pytest.approx(42.0)


_AT_ONCE = """
import sys, threading
import numpy as np
from signals import indicators

sys.setswitchinterval(1e-6)
found = []

def average():
    ready.wait()
    found.append(float(indicators.sma(np.arange(5.0), 2)[-1]))

def another_import():
    ready.wait()
    import polars
    found.append(polars.Series([3.5]).sum())

threads = [threading.Thread(target=target) for target in (average, average, another_import)]
ready = threading.Barrier(len(threads))
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
finders = [finder for finder in sys.meta_path if isinstance(finder, indicators._Hidden)]
print(found, finders, [name for name in ("polars", "pandas") if sys.modules.get(name, "absent") is None])
"""


def test_two_threads_that_need_it_first_at_once() -> None:
    """And a third, which wants the polars that TA-Lib is kept from."""
    command = [sys.executable, "-c", _AT_ONCE]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=60, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "[3.5, 3.5, 3.5] [] []"


def test_it_comes_without_what_arrays_never_use() -> None:
    script = "import sys; from signals import indicators; indicators._talib(); "
    script += "print({'polars', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=BASE_DIR, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
