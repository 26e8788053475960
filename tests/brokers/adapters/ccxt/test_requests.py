"""What ccxt would send for each exchange, caught before the network. No stop goes out as anything else than a stop."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from brokers.adapters.ccxt.adapter import CcxtBroker
from brokers.adapters.ccxt.client_ids import Role, leg_id
from brokers.adapters.ccxt.profiles import BROKERS, venue_for
from brokers.catalog import BrokerClosed, UnknownBroker
from brokers.errors import BrokerUnavailable, InvalidOrder
from brokers.interface import Bracket, Environment, OrderRequest, OrderType, Side, TimeInForce
from tests.brokers.adapters.ccxt.offline import FUTURES, VENUES, Wire, credentials, instrument_and_quote, offline

ENTRY = "sg0123456789abcdef0123456789abcd"
STOP_LEG, TARGET_LEG = leg_id(ENTRY, Role.STOP), leg_id(ENTRY, Role.TARGET)
QUANTITY = Decimal(100)

each = pytest.mark.parametrize(("broker_id", "market_type"), VENUES)
futures = pytest.mark.parametrize("broker_id", [name for name, kind in VENUES if kind == FUTURES])

# How each says that an order only reduces; HTX's and Bitget's stops close by their kind, MEXC's sides 2 and 4 close.
REDUCES = {
    "reduceOnly": (True, "true", "YES"), "reduce_only": (True, "true", 1), "flags": (1024,), "side": (2, 4),
    "planType": ("loss_plan", "profit_plan"), "type": ("sl", "tp"),
}  # fmt: skip
TRIGGER_FIELDS = (
    "triggerPrice", "stopPrice", "trigger_price", "stop_price", "slTriggerPx", "tpTriggerPx", "sl_trigger_price",
    "tp_trigger_price", "stopPxRp", "price",
)  # fmt: skip


def send(broker_id: str, market_type: str, **order: Any) -> tuple[CcxtBroker, Wire]:
    """Place it; the request ends where the network would begin."""
    broker, wire = offline(broker_id, market_type)
    symbol = next(iter(broker._client.exchange.markets))
    instrument, quote = instrument_and_quote(broker, symbol)
    request = replace(OrderRequest(ENTRY, symbol, Side.BUY, QUANTITY), **order)
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        broker.place_order(request, quote, instrument)
    assert len(wire.requests) == 1, wire.requests
    return broker, wire


@each
def test_a_market_order_is_one_request_that_carries_our_id(broker_id: str, market_type: str) -> None:
    broker, wire = send(broker_id, market_type)
    assert broker.venue.wire_id(ENTRY) in wire.text()


@each
@pytest.mark.parametrize("tif", [TimeInForce.IOC, TimeInForce.FOK])
def test_time_in_force_reaches_the_exchange(broker_id: str, market_type: str, tif: TimeInForce) -> None:
    order = {"type": OrderType.LIMIT, "limit_price": Decimal(50_000)}
    _, plain = send(broker_id, market_type, **order)
    _, special = send(broker_id, market_type, **order, time_in_force=tif)
    assert essence(plain) != essence(special)
    words = {TimeInForce.IOC: ("ioc", "immediate", "3"), TimeInForce.FOK: ("fok", "fill", "4")}[tif]
    new = [str(value).lower() for name, value in essence(special).items() if essence(plain).get(name) != value]
    names = [name.lower() for name in essence(special) if name not in essence(plain)]
    assert any(word in value for word in words for value in new + names), new


def essence(wire: Wire) -> dict[str, Any]:
    drop = {"timestamp", "nonce", "signature", "Signature", "Timestamp", "channel_code"}
    return {name: value for name, value in wire.last().items() if name not in drop and not isinstance(value, list)}


@futures
def test_an_exit_only_reduces(broker_id: str) -> None:
    _, wire = send(broker_id, FUTURES, side=Side.SELL, reduce_only=True)
    assert reduces(wire.last()), wire.text()


@futures
@pytest.mark.parametrize("kind", [OrderType.STOP, OrderType.TAKE_PROFIT])
@pytest.mark.parametrize("side", [Side.SELL, Side.BUY])
def test_a_leg_waits_for_its_trigger_and_only_reduces(broker_id: str, kind: OrderType, side: Side) -> None:
    falling = (side == Side.SELL) == (kind == OrderType.STOP)
    price = Decimal(45_000) if falling else Decimal(55_000)
    name = STOP_LEG if kind == OrderType.STOP else TARGET_LEG
    broker, wire = send(
        broker_id, FUTURES, client_order_id=name, side=side, type=kind, stop_price=price, reduce_only=True
    )
    sent = wire.last()
    assert reduces(sent), wire.text()
    assert any(float(sent[field]) == float(price) for field in TRIGGER_FIELDS if is_number(sent.get(field))), (
        wire.text()
    )
    assert broker.venue.wire_id(name) in wire.text()
    if (broker_id, kind) != ("bitfinex", OrderType.TAKE_PROFIT):  # there a target is a limit order in the book
        assert waits(broker_id, sent, falling=falling), wire.text()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (isinstance(value, str) and value.replace(".", "", 1).isdigit())


def reduces(sent: dict[str, Any]) -> bool:
    return any(sent.get(name) in values for name, values in REDUCES.items())


def waits(broker_id: str, sent: dict[str, Any], *, falling: bool) -> bool:
    """By each exchange's documentation of its stop orders: the order is a trigger, and of the right direction."""
    kind = str(sent.get("type") or sent.get("orderType") or sent.get("ordType") or "").lower()
    path = str(sent["path"])
    return {
        "deribit": lambda: kind in ("stop_market", "take_market"),
        "delta": lambda: sent.get("stop_order_type") in ("stop_loss_order", "take_profit_order"),
        "binance": lambda: path.endswith("/algoOrder") and kind in ("stop_market", "take_profit_market"),
        "bybit": lambda: sent.get("triggerDirection") == (2 if falling else 1),
        "okx": lambda: path.endswith("/order-algo") and kind == "conditional",
        "kraken": lambda: kind in ("stp", "take_profit"),
        "bitget": lambda: path.endswith("/place-tpsl-order"),
        "kucoin": lambda: sent.get("stop") == ("down" if falling else "up"),
        "mexc": lambda: path.endswith("/planorder/place") and sent.get("triggerType") == (2 if falling else 1),
        "gate": lambda: path.endswith("/price_orders") and sent.get("rule") == (2 if falling else 1),
        "htx": lambda: path.endswith("/algo/order") and kind in ("sl", "tp"),
        "phemex": lambda: kind in ("stop", "marketiftouched"),
        "bitfinex": lambda: kind == "stop",
    }[broker_id]()


@each
def test_a_native_bracket_travels_with_its_entry(broker_id: str, market_type: str) -> None:
    venue = venue_for(broker_id, market_type)
    if not venue.native_bracket:
        _, wire = send(broker_id, market_type, bracket=Bracket(Decimal(48_000), Decimal(52_000)))
        assert "48000" not in wire.text()
        return
    _, wire = send(broker_id, market_type, bracket=Bracket(Decimal(48_000), Decimal(52_000)))
    assert "48000" in wire.text()
    assert "52000" in wire.text()


@each
def test_spot_buys_keep_the_quantity(broker_id: str, market_type: str) -> None:
    """Where a market buy counts quote currency, the order goes as a limit that may pay a little more."""
    broker, wire = send(broker_id, market_type)
    if broker.venue.market_buy_by_cost:
        sent = wire.text().lower()
        assert "ioc" in sent or "immediate" in sent
        assert "50501" in sent
    assert "5000000" not in wire.text()  # 100 at 50,000


@each
def test_capabilities_agree_with_ccxt(broker_id: str, market_type: str) -> None:
    broker, _ = offline(broker_id, market_type)
    has, can = broker._pro_has(), broker.capabilities()
    assert market_type in can.market_types
    own_stream = broker_id == "delta"
    assert can.streams_orders == (own_stream or has["watchOrders"] is True)
    assert can.streams_quotes == (own_stream or has["watchTicker"] is True)
    assert can.streams_trades == (has["watchTrades"] is True)
    assert not can.amends_orders or has["editOrder"] is True
    assert not can.sets_leverage or has["setLeverage"] is True
    assert can.sets_leverage == (market_type == FUTURES and has["setLeverage"] is True)
    assert not can.reports_positions or has["fetchPositions"] is True
    features = broker._client.exchange.features["swap" if market_type == FUTURES else "spot"]
    features = (features.get("linear") or features)["createOrder"]
    if can.native_bracket and broker_id != "deribit":  # OTOCO is Deribit's own, which ccxt does not unify
        assert features["attachedStopLossTakeProfit"]
    if can.holds_stops and not can.native_bracket:
        assert features["stopLossPrice"] or features["triggerPrice"]


@each
def test_ccxt_does_not_send_twice_by_itself(broker_id: str, market_type: str) -> None:
    broker, _ = offline(broker_id, market_type)
    assert broker._client.exchange.options["maxRetriesOnFailure"] == 0
    for adapter in broker._client.session.adapters.values():
        assert adapter.max_retries.total == 0  # type: ignore[attr-defined]


@each
def test_an_order_is_looked_for_by_our_id(broker_id: str, market_type: str) -> None:
    """Either the exchange is asked for the id, or its orders are searched."""
    broker, wire = offline(broker_id, market_type)
    symbol = next(iter(broker._client.exchange.markets))
    with pytest.raises(BrokerUnavailable):
        broker.get_order(symbol, client_order_id=ENTRY)
    asks = broker.venue.find_by or broker.venue.finds_itself
    assert (broker.venue.wire_id(ENTRY) in wire.text()) == bool(asks)
    assert "None" not in wire.text()


@futures
def test_leverage_is_set_before_the_entry_and_once(broker_id: str) -> None:
    broker, wire = offline(broker_id, FUTURES)
    if not broker.venue.sets_leverage:
        assert broker_id in ("deribit", "bitfinex")
        return
    wire.answers["https"] = ""
    broker._client.exchange.fetch = lambda *a, **k: wire.requests.append(a[:1]) or {}  # type: ignore[func-returns-value]
    calls: list[tuple[str, tuple[Any, ...]]] = []
    broker._client.act = lambda method, *arguments: calls.append((method, arguments))  # type: ignore[method-assign, assignment, return-value]
    broker._leverage.ensure("BTC/USDT:USDT", Decimal(5))
    first = len(calls)
    broker._leverage.ensure("BTC/USDT:USDT", Decimal(5))
    assert first == len(calls) > 0
    assert calls[-1][0] == "set_leverage"
    broker._leverage.ensure("BTC/USDT:USDT", Decimal(6))
    assert len(calls) == 2 * first


@futures
def test_an_order_over_the_maximum_leverage_is_not_sent(broker_id: str) -> None:
    broker, wire = offline(broker_id, FUTURES)
    symbol = next(iter(broker._client.exchange.markets))
    instrument, quote = instrument_and_quote(broker, symbol)
    with pytest.raises(InvalidOrder, match="leverage: 500 is above"):
        broker.place_order(OrderRequest(ENTRY, symbol, Side.BUY, QUANTITY, leverage=Decimal(500)), quote, instrument)
    assert not wire.requests


def test_brokers_that_are_not_ours() -> None:
    assert len(BROKERS) == 15
    with pytest.raises(BrokerClosed, match="2026-09-23"):
        venue_for("bitmex")
    with pytest.raises(UnknownBroker):
        venue_for("deriv")
    with pytest.raises(UnknownBroker, match="no FUTURES market"):
        venue_for("coinbase", FUTURES)


def test_a_test_account_goes_to_the_side_that_has_one() -> None:
    assert venue_for("kraken", environment=Environment.TEST).ccxt_id == "krakenfutures"
    assert venue_for("kraken").ccxt_id == "kraken"
    with pytest.raises(InvalidOrder, match="environment: MEXC has no test environment"):
        CcxtBroker("mexc", replace(credentials(), environment=Environment.TEST))
