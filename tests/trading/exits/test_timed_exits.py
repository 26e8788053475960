"""Trades whose time is up."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.trading.exits.test_exits import check_books, open_trade
from tests.trading.factories import publish_quote
from tests.trading.planned import open_planned
from trading.exits.timed_exits import close_timed_out
from trading.market import redis_client, wall_now
from trading.models import ExitReason, Trade, TradeStatus

pytestmark = pytest.mark.django_db
HOUR = {"time_exit_minutes": 60}


def test_closed_at_the_market_when_its_time_is_up(floor: SimpleNamespace) -> None:
    trade = open_planned(floor.session, HOUR)
    assert close_timed_out() == 0
    assert trade.opened_at is not None
    Trade.objects.filter(pk=trade.pk).update(time_exit_at=wall_now())
    publish_quote(100.3)
    assert close_timed_out() == 1
    trade.refresh_from_db()
    assert (trade.status, trade.exit_reason) == (TradeStatus.CLOSED, ExitReason.TIME)
    check_books(floor.account.pk)
    assert close_timed_out() == 0


def test_a_silent_market_is_waited_for(floor: SimpleNamespace) -> None:
    trade = open_planned(floor.session, HOUR)
    Trade.objects.filter(pk=trade.pk).update(time_exit_at=wall_now())
    publish_quote(100.0, age=3600)
    assert close_timed_out() == 0
    redis_client().flushall()
    assert close_timed_out() == 0
    publish_quote(100.0)
    assert close_timed_out() == 1


def test_others_stay_open(floor: SimpleNamespace) -> None:
    trade = open_trade(floor)
    assert close_timed_out() == 0
    Trade.objects.filter(pk=trade.pk).update(time_exit_at=wall_now() - timedelta(days=1), venue="replay-1")
    assert close_timed_out() == 0, "a replay has a time of its own"
    Trade.objects.filter(pk=trade.pk).update(venue="sim", status=TradeStatus.CLOSING)
    assert close_timed_out() == 0
