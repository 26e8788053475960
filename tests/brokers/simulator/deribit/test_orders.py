"""Orders, brackets, positions and the account's own channels at Deribit."""

from collections.abc import Iterator
from typing import Any

import pytest

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.deribit.sockets import CREDENTIALS, PERPETUAL, legs, rpc


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=6) as running:
        yield running


def test_a_bracket_follows_its_entry_and_one_leg_cancels_the_other(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        client.call("private/subscribe", channels=["user.orders.any.any.raw"])
        placed = client.call(
            "private/buy", instrument_name=PERPETUAL, amount=1000, type="market", label="mine", **legs(57_000, 66_000)
        )
        entry = placed["order"]
        assert (entry["order_state"], entry["filled_amount"], len(placed["trades"])) == ("filled", 1000, 1)
        stop_id, target_id = entry["oto_order_ids"]
        stop, target = (client.call("private/get_order_state", order_id=name) for name in (stop_id, target_id))
        assert (stop["order_state"], stop["order_type"], stop["trigger_price"]) == (
            "untriggered",
            "stop_market",
            57_000,
        )
        assert (target["order_state"], target["oco_ref"]) == ("open", stop["oco_ref"])
        assert all(leg["reduce_only"] and leg["is_secondary_oto"] for leg in (stop, target))
        simulator.control.set_price("BTC", 56_990)
        assert client.call("private/get_order_state", order_id=stop_id)["order_state"] == "triggered"
        cancelled = client.call("private/get_order_state", order_id=target_id)
        assert (cancelled["order_state"], cancelled["cancel_reason"]) == ("cancelled", "oco_other_closed")
        views = client.call("private/get_order_state_by_label", currency="BTC", label="stop")
        assert [view["order_state"] for view in views] == ["filled", "triggered"]
        assert views[0]["trigger_order_id"] == stop_id
        trades = client.call("private/get_user_trades_by_order", order_id=views[0]["order_id"])
        assert [trade["label"] for trade in trades] == ["stop"]
        assert client.call("private/get_positions", currency="BTC") == []
        told = client.on("user.orders.any.any.raw")
        states = [(order["label"], order["order_state"]) for order in told]
        assert ("mine", "filled") in states
        assert states.index(("stop", "untriggered")) < states.index(("stop", "triggered"))
        assert states.index(("stop", "triggered")) < states.index(("stop", "filled"))
        assert ("target", "cancelled") in states


def test_a_position_and_its_money_are_told_as_they_are(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        channels = ["user.portfolio.BTC", f"user.changes.{PERPETUAL}.raw", "user.trades.any.any.raw"]
        assert client.call("private/subscribe", channels=[*channels, "user.nothing.BTC"]) == channels
        client.call("private/buy", instrument_name=PERPETUAL, amount=6000, type="market")
        client.call("private/sell", instrument_name=PERPETUAL, amount=2000, type="market")
        (position,) = client.call("private/get_positions", currency="BTC", kind="future")
        assert (position["size"], position["direction"]) == (4000, "buy")
        assert position["estimated_liquidation_price"] is None or position["estimated_liquidation_price"] < 60_000
        summary = client.call("private/get_account_summary", currency="BTC", extended=True)
        assert client.on(channels[0])[-1]["balance"] == summary["balance"]
        sizes = [item["size"] for change in client.on(channels[1]) for item in change["positions"]]
        assert sizes == [6000, 4000]
        heard = [trade["trade_id"] for batch in client.on(channels[2]) for trade in batch]
        history = client.call("private/get_user_trades_by_currency", currency="BTC", count=1, sorting="asc")
        assert (history["trades"][0]["trade_id"], history["has_more"]) == (heard[0], True)
        timed = client.call(
            "private/get_user_trades_by_instrument_and_time",
            instrument_name=PERPETUAL,
            start_timestamp=0,
            end_timestamp=10**14,
        )
        assert [trade["trade_id"] for trade in timed["trades"]] == heard
        assert (
            client.call("private/close_position", instrument_name=PERPETUAL, type="market")["order"]["amount"] == 4000
        )
    truth = simulator.control.truth("deribit", "sim-key-1")
    assert truth["positions"] == []
    assert float(truth["balances"]["BTC"]) < 10


def test_nobody_hears_of_anothers_orders(simulator: RunningSimulator) -> None:
    channels = ["user.orders.any.any.raw", "user.trades.any.any.raw", "user.portfolio.BTC"]
    with rpc(simulator) as mine, rpc(simulator, login=False) as other:
        other.call("public/auth", **CREDENTIALS | {"client_id": "sim-key-2", "client_secret": "sim-secret-2"})
        other.call("private/subscribe", channels=channels)
        placed = mine.call("private/buy", instrument_name=PERPETUAL, amount=100, type="market", label="mine")["order"]
        assert [other.on(channel) for channel in channels] == [[], [], []]
        assert other.error("private/get_order_state", order_id=placed["order_id"])["code"] == 10004
        assert other.call("private/get_order_state_by_label", currency="BTC", label="mine") == []
        assert other.call("private/get_positions") == []


def test_orders_are_edited_and_cancelled_in_many_ways(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:

        def bid(price: float, label: str, instrument: str = PERPETUAL, amount: float = 100) -> dict[str, Any]:
            order: dict[str, Any] = client.call(
                "private/buy", instrument_name=instrument, amount=amount, price=price, label=label, post_only=True
            )["order"]
            return order

        first = bid(50_000, "a")
        assert bid(90_000, "a")["price"] < 61_000  # moved behind the touch
        assert (
            client.call("private/edit", order_id=first["order_id"], amount=200, price=50_500)["order"]["amount"] == 200
        )
        assert client.call("private/cancel_by_label", label="a", currency="BTC") == 2
        bid(50_000, "b")
        edited = client.call("private/edit_by_label", label="b", currency="BTC", amount=300, price=51_000)
        assert (edited["order"]["price"], edited["order"]["replaced"]) == (51_000, True)
        bid(2_000, "c", "ETH-PERPETUAL")
        bid(2_000, "d", "ETH_USDC-PERPETUAL", 1)
        assert len(client.call("private/get_open_orders")) == 3
        assert len(client.call("private/get_open_orders_by_currency", currency="USDC")) == 1
        assert client.call("private/cancel_all_by_instrument", instrument_name="ETH-PERPETUAL") == 1
        assert client.call("private/cancel_all_by_currency", currency="BTC") == 1
        assert client.call("private/cancel_all") == 1
        history = client.call("private/get_order_history_by_currency", currency="BTC", include_unfilled=True)
        assert {order["order_state"] for order in history} == {"cancelled"}


def test_trigger_orders_wait_for_their_price(simulator: RunningSimulator) -> None:
    with rpc(simulator) as client:
        client.call("private/buy", instrument_name=PERPETUAL, amount=500, type="market")
        stop: dict[str, Any] = {"instrument_name": PERPETUAL, "amount": 500, "type": "stop_market", "reduce_only": True}
        assert client.error("private/sell", **stop)["data"]["param"] == "trigger_price"
        passed = client.error("private/sell", **stop, trigger="last_price", trigger_price=61_000)
        assert passed["code"] == 11036
        order = client.call("private/sell", **stop, trigger="mark_price", trigger_price=59_000)["order"]
        assert (order["order_state"], order["order_id"][:4]) == ("untriggered", "SLMS")
        assert client.call("private/get_open_orders", type="trigger_all")[0]["order_id"] == order["order_id"]
        assert client.call("private/get_open_orders", type="limit") == []
        moved = client.call("private/edit", order_id=order["order_id"], amount=500, trigger_price=58_000)["order"]
        assert moved["trigger_price"] == 58_000
        simulator.control.set_price("BTC", 58_500)
        assert len(client.call("private/get_positions", currency="BTC")) == 1
        simulator.control.set_price("BTC", 57_990)
        assert client.call("private/get_positions", currency="BTC") == []
