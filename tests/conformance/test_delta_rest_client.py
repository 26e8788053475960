"""Delta's own delta-rest-client as a real client of the simulator."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from delta_rest_client import DeltaRestClient, OrderType, TimeInForce

from brokers.simulator.server import RunningSimulator, running_simulator

BTCUSD, ETHUSD, USD = 27, 3136, 14


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=1) as running:
        yield running


@pytest.fixture
def client(simulator: RunningSimulator) -> Any:
    return DeltaRestClient(f"{simulator.url}/delta", "sim-key-1", "sim-secret-1", raise_for_status=False)


def test_public_data(client: Any) -> None:
    assert {asset["symbol"]: asset["id"] for asset in client.get_assets()}["USD"] == USD
    assert client.get_product(BTCUSD)["symbol"] == "BTCUSD"
    assert {product["id"] for product in client.get_products()} == {BTCUSD, ETHUSD}
    assert len(client.get_tickers({"contract_types": "perpetual_futures"})) == 2
    ticker = client.get_ticker("BTCUSD")
    book = client.get_l2_orderbook(BTCUSD)
    assert float(book["buy"][0]["price"]) < ticker["close"] < float(book["sell"][0]["price"])
    end = ticker["timestamp"] // 1_000_000
    candles = client.get_candles("BTCUSD", "1h", end - 10 * 3600, end)
    assert [candle["time"] for candle in candles] == sorted((candle["time"] for candle in candles), reverse=True)
    assert len(candles) in (10, 11)
    assert client.get_public_trades("BTCUSD")[0]["symbol"] == "BTCUSD"


def test_orders_from_place_to_fill(client: Any, simulator: RunningSimulator) -> None:
    order = client.place_order(
        BTCUSD, 10, "buy", limit_price="59000", time_in_force=TimeInForce.GTC, client_order_id="one"
    )
    assert (order["state"], order["size"], order["unfilled_size"]) == ("open", 10, 10)
    assert [found["id"] for found in client.get_live_orders({"product_ids": str(BTCUSD)})] == [order["id"]]
    edited = client.edit_order({"id": order["id"], "product_id": BTCUSD, "size": 12, "limit_price": "59100"})
    assert (edited["size"], edited["limit_price"]) == (12, "59100")
    simulator.control.set_price("BTC", 59_000)
    assert client.get_order_by_id(order["id"])["state"] == "closed"
    assert client.get_order_by_client_id("one")["average_fill_price"] == "59100"
    assert client.get_position(BTCUSD)["size"] == 12
    assert client.get_margined_position(BTCUSD)["entry_price"] == "59100"
    history, fills = client.order_history({"product_ids": BTCUSD}), client.fills({"product_ids": BTCUSD})
    assert [row["id"] for row in history["result"]] == [order["id"]]
    assert [(row["order_id"], row["size"]) for row in fills["result"]] == [(str(order["id"]), 12)]


def test_stop_orders_and_cancels(client: Any) -> None:
    stop = client.place_stop_order(BTCUSD, 5, "buy", stop_price="61000", order_type=OrderType.MARKET)
    limit = client.place_stop_order(BTCUSD, 5, "buy", stop_price="61000", limit_price="61100")
    assert (stop["state"], stop["stop_order_type"], limit["limit_price"]) == ("pending", "stop_loss_order", "61100")
    assert client.cancel_order(BTCUSD, stop["id"])["state"] == "cancelled"
    client.cancel_all_orders({"product_id": BTCUSD, "cancel_stop_orders": "true"})
    assert client.get_live_orders() == []


def test_batches(client: Any) -> None:
    rows = [{"size": 1, "side": "buy", "limit_price": str(price)} for price in (58_000, 58_500)]
    created = client.batch_create(BTCUSD, rows)
    edited = client.batch_edit(BTCUSD, [{"id": row["id"], "size": 2} for row in created])
    assert [row["size"] for row in edited] == [2, 2]
    cancelled = client.batch_cancel(BTCUSD, [{"id": row["id"]} for row in created])
    assert {row["state"] for row in cancelled} == {"cancelled"}


def test_a_bracket_on_a_position_is_edited_and_closed(client: Any, simulator: RunningSimulator) -> None:
    bracket = {
        "product_id": BTCUSD,
        "stop_loss_order": {"order_type": "market_order", "stop_price": "59000"},
        "take_profit_order": {"order_type": "limit_order", "stop_price": "61000", "limit_price": "60990"},
    }
    with pytest.raises(requests.HTTPError, match="no_position_for_reduce_only"):
        client.place_bracket_order(bracket)
    client.place_order(BTCUSD, 10, "buy", order_type=OrderType.MARKET)
    client.place_bracket_order(bracket)
    assert {row["stop_order_type"] for row in client.get_live_orders()} == {"stop_loss_order", "take_profit_order"}
    client.close_all_positions(close_all_cross=True)
    assert client.get_live_orders() == []
    assert client.get_margined_position(BTCUSD) is None


def test_the_bracket_of_an_order_is_edited(client: Any, simulator: RunningSimulator) -> None:
    entry = client.create_order(
        {
            "product_id": BTCUSD,
            "size": 10,
            "side": "buy",
            "order_type": "market_order",
            "bracket_stop_loss_price": "59000",
        }
    )
    client.edit_bracket_order({"id": entry["id"], "product_id": BTCUSD, "bracket_stop_loss_price": "59500"})
    assert [row["stop_price"] for row in client.get_live_orders()] == ["59500"]
    simulator.control.set_price("BTC", 59_400)
    assert client.get_margined_position(BTCUSD) is None


def test_wallet_leverage_and_ledger(client: Any) -> None:
    assert client.set_leverage(BTCUSD, 20)["leverage"] == "20"
    assert client.get_order_leverage(BTCUSD)["leverage"] == "20"
    assert client.get_balances(USD)["balance"] == "100000"
    client.place_order(BTCUSD, 10, "buy", order_type=OrderType.MARKET)
    client.place_order(BTCUSD, 10, "sell", order_type=OrderType.MARKET, reduce_only="true")
    rows = client.get_wallet_transactions()
    balance = float(client.get_balances(USD)["balance"])
    assert {row["transaction_type"] for row in rows} == {"pnl", "commission"}
    assert balance == pytest.approx(100_000 + sum(float(row["amount"]) for row in rows))


def test_errors_are_in_the_body(client: Any, simulator: RunningSimulator) -> None:
    with pytest.raises(requests.HTTPError, match="open_order_not_found"):
        client.cancel_order(BTCUSD, 1)
    with pytest.raises(requests.HTTPError, match="insufficient_margin"):
        client.place_order(BTCUSD, 900_000, "buy", order_type=OrderType.MARKET)
    stranger = DeltaRestClient(f"{simulator.url}/delta", "sim-key-1", "wrong", raise_for_status=False)
    with pytest.raises(requests.HTTPError, match="invalid_signature"):
        stranger.get_all_wallet_balances()
    simulator.control.set_faults({"call": "GET /v2/wallet/balances", "kind": "rate_limited"})
    reply = client.request("GET", "/v2/wallet/balances", auth=True)
    assert reply.status_code == 429
    assert int(reply.headers["X-RATE-LIMIT-RESET"]) > 0
