"""One rule for ticks, candles and replays: the same prices move the same stops and bring the same exits."""

import random
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from signals.marketdata.candles import CandleArrays
from tests.trading.exits.test_exits import check_books
from tests.trading.factories import make_account, make_session
from tests.trading.planned import EVEN, SPLIT, TRAIL, Streamer, entered_at, open_planned, store, trail
from trading.exits import sweep
from trading.models import ExitReason, Fill, OrderPurpose, Trade, TradeStatus
from trading.replay.replay import Replay

pytestmark = pytest.mark.django_db(transaction=True)  # what follows a commit is part of it

STEP = 5_000
PLANS: dict[str, dict[str, Any]] = {
    "trailing": TRAIL,
    "trailing at every tick": {"trailing": {"kind": "DISTANCE", "value": 0.8, "step_percent": 0.0}},
    "trailing from a profit on": {"trailing": {"kind": "PERCENT", "value": 0.5, "activation_percent": 0.6}},
    "break-even": EVEN,
    "targets": SPLIT,
    "all": TRAIL | EVEN | {"targets": [{"percent": 0.7, "portion": 0.3}, {"percent": 1.5, "portion": 0.3}]},
}


def path(seed: int, count: int = 60) -> list[float]:
    """A walk in ticks of 0.01 that jumps at times."""
    dice, price, prices = random.Random(seed), 100.0, []
    for _ in range(count):
        price = round(price * (1 + dice.gauss(0.0002, 0.0025 if dice.random() > 0.05 else 0.012)), 2)
        prices.append(price)
    return prices


def told(trade_id: int) -> tuple[Any, ...]:
    """Everything that the prices did to the trade: the moves of its levels, its exits, and why it ended (if it did)."""
    trade = Trade.objects.get(pk=trade_id)
    fills = Fill.objects.filter(order__trade=trade, order__purpose=OrderPurpose.EXIT).order_by("pk")
    exits = list(fills.values_list("quantity", "price"))
    if trade.exit_reason == ExitReason.END_OF_REPLAY:
        return trail(trade), exits[:-1], ""
    return trail(trade), exits, trade.exit_reason


def by_ticks(trade: Trade, start: int, prices: list[float]) -> None:
    streamer = Streamer()
    for number, price in enumerate(prices):
        streamer.tick(price, start + number * STEP + 1)


def by_candles(trade: Trade, start: int, prices: list[float], looks: int = 1) -> None:
    """The 30-second check, looking so many times while the candles come in."""
    rows = [(start + number * STEP, price, price, price, price, 1.0) for number, price in enumerate(prices)]
    share = len(rows) // looks
    for number in range(looks):
        store(rows[number * share : (number + 1) * share if number < looks - 1 else None], "5s")
        sweep.check_open_trades()


def by_replay(trade: Trade, start: int, prices: list[float]) -> None:
    rows = [(start + number * STEP, price, price, price, price, 1.0) for number, price in enumerate(prices)]
    feed = SimpleNamespace(quote=lambda _: None, candle=lambda *_: None, flush=lambda: None)
    Trade.objects.filter(pk=trade.pk).update(venue="replay-1")
    replay = Replay(trade.account, "replay-1", "ABC", "5s", feed)  # type: ignore[arg-type]
    replay.take_up()
    replay.candles(CandleArrays.from_rows(rows), progress=lambda: None, pace=lambda _: None)


WAYS: dict[str, Any] = {
    "ticks": by_ticks,
    "candles": by_candles,
    "candles, in four looks": lambda *args: by_candles(*args, looks=4),
    "replay": by_replay,
}


def results(plan: dict[str, Any], direction: str, prices: list[float]) -> dict[str, tuple[Any, ...]]:
    found = {}
    for name, way in WAYS.items():
        account = make_account()
        session = make_session(account)
        levels = {"stop_loss": Decimal(99)} if direction == "LONG" else {"stop_loss": Decimal(101)}
        trade = open_planned(session, plan, direction=direction, **levels)
        start = entered_at(trade, len(prices) * STEP / 1000 + 120)
        way(trade, start, prices)
        found[name] = told(trade.pk)
        check_books(account.pk)
        Trade.objects.filter(pk=trade.pk).exclude(status=TradeStatus.CLOSED).update(status=TradeStatus.CLOSING)
        clear_market()
    return found


def clear_market() -> None:
    from trading.market import redis_client
    from trading.models import ExitCheckpoint

    redis_client().flushall()
    ExitCheckpoint.objects.all().delete()


@pytest.mark.parametrize("direction", ["LONG", "SHORT"])
@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())
def test_incident_14_ticks_candles_and_replay_manage_a_trade_alike(plan: dict[str, Any], direction: str) -> None:
    happened: set[str] = set()
    for seed in range(2):
        prices = path(seed if direction == "LONG" else seed + 100)
        if direction == "SHORT":
            prices = [round(200 - price, 2) for price in prices]
        found = results(plan, direction, prices)
        for way, item in found.items():
            assert item == found["ticks"], way
        moves, exits, _ = found["ticks"]
        happened |= {mover for *_, mover in moves} | ({"exit"} if exits else set())
    assert happened - {"ENTRY"}, "the prices did nothing: the test would not notice a difference"
