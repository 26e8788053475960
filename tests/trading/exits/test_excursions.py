"""MAE and MFE from the candles that a trade lived through."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trading.exits.test_exits import open_trade, quote
from tests.trading.planned import store
from trading.exits.bars import Bar
from trading.exits.excursions import measure, record_excursions
from trading.exits.exits import Exit, close_trades
from trading.market import wall_now
from trading.models import Account, ExitReason, Trade

pytestmark = pytest.mark.django_db
MINUTE = 60_000
START = 1_700_000_040_000


def closed(floor: SimpleNamespace, opened: float, ended: float, **values: Any) -> Trade:
    """A long trade of 0.8 from 100.01 to 100, `opened` and `ended` minutes after START."""
    Account.objects.filter(pk=floor.account.pk).update(fill_model={"latency_ms": 0.0})
    trade = open_trade(floor, **values)
    close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0))])
    moments = [datetime.fromtimestamp(START / 1000 + minutes * 60, UTC) for minutes in (opened, ended)]
    Trade.objects.filter(pk=trade.pk).update(opened_at=moments[0], closed_at=moments[1], exit_price=100)
    return Trade.objects.get(pk=trade.pk)


def bar(number: int, open_: float, high: float, low: float, close: float) -> Bar:
    return Bar(START + number * MINUTE, START + (number + 1) * MINUTE, open_, high, low, close)


def measured(trade: Trade, *bars: Bar) -> tuple[float, float]:
    measure(Trade.objects.filter(pk=trade.pk).select_related("account"), bars)
    trade.refresh_from_db()
    assert trade.mae is not None
    assert trade.mfe is not None
    return float(trade.mae), float(trade.mfe)


def worth(price: float) -> float:
    return pytest.approx((price - 100.01) * 0.8, abs=1e-6)  # type: ignore[return-value]


def test_whole_bars_count_in_full_others_as_far_as_is_sure(floor: SimpleNamespace) -> None:
    trade = closed(floor, 0.5, 3.5)
    found = measured(
        trade,
        bar(0, 100, 120, 80, 100.5, ),  # opened inside it: its close
        bar(1, 100.5, 103, 100, 102),
        bar(2, 102, 102, 98, 99),
        bar(3, 99.5, 130, 70, 100),  # closed inside it: its open
        bar(4, 100, 140, 60, 100),
    )  # fmt: skip
    assert found == (worth(98), worth(103))


def test_the_bar_that_decided_the_exit_counts_by_its_open(floor: SimpleNamespace) -> None:
    trade = closed(floor, 0, 2)
    Trade.objects.filter(pk=trade.pk).update(exit_reason=ExitReason.STOP_LOSS)
    assert measured(trade, bar(0, 100, 101, 99.5, 100), bar(1, 100, 150, 50, 100)) == (worth(99.5), worth(101))


def test_a_bar_that_ends_before_an_exit_by_hand_counts_whole(floor: SimpleNamespace) -> None:
    trade = closed(floor, 0, 2)
    assert measured(trade, bar(0, 100, 101, 99.5, 100), bar(1, 100, 150, 50, 100)) == (worth(50), worth(150))


def test_without_candles_what_its_own_fills_say(floor: SimpleNamespace) -> None:
    assert measured(closed(floor, 0, 1)) == (worth(100), 0.0)


def test_short(floor: SimpleNamespace) -> None:
    trade = closed(floor, 0, 2.5, direction="SHORT", stop_loss=Decimal(110), take_profits=["90"])
    mae, mfe = measured(trade, bar(0, 100, 103, 98, 100), bar(1, 100, 101, 99, 100))
    assert (mae, mfe) == (pytest.approx(-(103 - 99.99) * 0.8), pytest.approx((99.99 - 98) * 0.8))


@given(st.lists(st.tuples(*[st.floats(90, 110)] * 4), min_size=1, max_size=8))
def test_never_on_the_wrong_side_of_nothing(corners: list[tuple[float, ...]]) -> None:
    trade = Trade(
        direction="LONG", quantity=Decimal(1), entry_price=Decimal(100), exit_price=Decimal(100), account=Account(),
        opened_at=datetime.fromtimestamp(START / 1000, UTC),
        closed_at=datetime.fromtimestamp(START / 1000 + 60 * len(corners), UTC),
    )  # fmt: skip
    from trading.exits.excursions import _extremes

    best, worst = _extremes(
        trade, [bar(n, a, max(a, b, c, d), min(a, b, c, d), b) for n, (a, b, c, d) in enumerate(corners)]
    )
    assert worst <= 100 <= best


class TestRecording:
    def test_from_the_stored_candles(self, floor: SimpleNamespace) -> None:
        trade = closed(floor, 0, 3)
        store([(START + n * MINUTE, 100, 101 + n, 99 - n, 100, 1) for n in range(3)])
        assert record_excursions([trade.pk]) == 1
        trade.refresh_from_db()
        assert (float(trade.mae or 0), float(trade.mfe or 0)) == (worth(97), worth(103))

    def test_once(self, floor: SimpleNamespace) -> None:
        trade = closed(floor, 0, 3)
        assert record_excursions([trade.pk]) == 1
        store([(START, 100, 120, 80, 100, 1)])
        before = Trade.objects.values().get(pk=trade.pk)
        assert record_excursions([trade.pk]) == 0
        assert Trade.objects.values().get(pk=trade.pk) == before

    def test_those_that_were_missed_are_found(self, floor: SimpleNamespace) -> None:
        trade = closed(floor, 0, 3)
        assert record_excursions() == 0, "its task may be on the way"
        assert record_excursions(now=wall_now() + timedelta(minutes=2)) == 1
        trade.refresh_from_db()
        assert trade.mae is not None

    def test_open_ones_contracts_and_replays_are_left_alone(self, floor: SimpleNamespace) -> None:
        trade = open_trade(floor)
        assert record_excursions([trade.pk]) == 0
        done = close_trades([Exit(trade.pk, ExitReason.MANUAL, quote(100.0))])
        for change in ({"market_type": "CONTRACT"}, {"market_type": "SPOT", "venue": "replay-1"}):
            Trade.objects.filter(pk=trade.pk).update(**change)
            assert record_excursions([item.pk for item in done]) == 0
