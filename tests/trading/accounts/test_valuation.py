"""Marking to the market."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.trading.factories import make_signal, publish_quote
from trading.accounts import paper
from trading.accounts.valuation import mark_to_market
from trading.decisions import dispatch
from trading.models import Account, EquityPoint, Trade
from trading.serializers import render_account, render_trades


@pytest.fixture
def trade(floor: SimpleNamespace) -> Trade:
    dispatch.dispatch_signal(make_signal(floor.owner).pk)
    return Trade.objects.get()


def test_equity_is_balance_and_what_the_open_trades_stand_at(floor: SimpleNamespace, trade: Trade) -> None:
    publish_quote(101.0)
    shown = render_account(Account.objects.get(pk=floor.account.pk))
    expected = (Decimal(101) - Decimal("100.01")) * Decimal("0.8")
    assert Decimal(shown["unrealized_pnl"]) == expected
    assert shown["unrealized_pnl_formatted"] == "+$0.79"
    assert Decimal(shown["equity"]) == Decimal(shown["balance"]) + expected
    assert shown["open_trades"] == 1
    (row,) = render_trades(Trade.objects.all())
    assert (row["current_price"], Decimal(row["unrealized_pnl"])) == ("101", expected)


def test_a_silent_market_is_not_guessed_at(floor: SimpleNamespace, trade: Trade) -> None:
    from trading.market import redis_client

    redis_client().flushall()
    assert render_trades(Trade.objects.all())[0]["unrealized_pnl"] is None


def test_marks_are_stored_until_the_last_trade_has_closed(floor: SimpleNamespace, trade: Trade) -> None:
    publish_quote(101.5)
    assert mark_to_market(datetime(2026, 1, 1, tzinfo=UTC)) == 1
    account = Account.objects.get(pk=floor.account.pk)
    assert account.equity > account.balance
    assert account.peak_equity == account.equity
    paper.close_by_hand(trade.pk)
    assert mark_to_market(datetime(2026, 1, 1, 1, tzinfo=UTC)) == 1
    account.refresh_from_db()
    assert account.equity == account.balance
    assert mark_to_market(datetime(2026, 1, 1, 2, tzinfo=UTC)) == 0
    assert EquityPoint.objects.filter(account=account, time__year=2026, time__month=1, time__day=1).count() == 2


def test_a_feed_that_died_closes_nothing_by_hand(floor: SimpleNamespace, trade: Trade) -> None:
    publish_quote(100.0, age=3600)
    with pytest.raises(paper.NoQuote, match="3600 s ago"):
        paper.close_by_hand(trade.pk)
