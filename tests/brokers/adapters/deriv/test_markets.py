"""Markets, candles and quotes, at the simulator."""

import time

import pytest

from brokers.adapters.deriv.errors import BadReply
from brokers.adapters.deriv.markets import _pip
from brokers.errors import InvalidOrder
from brokers.interface import Quote
from tests.brokers.adapters.deriv.desk import Desk, until


def test_instruments(desk: Desk) -> None:
    broker = desk.broker()
    assert {"R_10", "R_100", "frxEURUSD", "cryBTCUSD", "BOOM500", "CRASH500"} <= set(broker.symbols())
    instrument = broker.get_instrument_info("R_100")
    assert (instrument.venue, instrument.market_type, instrument.tick_size) == ("deriv", "CONTRACT", 0.01)
    assert (instrument.lot_size, instrument.is_open) == (0.01, True)
    assert instrument.max_leverage >= 100
    with pytest.raises(InvalidOrder, match="symbol: "):
        broker.get_instrument_info("R_9999")
    capabilities = broker.capabilities()
    assert (capabilities.client_order_ids, capabilities.holds_stops) == (False, True)


@pytest.mark.parametrize(
    ("row", "step"), [({"pip": 0.01}, 0.01), ({"pip_size": "0.001"}, 0.001), ({"pip_size": 4}, 0.0001)]
)
def test_the_step_of_a_price(row: dict[str, object], step: float) -> None:
    assert _pip(row) == pytest.approx(step)


def test_a_step_of_nothing_is_no_step() -> None:
    with pytest.raises(BadReply, match="pip_size"):
        _pip({"pip_size": 0})


def test_candles_from_a_moment_on_and_the_latest(desk: Desk) -> None:
    broker = desk.broker()
    latest = broker.get_candles("R_100", "1m", limit=20)
    assert len(latest) == 20
    assert [candle.time for candle in latest] == sorted({candle.time for candle in latest})
    since = latest[4].time
    some = broker.get_candles("R_100", "1m", since_ms=since, limit=6)
    assert [candle.time for candle in some] == [since + 60_000 * n for n in range(6)]
    assert some == latest[4:10]
    with pytest.raises(InvalidOrder, match="timeframe: "):
        broker.get_candles("R_100", "7m")


def test_quotes_are_streamed_to_each_who_listens_until_the_last_leaves(desk: Desk) -> None:
    broker = desk.broker()
    one: list[Quote] = []
    two: list[Quote] = []
    first = broker.subscribe_quotes(["R_100", "R_10"], one.append)
    second = broker.subscribe_quotes(["R_100"], two.append)
    desk.sim.control.advance(2)
    until(lambda: {quote.symbol for quote in one} == {"R_100", "R_10"} and two)
    broker.unsubscribe(first)
    assert broker._book.topics() == {"ticks:R_100"}
    broker.unsubscribe(second)
    assert broker._book.topics() == frozenset()
    count = len(one) + len(two)
    desk.sim.control.advance(2)
    broker.get_balance()  # whatever was on its way has arrived by now
    assert len(one) + len(two) == count
    quote = broker.quote("R_100")
    assert quote.bid <= quote.last <= quote.ask
    assert abs(quote.received - time.time()) < 60


def test_a_market_that_is_not_there_leaves_no_stream_behind(desk: Desk) -> None:
    broker = desk.broker()
    with pytest.raises(InvalidOrder):
        broker.subscribe_quotes(["R_100", "R_9999"], lambda quote: None)
    assert broker._book.topics() == frozenset()
    with pytest.raises(InvalidOrder, match="trades: "):
        broker.subscribe_trades(["R_100"], lambda trade: None)
