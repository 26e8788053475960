"""`./run --broker simulator` as a whole: a signal becomes a trade at the broker, and its end is booked as there."""

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from brokers.simulator.client import SimulatorControl
from config.supervise.ports import is_free
from tests.stack import Stack, running_stack
from tests.test_stack import wait_for_nobody

pytestmark = pytest.mark.stack

VENUE, SYMBOL, KEY = "binance-test", "BTCUSDT", "sim-key-1"


def wait_for(what: str, look: Callable[[], Any], stack: Stack, seconds: float = 40.0) -> Any:
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.25)
    raise AssertionError(f"{what}: not within {seconds:.0f} s\n{stack.log.read_text()[-4000:]}")


def test_a_signal_is_traded_at_the_simulated_broker(tmp_path: Path) -> None:
    with running_stack(tmp_path, "--broker", "simulator", seconds=120) as stack:
        token = stack.token()
        accounts = wait_for("connected accounts", lambda: connected(stack, token), stack)
        assert set(accounts) == {f"{name} (simulator)" for name in ("Deribit", "Delta", "Binance", "Deriv")}
        account = accounts["Binance (simulator)"]
        assert Decimal(account["balance"]) == cash(stack)
        # Nobody but this test is to trade here: so sure the strategies never are.
        stack.post(f"/api/accounts/{account['id']}/", token, {"min_signal_confidence": "1"}, method="PATCH")

        price = wait_for("a price", lambda: last_price(stack, token), stack)
        signal_id = post_signal(stack, token, price)["id"]
        trade = wait_for("the trade", lambda: trade_that(stack, token, "OPEN", "signal", signal_id), stack)
        assert trade["account"] == account["id"]
        held = [(row["symbol"], Decimal(row["quantity"])) for row in truth(stack)["positions"]]
        assert held == [(SYMBOL, Decimal(trade["quantity"]))]
        wait_for("the stop at the broker", lambda: stop_held(stack, trade["id"]) == "BROKER", stack)
        stops = [Decimal(row["stop_price"]) for row in waiting(stack) if row["kind"] == "STOP"]
        assert stops == [Decimal(trade["stop_loss"])]

        stack.post(f"/api/trades/{trade['id']}/close/", token, {})
        closed = wait_for("its end", lambda: trade_that(stack, token, "CLOSED", "id", trade["id"]), stack)
        assert closed["exit_reason"] == "MANUAL"
        wait_for("the end of its legs", lambda: not waiting(stack), stack)
        assert truth(stack)["positions"] == []
        balance = Decimal(stack.get(f"/api/accounts/{account['id']}/", token)["balance"])
        assert balance != Decimal(account["balance"])
        assert abs(balance - cash(stack)) < Decimal("0.0000001"), "our ledger is the broker's, to the last place kept"

        stack.signal(signal.SIGINT)
        assert stack.wait() == 0
        wait_for_nobody(stack, 5)
        assert is_free(int(simulator_url(stack).rpartition(":")[2]))


def simulator_url(stack: Stack) -> str:
    """As the start told it."""
    return stack.said(r"^  simulator   (http://[0-9.:]+)/control/$")[1]


def connected(stack: Stack, token: str) -> dict[str, Any]:
    """The accounts at brokers, by name, once all of them are connected; {} before."""
    rows = [row for row in stack.get("/api/accounts/", token)["results"] if row["mode"] == "DEMO"]
    up = all(row["connection"]["state"] == "CONNECTED" for row in rows)
    return {row["name"]: row for row in rows} if up else {}


def last_price(stack: Stack, token: str) -> float | None:
    rows = stack.get(f"/api/market/symbols/?venue={VENUE}", token)["symbols"]
    return next((row["last"] for row in rows if row["symbol"] == SYMBOL), None)


def post_signal(stack: Stack, token: str, price: float) -> Any:
    """With a stop and a target that the market is far from."""
    levels = {"stop_loss": f"{price * 0.98:.1f}", "take_profits": [f"{price * 1.03:.1f}"]}
    market = {"symbol": SYMBOL, "venue": VENUE, "market_type": "FUTURES"}
    return stack.post("/api/signals/", token, {**market, "direction": "LONG", "confidence": "1", **levels})


def trade_that(stack: Stack, token: str, status: str, field: str, value: Any) -> Any:
    rows = stack.get(f"/api/trades/?status={status}&venue={VENUE}", token)["results"]
    return next((row for row in rows if row[field] == value), None)


def stop_held(stack: Stack, trade_id: int) -> str:
    with closing(sqlite3.connect(f"file:{stack.data / 'signalist.sqlite3'}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT stop_held FROM trading_trade WHERE id = ?", [trade_id]).fetchone()
    return str(row[0])


def truth(stack: Stack) -> dict[str, Any]:
    """The account as the simulator has it."""
    return SimulatorControl(simulator_url(stack)).truth("binance", KEY)


def waiting(stack: Stack) -> list[dict[str, Any]]:
    """Orders that rest at the simulator."""
    return [row for row in truth(stack)["orders"] if row["state"] in ("OPEN", "UNTRIGGERED")]


def cash(stack: Stack) -> Decimal:
    return Decimal(truth(stack)["balances"]["USDT"])
