"""A record holds as long as the events and the rows of its owner do."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from analytics.models import TrackRecord, TrackRecordCheck
from analytics.track_record import checking, records
from tests.analytics.track_record.trading import enter, make_trader, reset, trade_once
from tests.trading.chained import drop_trigger, drop_triggers, sql
from tests.trading.factories import make_instrument, make_session, make_signal, publish_quote
from trading.accounts import paper
from trading.decisions import dispatch
from trading.market import wall_now
from trading.models import AutoTradingSession, Event, EventCounter, Trade

pytestmark = pytest.mark.django_db
PRICES = (104.0, 98.0, 110.0)


def published(session: AutoTradingSession, *, whole: bool = True, **values: Any) -> TrackRecord:
    return records.publish(
        owner_id=session.account.owner_id,
        account_id=session.account_id,
        session_id=None if whole else session.pk,
        title="Mine",
        **values,
    )


def checked(record: TrackRecord, hours: float = 0.0) -> TrackRecordCheck:
    assert checking.check_record(record.pk, now=wall_now() + timedelta(hours=hours))
    return TrackRecordCheck.objects.get(record=record)


@pytest.fixture
def session(db: None) -> AutoTradingSession:
    made = make_trader()
    for price in PRICES:
        trade_once(made, price)
    return made


def test_it_tells_of_every_closed_trade(session: AutoTradingSession) -> None:
    check = checked(published(session))
    assert check.verified["ok"]
    assert check.verified["trades"] == len(PRICES)
    assert check.verified["events"] == Event.objects.filter(owner=session.account.owner_id).count()
    assert check.verified["mode"] == "PAPER"
    assert check.figures is not None
    core = check.figures["core"]
    assert (core["trades"], core["wins"], core["losses"]) == (3, 2, 1)
    index = 100.0
    for trade, balance in zip(Trade.objects.order_by("pk"), balances(session), strict=True):
        index *= 1 + float(trade.realized_pnl) / balance
    assert core["roi_percent"] == pytest.approx(index - 100.0)
    assert check.figures["equity"][0]["equity"] == 100.0
    assert check.figures["equity"][-1]["equity"] == pytest.approx(index)


def balances(session: AutoTradingSession) -> list[float]:
    """The cash before each of the trades ended."""
    found, balance = [], float(session.account.initial_balance)
    for trade in Trade.objects.filter(session=session).order_by("pk"):
        found.append(balance)
        balance += float(trade.realized_pnl)
    return found


def test_a_reset_hides_no_loss(session: AutoTradingSession) -> None:
    trade_once(session, 50.0)
    record = published(session)
    before = checked(record).figures
    reset(session.account, "5000")
    after = checked(record, hours=1).figures
    assert before is not None
    assert after is not None
    assert after["core"] == before["core"]
    assert after["risk"]["max_drawdown_percent"] == before["risk"]["max_drawdown_percent"] < -3.9


def test_a_session_counts_its_own_trades(session: AutoTradingSession) -> None:
    other = make_session(session.account, symbols=["XYZ"])
    AutoTradingSession.objects.filter(pk=session.pk).update(symbols=["ABC"])
    make_instrument("XYZ")
    trade_once(other, 120.0, symbol="XYZ")
    assert checked(published(session, whole=False)).verified["trades"] == 3
    assert checked(published(other, whole=False)).verified["trades"] == 1
    assert checked(published(session)).verified["trades"] == 4


def test_what_is_open_is_told_beside_the_figures(session: AutoTradingSession) -> None:
    trade = enter(session)
    publish_quote(90.0)
    check = checked(published(session))
    session.account.refresh_from_db()
    expected = round(-1000.0 * float(trade.quantity) / float(session.account.balance), 2)
    assert check.verified["open"] == {"trades": 1, "pnl_percent": expected}
    assert check.verified["trades"] == 3


def test_a_replay_is_no_record(session: AutoTradingSession) -> None:
    AutoTradingSession.objects.filter(pk=session.pk).update(venue="replay-1")
    make_instrument(venue="replay-1")
    publish_quote(100.0, venue="replay-1")
    signal = make_signal(session.account.owner, venue="replay-1", stop_loss=Decimal(90), take_profits=[])
    dispatch.dispatch_signal(signal.pk)
    paper.close_by_hand(Trade.objects.latest("id").pk)
    check = checked(published(session))
    assert (check.verified["trades"], check.verified["left_out"], check.verified["ok"]) == (3, 1, True)


_ROW_EDITS: dict[str, tuple[str, list[str]]] = {
    "result": ("UPDATE trading_trade SET realized_pnl = realized_pnl + 1 WHERE id = %s", ["realized_pnl"]),
    "price": ("UPDATE trading_trade SET exit_price = 111 WHERE id = %s", ["exit_price"]),
    "direction": ("UPDATE trading_trade SET direction = 'SHORT' WHERE id = %s", ["direction"]),
    "end": ("UPDATE trading_trade SET closed_at = '2020-01-01 00:00:00' WHERE id = %s", ["closed_at"]),
    "status": (
        "UPDATE trading_trade SET status = 'CANCELLED' WHERE id = %s",
        [],
    ),
}


@pytest.mark.parametrize("edit", _ROW_EDITS)
@pytest.mark.parametrize("earlier", [False, True])
def test_an_edited_row_is_noticed(session: AutoTradingSession, edit: str, earlier: bool) -> None:
    record = published(session)
    good = checked(record) if earlier else None
    trade = Trade.objects.order_by("pk")[1]
    statement, fields = _ROW_EDITS[edit]
    drop_trigger("trade_guards_state", "trading_trade")
    sql(statement, trade.pk)
    check = checked(record, hours=1)
    assert (check.verified["ok"], check.verified["chain_ok"], check.verified["trades_ok"]) == (False, True, False)
    assert check.verified["problem"]
    [found] = check.differences
    assert (found["trade"], found["fields"]) == (trade.pk, fields)
    if good is not None:
        assert good.figures is not None
        assert check.figures is not None
        assert check.figures["core"] == good.figures["core"], "the figures are those of the events"


def test_a_row_without_an_event_is_noticed(session: AutoTradingSession) -> None:
    record = published(session)
    trade = Trade.objects.latest("id")
    trade.pk = None
    trade.realized_pnl = 1000  # type: ignore[assignment]
    trade.save(force_insert=True)
    check = checked(record)
    assert [(item["trade"], item["event"]) for item in check.differences] == [(trade.pk, None)]
    assert not check.verified["ok"]


def _edit_payload(number: int, owner: int) -> None:
    event = Event.objects.get(owner=owner, number=number)
    event.payload["realized_pnl"] = "9999"
    Event.objects.filter(pk=event.pk).update(payload=event.payload)


_EVENT_EDITS: dict[str, Callable[[int, int], Any]] = {
    "content": _edit_payload,
    "removed": lambda number, owner: Event.objects.filter(owner=owner, number=number).delete(),
    "cut off": lambda number, owner: Event.objects.filter(owner=owner, number__gte=number).delete(),
    "seal": lambda number, owner: sql("UPDATE trading_eventcounter SET seal = 'x' WHERE owner_id = %s", owner),
    "counter": lambda number, owner: sql("DELETE FROM trading_eventcounter WHERE owner_id = %s", owner),
}


@pytest.mark.parametrize("edit", _EVENT_EDITS)
@pytest.mark.parametrize("earlier", [False, True])
def test_an_edited_event_is_noticed(session: AutoTradingSession, edit: str, earlier: bool) -> None:
    record = published(session)
    owner = session.account.owner_id
    if earlier:
        checked(record)
    number = Event.objects.filter(owner=owner, type="trade_closed").earliest("number").number
    drop_triggers()
    _EVENT_EDITS[edit](number, owner)
    check = checked(record, hours=1)
    assert (check.verified["ok"], check.verified["chain_ok"]) == (False, False)
    assert "event" in check.verified["problem"]
    again = checked(record, hours=2)
    assert not again.verified["ok"], "it stays noticed"


def test_a_mode_that_was_changed_is_noticed(session: AutoTradingSession) -> None:
    record = published(session)
    sql("UPDATE trading_account SET mode = 'LIVE', broker = 'okx', closed_at = created_at, is_enabled = %s, "
        "auto_trading_enabled = %s WHERE id = %s", False, False, session.account_id)  # fmt: skip
    check = checked(record)
    assert (check.verified["ok"], check.verified["mode"]) == (False, "PAPER")


class TestGoingOn:
    """From where the last check ended: a long log is not walked anew for each event."""

    @pytest.fixture(autouse=True)
    def _long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(checking, "SHORT_LOG", 0)

    def test_as_if_all_had_been_walked(self, session: AutoTradingSession) -> None:
        record = published(session)
        first = checked(record)
        trade_once(session, 95.0, direction="SHORT")
        gone_on = checked(record, hours=1)
        assert gone_on.full_at == first.full_at
        assert gone_on.number > first.number
        assert gone_on.verified["trades"] == 4
        TrackRecordCheck.objects.all().delete()
        whole = checked(record, hours=1)
        assert whole.figures == gone_on.figures
        assert whole.amounts == gone_on.amounts
        names = ("events", "trades", "chain_ok", "trades_ok", "ok", "mode")
        assert [whole.verified[name] for name in names] == [gone_on.verified[name] for name in names]

    def test_an_edit_of_new_trades_shows_at_once_and_of_old_ones_within_hours(
        self, session: AutoTradingSession
    ) -> None:
        record = published(session)
        checked(record)
        late = trade_once(session, 95.0)
        sql("UPDATE trading_trade SET realized_pnl = 1 WHERE id = %s", late.pk)
        assert not checked(record, hours=1).verified["ok"]
        sql("UPDATE trading_trade SET realized_pnl = %s WHERE id = %s", int(late.realized_pnl * 10**8), late.pk)
        assert checked(record, hours=2).verified["ok"]
        early = Trade.objects.earliest("id")
        sql("UPDATE trading_trade SET realized_pnl = 1 WHERE id = %s", early.pk)
        assert not checked(record, hours=9).verified["ok"]

    def test_a_log_that_was_rolled_back_is_noticed(self, session: AutoTradingSession) -> None:
        record = published(session)
        counter = EventCounter.objects.values().get(owner=session.account.owner_id)
        trade_once(session, 80.0)
        checked(record)
        drop_triggers()
        Event.objects.filter(owner=session.account.owner_id, number__gt=counter["last"]).delete()
        EventCounter.objects.filter(owner=counter["owner_id"]).update(**counter)
        assert not checked(record, hours=1).verified["chain_ok"]


def test_what_is_due(session: AutoTradingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[Any, ...]] = []

    def send(*args: Any) -> bool:
        sent.append(args)
        return True

    monkeypatch.setattr(checking.queueing, "send", send)
    record = published(session)
    assert checking.check_due() == 1
    checked(record)
    assert checking.check_due() == 0
    assert checking.check_due(now=wall_now() + timedelta(hours=2)) == 1
    trade_once(session, 101.0)
    assert checking.check_due() == 1
    TrackRecord.objects.update(is_published=False)
    assert checking.check_due() == 0
    assert sent == [("analytics.check_track_record", record.pk)] * 3


def test_a_check_that_comes_second_keeps_nothing(session: AutoTradingSession, monkeypatch: pytest.MonkeyPatch) -> None:
    record = published(session)
    checked(record)
    look = checking._look

    def slow(*args: Any) -> Any:
        TrackRecordCheck.objects.update(checked_at=wall_now() + timedelta(minutes=3))
        return look(*args)

    monkeypatch.setattr(checking, "_look", slow)
    assert not checking.check_record(record.pk)
    TrackRecord.objects.all().delete()
    assert not checking.check_record(record.pk)
