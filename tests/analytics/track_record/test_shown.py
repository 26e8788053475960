"""What strangers see: no amounts, no ids, no names."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.models import TrackRecordCheck
from analytics.track_record import checking, records
from analytics.track_record.chain import Told
from analytics.track_record.public import render_public
from analytics.track_record.results import index_figures
from analytics.track_record.shown import PERCENTS, percents_only
from analytics.track_record.tally import Tally
from tests.analytics.track_record.trading import make_trader, trade_once
from trading.models import Event, EventType, Trade

pytestmark = pytest.mark.django_db


def shown(balance: str, prices: list[int], show_amounts: bool = False) -> dict[str, Any]:
    """The public JSON of an account that has entered at 100 and left at these prices (cents)."""
    session = make_trader(balance)
    for price in prices:
        trade_once(session, price / 100)
    account = session.account
    record = records.publish(
        owner_id=account.owner_id, account_id=account.pk, session_id=None, title="T", show_amounts=show_amounts
    )
    checking.check_record(record.pk)
    return render_public(record)


START = datetime(2026, 1, 5, tzinfo=UTC)
results = st.lists(st.tuples(st.integers(-9_000, 9_000), st.booleans(), st.integers(1, 5_000)), max_size=12)


def told_by_events(trades: list[tuple[int, bool, int]], scale: int) -> Any:
    """What strangers see of an account of 1,000 * scale; trades are (result in hundredths * scale, long, minutes)."""
    tally, number, cash, moment = Tally(1), 0, Decimal(1000), START
    for cents, is_long, minutes in trades:
        pnl = Decimal(cents) / 100
        payload = {
            "id": number,
            "session": 1,
            "venue": "sim",
            "symbol": f"S{number % 3}",
            "market_type": "FUTURES",
            "status": "CLOSED",
            "direction": "LONG" if is_long else "SHORT",
            "exit_reason": "MANUAL",
            "opened_at": moment.isoformat(),
            "closed_at": (moment + timedelta(minutes=minutes)).isoformat(),
            "entry_price": "100",
            "exit_price": "101",
            "initial_stop": "98",
            "strategy": "x",
            "quantity": f"{3 * scale}",
            "realized_pnl": f"{pnl * scale}",
            "fees": f"{Decimal('0.3') * scale}",
            "slippage": f"{scale}",
            "funding": f"{-scale}",
        }
        account = {"balance": f"{cash * scale}", "mode": "PAPER"}
        tally.take(Told(number + 1, EventType.BALANCE_UPDATE, 1, account, "x"))
        tally.take(Told(number + 2, EventType.TRADE_CLOSED, 1, payload, "x"))
        number, cash, moment = number + 2, cash + pnl, moment + timedelta(minutes=minutes)
    figures = index_figures(tally, tally.ended(), int(START.timestamp() * 1000))
    return figures and percents_only(figures)


@settings(max_examples=25, deadline=None)
@given(trades=results, scale=st.sampled_from([2, 64, 1024]))
def test_a_thousand_times_the_money_is_the_same_record(trades: list[tuple[int, bool, int]], scale: int) -> None:
    """Nothing in the figures tells how much money there was: they do not change with it."""
    assert told_by_events(trades, 1) == told_by_events(trades, scale)


def test_only_what_is_allowed_is_there() -> None:
    told = shown("1024", [10_400, 9_800])
    assert set(told) == {
        *("title", "mode", "mode_text", "basis", "since", "until", "verified", "show_amounts", "figures"),
    }
    assert set(told["verified"]) == {
        *("ok", "chain_ok", "trades_ok", "events", "trades", "left_out", "open", "checked_at", "problem"),
    }
    assert set(told["figures"]) == set(PERCENTS)
    trades = list(Trade.objects.order_by("pk"))
    texts = {
        *(f"{trade.quantity.normalize():f}" for trade in trades),
        *(f"{trade.realized_pnl.normalize():f}" for trade in trades),
        trades[0].account.name,
        trades[0].account.owner.username,
    }
    text = json.dumps(told)
    assert not [item for item in texts if item in text]


def test_with_amounts_the_account_speaks_of_money() -> None:
    told = shown("1024", [10_400, 9_800], show_amounts=True)
    trades = list(Trade.objects.order_by("-pk"))
    assert told["currency"] == "USD"
    assert told["figures"]["core"]["total_pnl"] == pytest.approx(sum(float(item.realized_pnl) for item in trades))
    assert [row["quantity"] for row in told["trades"]] == [f"{item.quantity.normalize():f}" for item in trades]
    assert not {"id", "account", "session", "signal", "tags"} & told["trades"][0].keys()
    hidden = TrackRecordCheck.objects.get().figures
    assert hidden is not None
    for name in ("core", "risk", "activity"):
        assert hidden[name].items() <= told["figures"][name].items(), "the percents are the same"


def test_what_is_not_money_is_told_plainly() -> None:
    told = shown("1024", [])
    assert told["mode"] == "PAPER"
    assert "no money was at stake" in told["mode_text"]
    assert told["figures"] is None
    assert told["verified"]["ok"] is True


def test_a_late_fill_takes_an_end_back() -> None:
    """The last telling of a trade counts; one that is on its way out again is not closed."""
    session = make_trader()
    trade = trade_once(session, 104.0)
    payload = Event.objects.get(type="trade_closed").payload
    tally = Tally(session.account_id)

    def take(number: int, kind: EventType, **changes: Any) -> int:
        tally.take(Told(number, kind, session.account_id, {**payload, **changes}, "x"))
        return len(tally.ended())

    assert take(1, EventType.TRADE_CLOSED) == 1
    assert take(2, EventType.TRADE_UPDATE, status="CLOSING", closed_at=None, exit_price=None, exit_reason=None) == 0
    assert take(3, EventType.TRADE_CLOSED, realized_pnl="7") == 1
    ended = tally.ended()
    assert (ended.trade.tolist(), ended.pnl.tolist(), ended.event.tolist()) == ([trade.pk], [7.0], [3])
    plain, packed = tally.stored()
    again = Tally.restored(session.account_id, None, tally.head, json.loads(json.dumps(plain)), packed)
    assert again.ended().pnl.tolist() == [7.0]
    assert again.head == tally.head


def test_a_record_without_a_check_says_so() -> None:
    session = make_trader()
    record = records.publish(
        owner_id=session.account.owner_id, account_id=session.account_id, session_id=None, title="T"
    )
    TrackRecordCheck.objects.all().delete()
    told = render_public(record)
    assert (told["figures"], told["verified"]["ok"], told["verified"]["checked_at"]) == (None, None, None)
