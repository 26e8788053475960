"""Recorded data through the whole pipeline."""

import json
import random
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_user
from trading.models import (
    Account,
    Decision,
    EquityPoint,
    Event,
    Fill,
    LevelChange,
    SessionStatus,
    Trade,
    TradeStatus,
)

pytestmark = pytest.mark.django_db(transaction=True)  # the pipeline goes on after commits


def write_candles(path: Path, count: int = 700) -> Path:
    """A seeded random walk of one-minute candles."""
    dice, price, lines = random.Random(5), 100.0, ["timestamp,open,high,low,close,volume"]
    for number in range(count):
        close = round(price * (1 + dice.gauss(0, 0.0025)), 2)
        high = round(max(price, close) * (1 + abs(dice.gauss(0, 0.0008))), 2)
        low = round(min(price, close) * (1 - abs(dice.gauss(0, 0.0008))), 2)
        lines.append(f"{1_700_000_040 + number * 60},{price},{high},{low},{close},{dice.randint(1, 9)}")
        price = close
    path.write_text("\n".join(lines))
    return path


def replay(path: Path, owner: Any, **options: Any) -> Account:
    call_command("replay", str(path), symbol="ABC", user=owner.username, **options)
    return Account.objects.filter(owner=owner).latest("id")


def results(account: Account) -> list[tuple[Any, ...]]:
    fields = (
        "direction",
        "quantity",
        "entry_price",
        "exit_price",
        "exit_reason",
        "realized_pnl",
        "opened_at",
        "closed_at",
    )
    return list(Trade.objects.filter(account=account).order_by("id").values_list(*fields))


def test_a_recording_runs_through_strategies_decisions_orders_exits_and_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = replay(write_candles(tmp_path / "abc.csv"), make_user())
    trades = Trade.objects.filter(account=account)
    assert trades.filter(exit_reason="STOP_LOSS").exists()
    assert trades.filter(exit_reason="TAKE_PROFIT").exists()
    assert set(trades.values_list("status", flat=True)) == {TradeStatus.CLOSED}
    assert all(trade.opened_at and trade.opened_at.year == 2023 for trade in trades), "market time"
    assert all(trade.opened_wall and trade.opened_wall.year > 2023 for trade in trades), "and wall time"
    check_books(account.pk)
    assert EquityPoint.objects.filter(account=account, time__year=2023).exists()
    assert set(account.sessions.values_list("status", flat=True)) == {SessionStatus.STOPPED}
    assert Event.objects.filter(owner=account.owner, type="trade_closed").count() == trades.count()
    printed = capsys.readouterr().out
    for word in ("Rows", "Signals", "STOP_LOSS", "TAKE_PROFIT", "Final balance"):
        assert word in printed


def test_the_same_recording_gives_the_same_trades(tmp_path: Path) -> None:
    path = write_candles(tmp_path / "abc.csv", 400)
    model = {"slippage_bps": 3.0, "partial_fill_probability": 0.3, "rejection_probability": 0.1, "seed": 9}
    owner = make_user()
    first, second = replay(path, owner), replay(path, owner)
    assert results(first) == results(second) != []
    from trading.accounts import paper

    drawn = []
    for number in range(2):
        account = paper.open_account(
            owner_id=owner.pk, name=f"drawn {number}", initial_balance=Decimal(1000), fill_model=model
        )
        call_command("replay", str(path), symbol="ABC", account=str(account.pk))
        drawn.append(results(account))
    assert drawn[0] == drawn[1] != results(first)


def test_entries_fill_at_the_open_after_the_signal(tmp_path: Path) -> None:
    path = write_candles(tmp_path / "abc.csv", 300)
    opens = {int(line.split(",")[0]): Decimal(line.split(",")[1]) for line in path.read_text().splitlines()[1:]}
    account = replay(path, make_user())
    for trade in Trade.objects.filter(account=account).select_related("signal"):
        assert trade.signal is not None
        assert trade.opened_at is not None
        assert trade.entry_price is not None
        moment = int(trade.signal.market_time.timestamp())
        assert int(trade.opened_at.timestamp()) == moment
        assert abs(trade.entry_price - opens[moment]) <= opens[moment] * Decimal("0.0001") + Decimal("0.00000001")


def test_ticks_run_through_too(tmp_path: Path) -> None:
    dice, price = random.Random(3), 100.0
    lines = ["time,bid,ask"]
    for number in range(6000):
        price *= 1 + dice.gauss(0, 0.0004)
        lines.append(f"{1_700_000_040_000 + number * 1000},{price:.3f},{price + 0.01:.3f}")
    path = tmp_path / "ticks.csv"
    path.write_text("\n".join(lines))
    account = replay(path, make_user(), timeframe="15s")
    assert Trade.objects.filter(account=account, status=TradeStatus.CLOSED).count() > 3
    check_books(account.pk)


def test_other_sessions_do_not_hear_a_replay(tmp_path: Path) -> None:
    from tests.trading.factories import make_account, make_session

    bystander = make_session(make_account())
    replay(write_candles(tmp_path / "abc.csv", 200), make_user())
    assert not Decision.objects.filter(session=bystander).exists()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"speed": "fast"}, "--speed"),
        ({"account": "777"}, "--account"),
        ({"user": "nobody"}, "--user"),
        ({"strategy": ["magic"]}, "--strategy"),
        ({"balance": "-5"}, "--balance"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, options: dict[str, Any], named: str) -> None:
    path = write_candles(tmp_path / "abc.csv", 50)
    values = {"user": make_user().username, **options}
    with pytest.raises(CommandError, match=named):
        call_command("replay", str(path), symbol="ABC", **values)


SETTINGS = {
    "exit_plan": {
        "trailing": {"kind": "ATR", "value": 1.5, "step_percent": 20},
        "break_even": {"trigger_percent": 0.3, "offset_percent": 0.05},
        "targets": [{"percent": 0.5, "portion": 0.5}, {"percent": 1.0, "portion": 0.5}],
        "time_exit_minutes": 8,
    },
    "sizing": {"method": "RISK", "percent": 0.5},
    "default_stop_percent": "0.8",
}


def settings_file(path: Path, settings: Any) -> str:
    path.write_text(settings if isinstance(settings, str) else json.dumps(settings))
    return str(path)


def test_sessions_with_settings_of_their_own(tmp_path: Path) -> None:
    path = write_candles(tmp_path / "abc.csv", 350)
    owner = make_user()
    options = {"session_settings": settings_file(tmp_path / "settings.json", SETTINGS)}
    account = replay(path, owner, **options)
    trades = Trade.objects.filter(account=account)
    assert {"TRAILING_STOP", "TIME"} <= set(trades.values_list("exit_reason", flat=True))
    parts = Fill.objects.filter(order__trade__in=trades.filter(targets_hit=1), order__purpose="EXIT")
    assert parts.exists()
    assert LevelChange.objects.filter(trade__in=trades, moved_by="TRAIL").exists()
    assert LevelChange.objects.filter(trade__in=trades, moved_by="TARGET").exists()
    assert all(trade.opened_at and trade.closed_at for trade in trades)
    lived = [(trade.closed_at - trade.opened_at).total_seconds() for trade in trades if trade.exit_reason == "TIME"]  # type: ignore[operator]
    assert set(lived) == {8 * 60.0}, "at the first price after its time"
    check_books(account.pk)
    assert results(account) == results(replay(path, owner, **options))


def test_excursions_are_worked_out_without_redis_or_a_worker(tmp_path: Path) -> None:
    account = replay(write_candles(tmp_path / "abc.csv", 300), make_user())
    trades = list(Trade.objects.filter(account=account))
    assert trades
    for trade in trades:
        assert trade.mae is not None
        assert trade.mfe is not None
        assert trade.mae <= min(Decimal(0), trade.realized_pnl + trade.fees) + Decimal("1e-6")
        assert trade.mfe >= max(Decimal(0), trade.realized_pnl + trade.fees) - Decimal("1e-6")


def test_a_drawdown_halts_the_session_and_the_gates_say_so(tmp_path: Path) -> None:
    settings = {"risk": {"max_drawdown_percent": 0.05}}
    account = replay(
        write_candles(tmp_path / "abc.csv"),
        make_user(),
        session_settings=settings_file(tmp_path / "settings.json", settings),
    )
    halts = Event.objects.filter(owner=account.owner, type="drawdown_limit")
    assert halts.exists()
    free = replay(tmp_path / "abc.csv", make_user())
    halted = Trade.objects.filter(account=account).count()
    assert 0 < halted < Trade.objects.filter(account=free).count()
    refused = Decision.objects.filter(account=account, verdict="REJECTED").latest("id")
    assert not next(gate for gate in refused.gates if gate["name"] == "session_running")["passed"]


def test_losses_in_a_row_cool_down_in_market_time(tmp_path: Path) -> None:
    settings = {"risk": {"max_consecutive_losses": 1, "cool_down_minutes": 30}}
    account = replay(
        write_candles(tmp_path / "abc.csv"),
        make_user(),
        strategy=["razor"],
        session_settings=settings_file(tmp_path / "settings.json", settings),
    )
    trades = Trade.objects.filter(account=account)
    losses = trades.filter(realized_pnl__lt=0)
    assert losses.count() > 2
    for loss in losses:
        assert loss.closed_at is not None
        cooling = (loss.closed_at, loss.closed_at + timedelta(minutes=29))
        assert not trades.filter(opened_at__range=cooling).exists()


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ("{", "cannot be read"),
        ("[1]", "a JSON object"),
        ({"venue": "sim"}, "venue is the replay's own"),
        ({"exit_plan": {"trailing": {"kind": "MOON"}}}, "kind"),
        ({"risk": {"max_drawdown_percent": -1}}, "max_drawdown_percent"),
    ],
)
def test_wrong_settings_are_named_before_anything_is_made(tmp_path: Path, settings: Any, named: str) -> None:
    owner = make_user()
    with pytest.raises(CommandError, match=f"--session-settings: .*{named}"):
        replay(
            write_candles(tmp_path / "abc.csv", 50),
            owner,
            session_settings=settings_file(tmp_path / "settings.json", settings),
        )
    assert not Account.objects.filter(owner=owner).exists()


def test_a_file_without_a_price_is_refused_by_column(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("timestamp,open,high,low,volume\n1700000040,1,2,1,5\n")
    with pytest.raises(CommandError, match="column 'close' is missing"):
        call_command("replay", str(path), symbol="ABC", user=make_user().username)


def test_real_candles(recorded: Path) -> None:
    account = replay(recorded / "btcusdt-perp-1m-2022-01.csv.gz", make_user(), limit=1500)
    assert Trade.objects.filter(account=account, status=TradeStatus.CLOSED).exists()
    check_books(account.pk)
