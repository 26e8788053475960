"""The indicators: each begins where it is said to, and knows nothing of later bars."""

import numpy as np
import pytest

from signals.strategies.rules.kinds import KINDS, evaluate
from tests.signals.marketdata.bars import random_candles

CANDLES = random_candles(700)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("times", [1, 2])
def test_it_begins_where_its_lookback_ends(name: str, times: int) -> None:
    kind = KINDS[name]
    params = tuple(bound.default * times if bound.is_whole else bound.default for bound in kind.params.values())
    source = CANDLES.close if kind.of_source else CANDLES
    found = evaluate(kind, source, params)
    assert len(found) == len(kind.outputs)
    begins = max(int(np.flatnonzero(np.isfinite(values))[0]) for values in found)
    assert begins == kind.lookback(*params)
    assert all(np.isfinite(values[begins:]).all() for values in found)
    cut = 400
    shorter = evaluate(kind, source[:cut] if kind.of_source else CANDLES.slice(0, cut), params)
    for whole, part in zip(found, shorter, strict=True):
        np.testing.assert_array_equal(whole[:cut], part)


@pytest.mark.parametrize("name", KINDS)
def test_without_history_nothing_is_known(name: str) -> None:
    kind = KINDS[name]
    params = tuple(bound.default for bound in kind.params.values())
    for size in (0, 1, 2):
        part = CANDLES.slice(0, size)
        for values in evaluate(kind, part.close if kind.of_source else part, params):
            assert len(values) == size
            assert np.isnan(values).all() or name in ("atr", "momentum")
