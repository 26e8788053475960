"""ccxt's binanceusdm, which we did not write, as a real client of the simulator."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import ccxt
import pytest

from brokers.simulator.server import RunningSimulator, running_simulator

SYMBOL = "BTC/USDT:USDT"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


def client(simulator: RunningSimulator, key: int = 1, secret: str | None = None) -> Any:
    exchange = ccxt.binanceusdm(
        {"apiKey": f"sim-key-{key}", "secret": secret or f"sim-secret-{key}", "enableRateLimit": False}
    )
    point(exchange, simulator.url)
    return exchange


def point(exchange: Any, url: str) -> None:
    for name, address in exchange.urls["api"].items():
        if name.startswith("fapi") and name != "fapiData":
            exchange.urls["api"][name] = f"{url}/binance/fapi/{address.rsplit('/', 1)[1]}"
    exchange.urls["api"]["sapi"] = f"{url}/binance/sapi/v1"


@pytest.fixture
def exchange(simulator: RunningSimulator) -> Any:
    return client(simulator)


def truth(simulator: RunningSimulator) -> dict[str, Any]:
    return simulator.control.truth("binance", "sim-key-1")


def test_markets_have_their_steps_and_limits(exchange: Any) -> None:
    market = exchange.load_markets()[SYMBOL]
    assert market["linear"]
    assert market["swap"]
    assert market["precision"] == {"amount": 0.001, "price": 0.1, "base": 1e-8, "quote": 1e-8}
    assert market["limits"]["amount"] == {"min": 0.001, "max": 1000.0}
    assert market["limits"]["cost"]["min"] == 5


def test_public_data(exchange: Any, simulator: RunningSimulator) -> None:
    simulator.control.advance(5)
    ticker = exchange.fetch_ticker(SYMBOL)
    bids_asks = exchange.fetch_bids_asks([SYMBOL])[SYMBOL]
    book = exchange.fetch_order_book(SYMBOL, 10)
    candles = exchange.fetch_ohlcv(SYMBOL, "1m", limit=100)
    hours = exchange.fetch_ohlcv(SYMBOL, "4h", limit=50)
    assert ticker["low"] <= ticker["last"] <= ticker["high"]
    assert bids_asks["bid"] == book["bids"][0][0] < book["asks"][0][0] == bids_asks["ask"]
    assert len(book["bids"]) == 10
    assert len(candles) == 100
    assert all(later[0] - earlier[0] == 60_000 for earlier, later in pairwise(candles))
    assert candles[-1][4] == ticker["last"]
    assert len(hours) == 50
    assert exchange.fetch_ohlcv(SYMBOL, "1m", since=candles[10][0], limit=5) == candles[10:15]
    assert len(exchange.fetch_trades(SYMBOL, limit=3)) == 3
    assert abs(exchange.fetch_time() - exchange.milliseconds()) < 5_000
    assert exchange.fetch_funding_rate(SYMBOL)["markPrice"] == ticker["last"]


def test_a_market_order_fills_with_fee_position_and_balance(exchange: Any, simulator: RunningSimulator) -> None:
    order = exchange.create_order(SYMBOL, "market", "buy", 0.5, params={"clientOrderId": "first"})
    assert (order["status"], order["filled"], order["clientOrderId"]) == ("closed", 0.5, "first")
    ask = simulator.control.prices()["BTC"]["ask"]
    assert order["average"] == ask
    (trade,) = exchange.fetch_my_trades(SYMBOL)
    assert (trade["order"], trade["side"], trade["amount"], trade["takerOrMaker"]) == (order["id"], "buy", 0.5, "taker")
    assert trade["fee"] == {"cost": pytest.approx(0.5 * ask * 0.0005), "currency": "USDT"}
    (position,) = exchange.fetch_positions([SYMBOL])
    assert (position["side"], position["contracts"], position["entryPrice"]) == ("long", 0.5, ask)
    balance = exchange.fetch_balance()["USDT"]
    assert balance["total"] == pytest.approx(100_000 - 0.5 * ask * 0.0005 + position["unrealizedPnl"])
    assert 0 < balance["free"] < balance["total"]
    assert Decimal(truth(simulator)["positions"][0]["quantity"]) == Decimal("0.5")


def test_a_limit_order_rests_is_amended_and_fills_at_its_price(exchange: Any, simulator: RunningSimulator) -> None:
    order = exchange.create_order(SYMBOL, "limit", "buy", 0.2, 59_000, {"clientOrderId": "rests"})
    assert (order["status"], order["filled"]) == ("open", 0)
    assert [found["id"] for found in exchange.fetch_open_orders(SYMBOL)] == [order["id"]]
    amended = exchange.edit_order(order["id"], SYMBOL, "limit", "buy", 0.3, 59_500)
    assert (amended["id"], amended["amount"], amended["price"]) == (order["id"], 0.3, 59_500)
    simulator.control.set_price("BTC", 59_400)
    filled = exchange.fetch_order(None, SYMBOL, {"clientOrderId": "rests"})
    assert (filled["id"], filled["status"], filled["average"]) == (order["id"], "closed", 59_500)
    assert exchange.fetch_my_trades(SYMBOL)[0]["takerOrMaker"] == "maker"


def test_cancel_and_cancel_all(exchange: Any) -> None:
    first = exchange.create_order(SYMBOL, "limit", "buy", 0.2, 59_000)
    second = exchange.create_order(SYMBOL, "limit", "buy", 0.2, 58_000)
    assert exchange.cancel_order(first["id"], SYMBOL)["status"] == "canceled"
    exchange.cancel_all_orders(SYMBOL)
    assert exchange.fetch_order(second["id"], SYMBOL)["status"] == "canceled"
    assert exchange.fetch_open_orders(SYMBOL) == []
    with pytest.raises(ccxt.OrderNotFound):
        exchange.cancel_order(first["id"], SYMBOL)
    with pytest.raises(ccxt.OrderNotFound):
        exchange.fetch_order("123456", SYMBOL)


def test_stop_and_target_are_algo_orders_that_close_the_position(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.create_order(SYMBOL, "market", "buy", 0.5)
    params = {"reduceOnly": True}
    stop = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {**params, "stopLossPrice": 59_000})
    target = exchange.create_order(SYMBOL, "market", "sell", 0.5, None, {**params, "takeProfitPrice": 61_000})
    assert (stop["type"], stop["status"], stop["triggerPrice"]) == ("market", "open", 59_000)
    assert exchange.fetch_open_orders(SYMBOL) == []
    waiting = exchange.fetch_open_orders(SYMBOL, params={"trigger": True})
    assert {order["id"] for order in waiting} == {stop["id"], target["id"]}
    simulator.control.set_price("BTC", 58_900)
    assert exchange.fetch_order(stop["id"], SYMBOL, {"trigger": True})["status"] == "closed"
    actual = exchange.fetch_order(stop["id"], SYMBOL, {"trigger": True})["info"]["actualOrderId"]
    assert exchange.fetch_order(actual, SYMBOL)["filled"] == 0.5
    assert exchange.fetch_positions([SYMBOL]) == []
    # Nothing ties the two at this venue: the target still waits, and is cancelled by whoever placed it.
    exchange.cancel_order(target["id"], SYMBOL, {"trigger": True})
    assert exchange.fetch_open_orders(SYMBOL, params={"trigger": True}) == []


def test_an_order_type_of_the_algo_service_is_refused_by_the_book(exchange: Any) -> None:
    exchange.load_markets()
    request = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "quantity": "0.1", "stopPrice": "50000"}
    with pytest.raises(ccxt.BaseError, match="-4120"):
        exchange.fapiPrivatePostOrder(request)


def test_leverage_margin_type_and_mode(exchange: Any) -> None:
    exchange.set_leverage(50, SYMBOL)
    exchange.set_margin_mode("isolated", SYMBOL)
    with pytest.raises(ccxt.MarginModeAlreadySet):
        exchange.set_margin_mode("isolated", SYMBOL)
    leverage = exchange.fetch_leverage(SYMBOL)
    assert (leverage["longLeverage"], leverage["marginMode"]) == (50, "isolated")
    exchange.create_order(SYMBOL, "market", "buy", 0.5)
    (position,) = exchange.fetch_positions([SYMBOL])
    assert position["marginMode"] == "isolated"
    assert position["initialMargin"] == pytest.approx(position["notional"] / 50, rel=1e-3)
    assert exchange.fetch_position_mode(SYMBOL)["hedged"] is False
    with pytest.raises(ccxt.ExchangeError):
        exchange.fapiPrivatePostLeverage({"symbol": "BTCUSDT", "leverage": 126})


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (("market", "buy", 900), "-2019"),
        (("market", "sell", 0.1, None, {"reduceOnly": True}), "-2022"),
        (("market", "sell", 0.1, None, {"triggerPrice": 61_000}), "-2021"),
        (("limit", "buy", 0.1, 61_000, {"postOnly": True}), "-5022"),
        (("limit", "buy", 0.1, 70_000), "-4131"),
    ],
)
def test_refusals_carry_binance_codes(exchange: Any, simulator: RunningSimulator, order: Any, code: str) -> None:
    with pytest.raises(ccxt.BaseError, match=f'"code":\\s*{code}\\b'):
        exchange.create_order(SYMBOL, *order)
    assert truth(simulator)["orders"] == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("quantity", "0.0015", "-1111"),
        ("quantity", "0", "-4003"),
        ("quantity", "2000", "-4005"),
        ("quantity", "0.00x", "-1100"),
        ("price", "59000.05", "-4014"),
        ("price", "", "-1102"),
        ("side", "HOLD", "-1117"),
        ("type", "WHATEVER", "-1116"),
        ("timeInForce", "DAY", "-1115"),
        ("symbol", "XXXUSDT", "-1121"),
        ("positionSide", "LONG", "-4061"),
        ("newClientOrderId", "x" * 37, "-4015"),
        ("newClientOrderId", "no spaces", "-4015"),
    ],
)
def test_a_malformed_order_is_refused_naming_what_is_wrong(exchange: Any, field: str, value: str, code: str) -> None:
    order = {
        "symbol": "BTCUSDT",
        "side": "BUY",
        "type": "LIMIT",
        "quantity": "0.1",
        "price": "59000",
        "timeInForce": "GTC",
        "newClientOrderId": "one",
    }
    with pytest.raises(ccxt.BaseError, match=f'"code":\\s*{code}\\b'):
        exchange.fapiPrivatePostOrder({**order, field: value})


def test_a_client_order_id_is_taken_once_while_its_order_is_open(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.create_order(SYMBOL, "limit", "buy", 0.1, 59_000, {"clientOrderId": "once"})
    with pytest.raises(ccxt.BaseError, match="-4116"):
        exchange.create_order(SYMBOL, "limit", "buy", 0.1, 59_000, {"clientOrderId": "once"})
    assert len(truth(simulator)["orders"]) == 1


def test_a_wrong_key_secret_or_time_is_refused(simulator: RunningSimulator, exchange: Any) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        client(simulator, key=9).fetch_balance()
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        client(simulator, secret="wrong").fetch_balance()
    simulator.control.set_clock(20)
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        exchange.fetch_balance()
    simulator.control.set_clock(-20)
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        exchange.fetch_balance()
    exchange.load_time_difference()
    exchange.options["adjustForTimeDifference"] = True
    assert exchange.fetch_balance()["USDT"]["total"] == 100_000


def test_accounts_are_apart(simulator: RunningSimulator, exchange: Any) -> None:
    exchange.create_order(SYMBOL, "market", "buy", 0.5)
    assert client(simulator, key=2).fetch_positions([SYMBOL]) == []


def test_what_came_of_a_lost_reply_is_found_by_client_order_id(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    for kind in ("drop_reply", "disconnect_after"):
        simulator.control.set_faults({"call": "POST /fapi/v1/order", "kind": kind, "times": 1, "seconds": 0.05})
        with pytest.raises(ccxt.NetworkError):
            exchange.create_order(SYMBOL, "market", "buy", 0.1, None, {"clientOrderId": kind})
        assert exchange.fetch_order(None, SYMBOL, {"clientOrderId": kind})["filled"] == 0.1
    assert len(truth(simulator)["orders"]) == 2


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("disconnect_before", ccxt.NetworkError),
        ("rate_limited", ccxt.DDoSProtection),
        ("server_error", ccxt.BaseError),
        ("maintenance", ccxt.ExchangeNotAvailable),
    ],
)
def test_a_call_that_failed_before_it_was_done_left_no_order(
    exchange: Any, simulator: RunningSimulator, kind: str, error: type[Exception]
) -> None:
    exchange.load_markets()
    simulator.control.set_faults({"call": "POST /fapi/v1/*", "kind": kind, "times": 1})
    with pytest.raises(error):
        exchange.create_order(SYMBOL, "market", "buy", 0.1)
    assert truth(simulator)["orders"] == []
    exchange.create_order(SYMBOL, "market", "buy", 0.1)
    assert simulator.control.faults()["drawn"] == {kind: 1}


def test_a_partial_fill_completes_with_the_next_ticks(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    simulator.control.set_faults({"call": "POST /fapi/v1/order", "kind": "partial_fill", "times": 1})
    order = exchange.create_order(SYMBOL, "market", "buy", 1)
    assert order["status"] == "open"
    assert 0 < order["filled"] < 1
    simulator.control.advance()
    order = exchange.fetch_order(order["id"], SYMBOL)
    assert (order["status"], order["filled"]) == ("closed", 1)
    assert sum(trade["amount"] for trade in exchange.fetch_my_trades(SYMBOL)) == pytest.approx(1)


def test_a_stale_book_shows_the_past(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    before = exchange.fetch_ticker(SYMBOL)["last"]
    simulator.control.set_price("BTC", 70_000)
    simulator.control.set_faults({"call": "GET /fapi/v1/ticker/24hr", "kind": "stale_book", "times": 1})
    assert exchange.fetch_ticker(SYMBOL)["last"] == before
    assert exchange.fetch_ticker(SYMBOL)["last"] == 70_000


def test_a_delayed_answer_is_an_answer(exchange: Any, simulator: RunningSimulator) -> None:
    exchange.load_markets()
    simulator.control.set_faults({"call": "*", "kind": "delay", "seconds": 0.05})
    assert exchange.create_order(SYMBOL, "market", "buy", 0.1)["filled"] == 0.1
