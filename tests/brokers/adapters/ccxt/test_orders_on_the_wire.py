"""Orders over real sockets, on Binance's, Delta's and Deribit's wire as the simulator speaks it, with its faults."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from brokers.adapters.ccxt.client_ids import Role, leg_id
from brokers.adapters.ccxt.factory import ccxt_broker
from brokers.errors import (
    BrokerError,
    BrokerUnavailable,
    InsufficientFunds,
    InvalidOrder,
    OutcomeUnknown,
    RateLimited,
)
from brokers.interface import (
    Bracket,
    ConnectionState,
    OrderChange,
    OrderStatus,
    OrderType,
    Side,
)
from brokers.simulator.server import RunningSimulator
from tests.brokers.adapters.ccxt.floor import Floor, keys


def test_a_market_order_is_reported_with_its_fills(floor: Floor) -> None:
    report = floor.place()
    truth = floor.truth()["fills"]
    assert report.status == OrderStatus.FILLED
    assert report.filled_quantity == floor.quantity == floor.position()
    assert {item.fill_id for item in report.executions} <= {str(row["id"]) for row in truth}
    # In the currency that the market is settled in: the inverse perpetual's is BTC.
    assert report.executions[0].commission == pytest.approx(Decimal(truth[0]["fee"]), rel=Decimal("1e-3"))
    by_id = floor.broker.get_order(floor.symbol, order_id=report.order_id)
    assert by_id == floor.broker.get_order(floor.symbol, client_order_id=report.client_order_id)


@pytest.mark.parametrize("kind", ["drop_reply", "disconnect_after"])
def test_a_lost_reply_is_unknown_and_looked_up_never_sent_again(floor: Floor, kind: str) -> None:
    """INCIDENTS 1 and 3."""
    request = floor.request()
    floor.fault(kind)
    with pytest.raises(OutcomeUnknown):
        floor.broker.place_order(request, floor.broker.quote(floor.symbol), floor.instrument)
    found = floor.broker.get_order(floor.symbol, client_order_id=request.client_order_id)
    assert found is not None
    assert found.status == OrderStatus.FILLED
    assert found.filled_quantity == floor.quantity
    assert len(floor.orders(request.client_order_id)) == 1
    assert floor.position() == floor.quantity


@pytest.mark.parametrize("kind", ["disconnect_before", "server_error"])
def test_what_may_have_arrived_is_unknown_even_where_it_did_not(floor: Floor, kind: str) -> None:
    request = floor.request()
    floor.fault(kind)
    with pytest.raises(BrokerError) as caught:
        floor.broker.place_order(request, floor.broker.quote(floor.symbol), floor.instrument)
    assert isinstance(caught.value, OutcomeUnknown | BrokerUnavailable | InvalidOrder)
    if kind == "disconnect_before":
        assert isinstance(caught.value, OutcomeUnknown)
    assert floor.broker.get_order(floor.symbol, client_order_id=request.client_order_id) is None
    assert floor.orders() == []


def test_one_call_too_many_says_when_to_come_again(floor: Floor) -> None:
    floor.fault("rate_limited")
    with pytest.raises(RateLimited) as caught:
        floor.place()
    assert caught.value.retry_after > 0
    assert floor.orders() == []


def test_nothing_is_sent_to_an_address_where_nobody_listens(floor: Floor) -> None:
    quote = floor.broker.quote(floor.symbol)
    exchange = floor.broker._client.exchange
    exchange.urls["api"] = {
        name: "http://127.0.0.1:9" if isinstance(url, str) else url for name, url in exchange.urls["api"].items()
    }
    with pytest.raises(BrokerUnavailable, match="nothing was sent"):
        floor.broker.place_order(floor.request(), quote, floor.instrument)


def test_too_large_an_order_is_refused_for_want_of_funds(floor: Floor) -> None:
    with pytest.raises((InsufficientFunds, InvalidOrder)) as caught:
        floor.place(quantity=floor.quantity * (900_000 if floor.broker_id == "deribit" else 90_000))
    assert "minimum" not in str(caught.value)
    assert floor.position() == 0


def test_a_resting_order_that_fills_in_part_keeps_its_part_when_cancelled(floor: Floor) -> None:
    """INCIDENTS 4."""
    floor.fault("partial_fill", times=None)
    price = Decimal(str(floor.broker.quote(floor.symbol).ask)) * Decimal("1.002")
    report = floor.place(type=OrderType.LIMIT, limit_price=price, quantity=floor.quantity * 10)
    assert report.status == OrderStatus.PARTIALLY_FILLED
    assert 0 < report.filled_quantity < floor.quantity * 10
    floor.fault("delay", "nothing")
    done = floor.broker.cancel_order(floor.symbol, client_order_id=report.client_order_id)
    assert done.status == OrderStatus.CANCELLED
    assert done.filled_quantity == report.filled_quantity == floor.position()
    again = floor.broker.cancel_order(floor.symbol, order_id=done.order_id)
    assert (again.status, again.filled_quantity) == (done.status, done.filled_quantity)


def test_a_resting_order_is_amended_where_it_rests(floor: Floor) -> None:
    bid = Decimal(str(floor.broker.quote(floor.symbol).bid))
    report = floor.place(type=OrderType.LIMIT, limit_price=bid * Decimal("0.98"))
    assert report.status == OrderStatus.SUBMITTED
    changed = floor.broker.amend_order(report, OrderChange(limit_price=bid * Decimal("0.97")), floor.instrument)
    assert changed.status == OrderStatus.SUBMITTED
    assert changed.limit_price is not None
    assert abs(changed.limit_price - bid * Decimal("0.97")) <= Decimal(str(floor.instrument.tick_size))
    assert [item.order_id for item in floor.broker.open_orders(floor.symbol)] == [changed.order_id]
    assert [item.status for item in floor.broker.cancel_all_orders(floor.symbol)] == [OrderStatus.CANCELLED]


def test_a_bracket_rests_at_the_broker_with_its_entry(floor: Floor) -> None:
    bracket = floor.bracket()
    report = floor.place(bracket=bracket)
    assert report.stop_in_force
    stop, target = (
        floor.broker.get_order(floor.symbol, order_id=name) for name in (report.stop_order_id, report.target_order_id)
    )
    assert stop is not None
    assert target is not None
    assert (stop.type, target.type) == (OrderType.STOP, OrderType.TAKE_PROFIT)
    assert (stop.stop_price, target.stop_price) == (bracket.stop_loss, bracket.take_profit)
    assert stop.reduce_only
    assert stop.quantity == target.quantity == floor.quantity


def test_a_moved_stop_takes_the_place_of_the_old_one(floor: Floor) -> None:
    report = floor.place(bracket=floor.bracket())
    price = Decimal(str(floor.broker.quote(floor.symbol).last)) * Decimal("0.98")
    moved = floor.broker.amend_order(report, OrderChange(stop_loss=price), floor.instrument)
    stops = [item for item in floor.broker.open_orders(floor.symbol) if item.type == OrderType.STOP]
    assert [(item.order_id, item.stop_price) for item in stops] == [(moved.stop_order_id, moved.stop_level)]
    assert (moved.stop_order_id == report.stop_order_id) == bool(floor.broker.venue.leg_price_param)
    assert moved.stop_in_force
    assert moved.target_order_id == report.target_order_id
    again = floor.broker.amend_order(moved, OrderChange(stop_loss=price), floor.instrument)
    assert again.stop_order_id == moved.stop_order_id


def test_an_exit_takes_the_legs_along(floor: Floor) -> None:
    """A reduce-only stop that is left behind would act on the next position."""
    floor.place(bracket=floor.bracket())
    report = floor.place(side=Side.SELL, reduce_only=True)
    assert report.status == OrderStatus.FILLED
    assert floor.position() == 0
    assert floor.broker.open_orders(floor.symbol) == []


def test_fills_since_a_moment_are_told_with_their_orders(floor: Floor) -> None:
    first = floor.place()
    moment = max(item.time for item in first.executions) + 0.001
    second = floor.place()
    told = floor.broker.executions_since(moment)
    assert [item.client_order_id for item in told] == [second.client_order_id]
    assert told[0].executions == second.executions
    assert len(floor.broker.executions_since(moment - 3600, floor.symbol)) == 2


def test_account_and_market_are_read(floor: Floor) -> None:
    floor.place(leverage=Decimal(5))
    (position,) = floor.broker.positions()
    assert (position.symbol, position.side, position.quantity) == (floor.symbol, Side.BUY, floor.quantity)
    assert {item.currency for item in floor.broker.get_balance()} >= {"BTC", "ETH"}
    candles = floor.broker.get_candles(floor.symbol, "1m", limit=10)
    assert len(candles) >= 9
    quote = floor.broker.quote(floor.symbol)
    assert quote.bid < quote.ask
    with pytest.raises(InvalidOrder, match="timeframe"):
        floor.broker.get_candles(floor.symbol, "7m")


@pytest.mark.parametrize("broker_id", ["binance", "delta", "deribit"])
def test_wrong_keys_are_refused_in_words_without_the_keys(simulator: RunningSimulator, broker_id: str) -> None:
    broker = ccxt_broker(broker_id, keys(secret="wrong-and-hidden"))
    status = broker.connect()
    assert status.state == ConnectionState.REFUSED
    assert status.error
    assert "wrong-and-hidden" not in status.error + repr(broker)
    broker.disconnect()


def test_an_entry_whose_reply_was_lost_is_protected_once_it_is_found(floor: Floor) -> None:
    """A native bracket has come along, and is found; one of ours was never placed, and is now."""
    bracket = floor.bracket()
    request = floor.request(bracket=bracket)
    floor.fault("drop_reply")
    with pytest.raises(OutcomeUnknown):
        floor.broker.place_order(request, floor.broker.quote(floor.symbol), floor.instrument)
    found = floor.broker.get_order(floor.symbol, client_order_id=request.client_order_id)
    assert found is not None
    assert found.stop_in_force == floor.broker.capabilities().native_bracket
    change = OrderChange(stop_loss=bracket.stop_loss, take_profit=bracket.take_profit)
    held = floor.broker.amend_order(found, change, floor.instrument)
    assert held.stop_in_force
    assert not found.stop_in_force or held.stop_order_id == found.stop_order_id
    again = floor.broker.get_order(floor.symbol, client_order_id=request.client_order_id)
    assert again is not None
    assert (again.stop_order_id, again.target_order_id) == (held.stop_order_id, held.target_order_id)
    waiting = {item.order_id for item in floor.broker.open_orders(floor.symbol)}
    assert waiting == {held.stop_order_id, held.target_order_id}


class TestTied:
    """Binance has no native bracket: the legs are ours, and tied by us."""

    @pytest.fixture
    def floor(self, open_floor: Callable[..., Floor]) -> Floor:
        return open_floor("binance")

    def test_a_stop_that_is_refused_closes_the_entry_and_says_which_rule(self, floor: Floor) -> None:
        """INCIDENTS 6 and 8."""
        request = floor.request(bracket=floor.bracket(stop="0.9999"))
        original = floor.broker._client.act

        def moving(method: str, *arguments: object) -> object:
            answer = original(method, *arguments)
            if floor.orders(request.client_order_id) and len(floor.orders()) == 1:
                floor.move("0.99")  # the price passes the stop before it is placed
            return answer

        floor.broker._client.act = moving  # type: ignore[method-assign]
        report = floor.broker.place_order(request, floor.broker.quote(floor.symbol), floor.instrument)
        assert report.stop_refused
        assert not report.stop_in_force
        assert report.status == OrderStatus.FILLED
        assert "immediately trigger" in report.reason
        assert "closed at market" in report.reason
        assert floor.position() == 0
        closing = floor.broker.get_order(floor.symbol, order_id=report.stop_order_id)
        assert closing is not None
        assert closing.filled_quantity == floor.quantity
        assert closing.client_order_id == leg_id(request.client_order_id, Role.EXIT)

    def test_a_leg_whose_reply_is_lost_is_found_not_placed_twice(self, floor: Floor) -> None:
        floor.fault("drop_reply", "POST /fapi/v1/algoOrder")
        report = floor.place(bracket=floor.bracket())
        assert report.stop_in_force
        kinds = [row["kind"] for row in floor.orders()]
        assert sorted(kinds) == ["MARKET", "STOP", "TAKE_PROFIT"]

    def test_an_entry_that_fills_in_part_is_protected_for_that_part_and_then_for_more(self, floor: Floor) -> None:
        floor.fault("partial_fill", times=None)
        price = Decimal(str(floor.broker.quote(floor.symbol).ask)) * Decimal("1.002")
        bracket = floor.bracket()
        quantity = floor.quantity * 10
        report = floor.place(type=OrderType.LIMIT, limit_price=price, quantity=quantity, bracket=bracket)
        stop = floor.broker.get_order(floor.symbol, order_id=report.stop_order_id)
        assert stop is not None
        assert stop.quantity == report.filled_quantity < quantity
        floor.fault("delay", "nothing")
        for _ in range(60):
            floor.simulator.control.advance(1)
            grown = floor.broker.get_order(floor.symbol, client_order_id=report.client_order_id)
            if grown is not None and grown.status == OrderStatus.FILLED:
                break
        assert grown is not None
        assert grown.filled_quantity == quantity
        change = OrderChange(stop_loss=bracket.stop_loss, take_profit=bracket.take_profit)
        moved = floor.broker.amend_order(grown, change, floor.instrument)
        legs = {item.order_id: item for item in floor.broker.open_orders(floor.symbol)}
        assert set(legs) == {moved.stop_order_id, moved.target_order_id}
        assert {item.quantity for item in legs.values()} == {quantity}

    def test_a_target_that_is_refused_leaves_the_stop_in_force(self, floor: Floor) -> None:
        original = floor.broker._client.act

        def refusing(method: str, *arguments: object) -> object:
            if method == "create_order" and isinstance(arguments[-1], dict) and "takeProfitPrice" in arguments[-1]:
                raise InvalidOrder("refused")
            return original(method, *arguments)

        floor.broker._client.act = refusing  # type: ignore[method-assign]
        report = floor.place(bracket=floor.bracket())
        assert report.stop_in_force
        assert not report.target_order_id
        assert "target" in report.reason

    def test_a_stop_beyond_the_price_band_is_refused_before_the_entry(self, floor: Floor) -> None:
        """INCIDENTS 8."""
        with pytest.raises(InvalidOrder, match=r"stop_loss: .* below BTCUSDT's price band"):
            floor.place(bracket=Bracket(Decimal(1000)))
        assert floor.orders() == []
