"""What a walk-forward adds up to."""

import dataclasses

import numpy as np
import pytest

from analytics.search.walk_forward import Earned, earned, efficiency_percent, join
from tests.analytics.samples import make_result


def test_results_joined_keep_their_names() -> None:
    first = make_result(seed=1, trades=20)
    second = make_result(seed=2, trades=30, balance=first.final_balance)
    shift = int(first.time[-1] - second.time[0])
    moved = dataclasses.replace(second, time=second.time + shift, symbols=("OTHER",), blocked={"cool_down": 2})
    joined = join([first, moved])
    assert joined.symbols == ("BTCUSDT", "OTHER")
    assert list(np.bincount(joined.trades.symbol)) == [20, 30]
    assert joined.trades.pnl.sum() == pytest.approx(first.trades.pnl.sum() + second.trades.pnl.sum())
    assert len(joined.time) == len(joined.equity) == len(joined.balance) == 21 + 30, "the shared moment once"
    assert (np.diff(joined.time) > 0).all()
    assert (joined.equity[0], joined.final_balance) == (10_000, second.final_balance)
    assert joined.blocked == {"max_open_trades": 10, "cool_down": 2}
    assert joined.signals == first.signals + second.signals


def test_one_result_joined_is_itself() -> None:
    result = make_result()
    joined = join([result])
    assert (joined.equity == result.equity).all()
    assert (joined.trades.pnl == result.trades.pnl).all()


def test_efficiency() -> None:
    """10 % over 100 in sample is a rate of 0.1; 2 % over 40 out of sample one of 0.05."""
    inside, outside = [Earned(6, 50), Earned(4, 50)], [Earned(3, 20), Earned(-1, 20)]
    assert efficiency_percent(inside, outside) == pytest.approx(50)
    assert efficiency_percent([Earned(-1, 50)], outside) is None
    result = make_result()
    assert earned(result, 7) == Earned(pytest.approx((result.final_balance / 10_000 - 1) * 100), 7)
