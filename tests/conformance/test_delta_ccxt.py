"""ccxt's delta, which we did not write, as a real client of the simulator."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import ccxt
import pytest

from brokers.simulator.server import RunningSimulator, running_simulator

SYMBOL = "BTC/USD:USD"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


def client(simulator: RunningSimulator, key: str = "sim-key-1", secret: str = "sim-secret-1") -> Any:
    exchange = ccxt.delta({"apiKey": key, "secret": secret, "enableRateLimit": False})
    exchange.urls["api"] = {"public": f"{simulator.url}/delta", "private": f"{simulator.url}/delta"}
    return exchange


@pytest.fixture
def exchange(simulator: RunningSimulator) -> Any:
    return client(simulator)


def truth(simulator: RunningSimulator) -> dict[str, Any]:
    return simulator.control.truth("delta", "sim-key-1")


def test_markets(exchange: Any) -> None:
    market = exchange.load_markets()[SYMBOL]
    assert (market["linear"], market["swap"], market["contractSize"], market["numericId"]) == (True, True, 0.001, 27)
    assert (market["precision"]["amount"], market["precision"]["price"]) == (1, 0.5)
    assert exchange.markets["ETH/USD:USD"]["contractSize"] == 0.01
    assert exchange.fetch_status()["status"] == "ok"


def test_public_data(exchange: Any, simulator: RunningSimulator) -> None:
    simulator.control.advance(5)
    ticker = exchange.fetch_ticker(SYMBOL)
    book = exchange.fetch_order_book(SYMBOL, 5)
    candles = exchange.fetch_ohlcv(SYMBOL, "5m", limit=100)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert ticker["bid"] == book["bids"][0][0] < book["asks"][0][0] == ticker["ask"]
    assert len(book["asks"]) == 5
    assert all(later[0] - earlier[0] == 300_000 for earlier, later in pairwise(candles))
    assert 99 <= len(candles) <= 101
    assert exchange.fetch_tickers([SYMBOL])[SYMBOL]["markPrice"] == ticker["markPrice"]
    assert len(exchange.fetch_trades(SYMBOL)) == 6


def test_a_market_order_fills_with_fee_position_and_balance(exchange: Any, simulator: RunningSimulator) -> None:
    order = exchange.create_order(SYMBOL, "market", "buy", 500, None, {"clientOrderId": "first"})
    assert (order["status"], order["filled"], order["clientOrderId"]) == ("closed", 500, "first")
    (trade,) = exchange.fetch_my_trades(SYMBOL)
    fee = 500 * 0.001 * order["average"] * 0.0005
    assert (trade["order"], trade["side"], trade["amount"]) == (order["id"], "buy", 500)
    assert (trade["takerOrMaker"], trade["fee"]) == ("taker", {"cost": pytest.approx(fee), "currency": "USD"})
    (position,) = exchange.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 500, order["average"])
    assert exchange.fetch_position(SYMBOL)["contracts"] == 500
    balance = exchange.fetch_balance()["USD"]
    assert balance["total"] == pytest.approx(100_000 - fee)
    assert 0 < balance["free"] < balance["total"]


def test_a_limit_order_rests_is_amended_found_and_fills(exchange: Any, simulator: RunningSimulator) -> None:
    order = exchange.create_order(SYMBOL, "limit", "buy", 10, 59_000, {"clientOrderId": "rests"})
    assert [found["id"] for found in exchange.fetch_open_orders(SYMBOL)] == [order["id"]]
    amended = exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 20, 59_500)
    assert (amended["id"], amended["amount"], amended["price"]) == (order["id"], 20, 59_500)
    simulator.control.set_price("BTC", 59_400)
    for found in (exchange.fetch_order(order["id"], SYMBOL), exchange.fetch_order("", SYMBOL, {"clientOid": "rests"})):
        assert (found["id"], found["status"], found["filled"], found["average"]) == (order["id"], "closed", 20, 59_500)
    assert [found["id"] for found in exchange.fetch_closed_orders(SYMBOL)] == [order["id"]]


def test_cancel_and_cancel_all(exchange: Any) -> None:
    first = exchange.create_order(SYMBOL, "limit", "buy", 10, 59_000)
    exchange.create_order(SYMBOL, "limit", "buy", 10, 58_000)
    assert exchange.cancel_order(first["id"], SYMBOL)["status"] == "canceled"
    exchange.cancel_all_orders(SYMBOL)
    assert exchange.fetch_open_orders(SYMBOL) == []
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order(first["id"], SYMBOL)


@pytest.mark.parametrize(("price", "state"), [(58_900, "stop_loss_order"), (61_100, "take_profit_order")])
def test_a_bracket_closes_the_position_and_its_other_leg(
    exchange: Any, simulator: RunningSimulator, price: float, state: str
) -> None:
    params = {"bracket_stop_loss_price": "59000", "bracket_take_profit_price": "61000"}
    entry = exchange.create_order(SYMBOL, "market", "buy", 500, None, params)
    assert entry["info"]["bracket_stop_loss_price"] == "59000"
    legs = exchange.fetch_open_orders(SYMBOL)
    assert {leg["info"]["stop_order_type"] for leg in legs} == {"stop_loss_order", "take_profit_order"}
    assert all(leg["amount"] == 500 and leg["info"]["reduce_only"] and leg["side"] == "sell" for leg in legs)
    simulator.control.set_price("BTC", price)
    assert exchange.fetch_open_orders(SYMBOL) == []
    assert exchange.fetch_positions([SYMBOL]) == []
    done = [order for order in truth(simulator)["orders"] if order["group"] is not None]
    assert {order["state"] for order in done} == {"FILLED", "CANCELLED"}
    filled = next(order for order in done if order["state"] == "FILLED")
    assert filled["kind"] == {"stop_loss_order": "STOP", "take_profit_order": "TAKE_PROFIT"}[state]


def test_a_bracket_grows_with_its_entry_and_goes_with_its_position(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    simulator.control.set_faults({"call": "POST /v2/orders", "kind": "partial_fill", "times": 1})
    entry = exchange.create_order(SYMBOL, "market", "buy", 500, None, {"bracket_stop_loss_price": "50000"})
    assert 0 < entry["filled"] < 500
    assert exchange.fetch_open_orders(SYMBOL, params={"state": "pending"})[0]["amount"] == entry["filled"]
    simulator.control.advance()
    assert exchange.fetch_open_orders(SYMBOL, params={"state": "pending"})[0]["amount"] == 500
    exchange.create_order(SYMBOL, "market", "sell", 500, None, {"reduceOnly": True})
    assert exchange.fetch_open_orders(SYMBOL) == []


def test_leverage(exchange: Any) -> None:
    exchange.set_leverage(25, SYMBOL)
    assert exchange.fetch_leverage(SYMBOL)["longLeverage"] == 25
    order = exchange.create_order(SYMBOL, "market", "buy", 1000)
    position = exchange.fetch_positions([SYMBOL])[0]
    assert float(position["info"]["margin"]) == pytest.approx(order["average"] / 25)
    with pytest.raises(ccxt.ExchangeError, match="leverage_limit_exceeded"):
        exchange.set_leverage(201, SYMBOL)


@pytest.mark.parametrize(
    ("order", "code", "error"),
    [
        (("market", "buy", 900_000), "insufficient_margin", ccxt.InsufficientFunds),
        (("market", "sell", 1, None, {"reduceOnly": True}), "no_position_for_reduce_only", ccxt.ExchangeError),
        (("limit", "buy", 1, 61_000, {"post_only": "true"}), "immediate_execution_post_only", ccxt.InvalidOrder),
        (
            ("market", "sell", 1, None, {"stop_order_type": "stop_loss_order", "stop_price": "61000"}),
            "immediate_execution_stop_order",
            ccxt.ExchangeError,
        ),
        (("market", "buy", 1, None, {"bracket_stop_loss_price": "61000"}), "immediate_execution_stop_order", None),
        (("market", "buy", 1, None, {"bracket_stop_loss_price": "59000.3"}), "bad_schema", ccxt.BadRequest),
        (("market", "buy", 1, None, {"client_order_id": "x" * 33}), "client_order_id", ccxt.BadRequest),
        (("limit", "buy", 1, 59_000, {"time_in_force": "day"}), "time_in_force", ccxt.BadRequest),
        (("limit", "buy", 1, 59_000, {"limit_price": "many"}), "limit_price", ccxt.BadRequest),
        (("limit", "buy", 1, 59_000, {"product_id": 1}), "invalid_contract", ccxt.BadSymbol),
        (("market", "buy", 1, None, {"size": 0}), "size", ccxt.BadRequest),
        (("market", "buy", 1, None, {"size": 1.5}), "size", ccxt.BadRequest),
        (("market", "buy", 1, None, {"side": "up"}), "side", ccxt.BadRequest),
    ],
)
def test_refusals_carry_deltas_codes(
    exchange: Any, simulator: RunningSimulator, order: Any, code: str, error: type[Exception] | None
) -> None:
    with pytest.raises(error or ccxt.BaseError, match=code):
        exchange.create_order(SYMBOL, *order)
    assert truth(simulator)["orders"] == []


def test_a_client_order_id_is_taken_once(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.create_order(SYMBOL, "market", "buy", 1, None, {"clientOrderId": "once"})
    with pytest.raises(ccxt.ExchangeError, match="duplicate_client_order_id"):
        exchange.create_order(SYMBOL, "market", "buy", 1, None, {"clientOrderId": "once"})
    assert len(truth(simulator)["orders"]) == 1


def test_a_wrong_key_secret_or_time_is_refused(simulator: RunningSimulator, exchange: Any) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="invalid_api_key"):
        client(simulator, key="nobody").fetch_balance()
    with pytest.raises(ccxt.AuthenticationError, match="invalid_signature"):
        client(simulator, secret="wrong").fetch_balance()
    assert exchange.fetch_balance()["USD"]["total"] == 100_000
    for offset in (7, -7):
        simulator.control.set_clock(offset)
        with pytest.raises(ccxt.ExchangeError, match=r"expired_signature.*server_time"):
            exchange.fetch_balance()
    simulator.control.set_clock(3)
    assert exchange.fetch_balance()["USD"]["total"] == 100_000


def test_what_came_of_a_lost_reply_is_found_by_client_order_id(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    for kind in ("drop_reply", "disconnect_after"):
        simulator.control.set_faults({"call": "POST /v2/orders", "kind": kind, "times": 1, "seconds": 0.05})
        with pytest.raises(ccxt.NetworkError):
            exchange.create_order(SYMBOL, "market", "buy", 1, None, {"clientOrderId": kind})
        assert exchange.fetch_order("", SYMBOL, {"clientOid": kind})["filled"] == 1
    assert len(truth(simulator)["orders"]) == 2


@pytest.mark.parametrize("kind", ["disconnect_before", "rate_limited", "server_error", "maintenance"])
def test_a_call_that_failed_before_it_was_done_left_no_order(
    exchange: Any, simulator: RunningSimulator, kind: str
) -> None:
    exchange.load_markets()
    simulator.control.set_faults({"call": "POST /v2/orders", "kind": kind, "times": 1})
    with pytest.raises(ccxt.BaseError):
        exchange.create_order(SYMBOL, "market", "buy", 1)
    assert truth(simulator)["orders"] == []
    if kind == "rate_limited":
        assert int(exchange.last_response_headers["X-Rate-Limit-Reset"]) > 0
