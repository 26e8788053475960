from decimal import Decimal

import pytest

from brokers.interface import Side
from brokers.simulator.exchange.engine import VenueRules
from brokers.simulator.exchange.listing import Kind
from brokers.simulator.exchange.orders import Lifetime, OrderKind, OrderState, Refused, Ticket
from tests.brokers.simulator.exchange.world import D, Venue, listing, place, refusal

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def venue() -> Venue:
    return Venue()


def test_a_market_order_pays_the_ask_and_the_takers_fee(venue: Venue) -> None:
    order = place(venue, BUY, 100)
    top = venue.exchange.top("LIN")
    assert (order.state, order.average) == (OrderState.FILLED, top.ask)
    assert venue.account.held("LIN") == 100
    assert venue.account.balances["USD"] == 10_000 - top.ask * D("0.0005")
    assert venue.changes() == ["NEW", "TRADE", "ACCOUNT"]


def test_profit_of_a_linear_contract(venue: Venue) -> None:
    entry = place(venue, BUY, 100).average
    venue.price(1_100)
    exit_price = place(venue, SELL, 100).average
    assert entry is not None
    assert exit_price is not None
    realized = [entry.amount for entry in venue.account.ledger if entry.kind == "REALIZED_PNL"]
    assert realized == [(exit_price - entry)]  # 100 contracts of 0.01
    assert venue.account.held("LIN") == 0


def test_profit_of_an_inverse_contract_is_in_coins(venue: Venue) -> None:
    entry = place(venue, SELL, 100, symbol="INV").average
    venue.price(800)
    exit_price = place(venue, BUY, 100, symbol="INV").average
    assert entry is not None
    assert exit_price is not None
    realized = [item for item in venue.account.ledger if item.kind == "REALIZED_PNL"]
    expected = D(1000) * (1 / exit_price - 1 / entry)
    assert [(item.currency, round(item.amount, 9)) for item in realized] == [("COIN", round(expected, 9))]


@pytest.mark.parametrize("kind", [Kind.LINEAR, Kind.INVERSE])
def test_an_average_entry_price_gives_the_profit_of_both_entries(kind: Kind) -> None:
    item = listing(kind)
    entry = item.average(D(30), D(900), D(70), D(1100))
    apart = item.profit(D(30), D(900), D(1000)) + item.profit(D(70), D(1100), D(1000))
    assert abs(item.profit(D(100), entry, D(1000)) - apart) < D("1e-20")


def test_an_order_through_the_position_turns_it(venue: Venue) -> None:
    place(venue, BUY, 100)
    sold = place(venue, SELL, 150)
    assert venue.account.held("LIN") == -50
    assert venue.account.position("LIN").entry == sold.average


def test_spot_moves_both_balances(venue: Venue) -> None:
    ask = venue.exchange.top("COIN_USD").ask
    place(venue, BUY, 2, symbol="COIN_USD")
    assert venue.account.balances["COIN"] == 12
    assert venue.account.balances["USD"] == 10_000 - 2 * ask * D("1.0005")
    assert refusal(venue, SELL, 13, symbol="COIN_USD") == "insufficient_margin"
    assert refusal(venue, BUY, 9, symbol="COIN_USD") == "insufficient_margin"
    place(venue, BUY, 4, OrderKind.LIMIT, price=D(990), symbol="COIN_USD")
    assert refusal(venue, BUY, 5, symbol="COIN_USD") == "insufficient_margin"


def test_a_resting_order_fills_at_its_own_price_with_the_makers_fee(venue: Venue) -> None:
    order = place(venue, BUY, 100, OrderKind.LIMIT, price=D(990))
    assert order.state == OrderState.OPEN
    venue.price(950)
    (fill,) = order.fills
    assert (fill.price, fill.maker, fill.fee) == (D(990), True, D(990) * D("0.0002"))


def test_a_limit_that_crosses_takes_at_the_touch(venue: Venue) -> None:
    order = place(venue, BUY, 100, OrderKind.LIMIT, price=D(1_010))
    assert order.average == venue.exchange.top("LIN").ask
    assert not order.fills[0].maker


def test_a_limit_amended_through_the_market_takes_at_the_touch(venue: Venue) -> None:
    order = place(venue, BUY, 100, OrderKind.LIMIT, price=D(990))
    venue.exchange.amend(venue.account, order, price=D(1_020))
    assert order.average == venue.exchange.top("LIN").ask


@pytest.mark.parametrize(
    ("side", "kind", "stop", "before", "after"),
    [
        (SELL, OrderKind.STOP, 950, 951, 950),
        (BUY, OrderKind.STOP, 1_050, 1_049, 1_050),
        (SELL, OrderKind.TAKE_PROFIT, 1_050, 1_049, 1_050),
        (BUY, OrderKind.TAKE_PROFIT, 950, 951, 950),
    ],
)
def test_stops_and_targets_trigger_at_their_price(
    venue: Venue, side: Side, kind: OrderKind, stop: int, before: float, after: float
) -> None:
    order = place(venue, side, 10, kind, stop_price=D(stop))
    venue.price(before)
    assert order.state == OrderState.UNTRIGGERED
    venue.price(after)
    assert (order.state, order.triggered) == (OrderState.FILLED, True)


def test_a_stop_limit_that_the_market_has_left_rests(venue: Venue) -> None:
    place(venue, BUY, 10)
    order = place(venue, SELL, 10, OrderKind.STOP_LIMIT, stop_price=D(950), price=D(948), reduce_only=True)
    venue.price(900)
    assert (order.state, order.triggered, order.filled) == (OrderState.OPEN, True, 0)
    venue.price(949)
    assert (order.state, order.average) == (OrderState.FILLED, D(948))


def test_a_stop_that_would_trigger_at_once_is_refused(venue: Venue) -> None:
    assert refusal(venue, SELL, 10, OrderKind.STOP, stop_price=D(1_050)) == "would_trigger"
    assert refusal(venue, SELL, 10, OrderKind.TAKE_PROFIT, stop_price=D(950)) == "would_trigger"


def test_lifetimes() -> None:
    venue = Venue([listing(depth=D(40))])
    ioc = place(venue, BUY, 100, OrderKind.LIMIT, price=D(1_010), lifetime=Lifetime.IOC)
    assert (ioc.filled, ioc.state, ioc.reason) == (40, OrderState.CANCELLED, "ioc")
    fok = place(venue, BUY, 100, OrderKind.LIMIT, price=D(1_010), lifetime=Lifetime.FOK)
    assert (fok.filled, fok.state, fok.reason) == (0, OrderState.CANCELLED, "fok")
    assert place(venue, BUY, 40, OrderKind.LIMIT, price=D(1_010), lifetime=Lifetime.FOK).state == OrderState.FILLED


def test_an_order_larger_than_the_book_fills_over_ticks() -> None:
    venue = Venue([listing(depth=D(40))])
    order = place(venue, BUY, 100)
    filled = [order.filled]
    for _ in range(2):
        venue.market.advance()
        filled.append(order.filled)
    assert filled == [40, 80, 100]
    assert order.state == OrderState.FILLED


def test_a_partial_fill_is_completed_later(venue: Venue) -> None:
    order = place(venue, BUY, 100, partial=True)
    assert 0 < order.filled < 100
    assert order.state == OrderState.OPEN
    venue.market.advance()
    assert (order.filled, order.state) == (100, OrderState.FILLED)


def test_what_filled_stays_when_the_rest_is_cancelled(venue: Venue) -> None:
    order = place(venue, BUY, 100, partial=True)
    part = order.filled
    venue.exchange.cancel(venue.account, order)
    venue.market.advance()
    assert (order.filled, venue.account.held("LIN")) == (part, part)


def test_reduce_only_closes_and_never_turns(venue: Venue) -> None:
    assert refusal(venue, SELL, 10, reduce_only=True) == "reduce_only"
    place(venue, BUY, 50)
    assert refusal(venue, BUY, 10, reduce_only=True) == "reduce_only"
    order = place(venue, SELL, 80, reduce_only=True)
    assert (order.filled, order.state, order.reason) == (50, OrderState.CANCELLED, "reduce_only")
    assert venue.account.held("LIN") == 0


def test_resting_reduce_only_orders_go_with_the_position_and_stops_stay(venue: Venue) -> None:
    place(venue, BUY, 50)
    target = place(venue, SELL, 50, OrderKind.LIMIT, price=D(1_100), reduce_only=True)
    stop = place(venue, SELL, 50, OrderKind.STOP, stop_price=D(900), reduce_only=True)
    place(venue, SELL, 50)
    assert (target.state, stop.state) == (OrderState.CANCELLED, OrderState.UNTRIGGERED)
    venue.price(890)
    assert (stop.state, stop.reason, stop.filled) == (OrderState.CANCELLED, "reduce_only", 0)
    assert venue.account.held("LIN") == 0


def test_close_position_takes_whatever_there_is(venue: Venue) -> None:
    place(venue, BUY, 50)
    order = place(venue, SELL, 0, OrderKind.STOP, stop_price=D(900), close_position=True)
    place(venue, BUY, 25)
    venue.price(890)
    assert (order.filled, order.state, venue.account.held("LIN")) == (75, OrderState.FILLED, 0)


def test_post_only_never_takes(venue: Venue) -> None:
    assert refusal(venue, BUY, 10, OrderKind.LIMIT, price=D(1_010), post_only=True) == "post_only"
    order = place(venue, BUY, 10, OrderKind.LIMIT, price=D(990), post_only=True)
    with pytest.raises(Refused, match="post-only"):
        venue.exchange.amend(venue.account, order, price=D(1_010))
    assert order.price == 990


@pytest.mark.parametrize(
    ("quantity", "rest", "code"),
    [
        (D(0), {}, "bad_quantity"),
        (D("NaN"), {}, "bad_quantity"),
        (D("1.5"), {}, "quantity_step"),
        (D(100_001), {}, "quantity_range"),
        (D(1), {"kind": OrderKind.LIMIT}, "bad_price"),
        (D(1), {"kind": OrderKind.LIMIT, "price": D(-1)}, "bad_price"),
        (D(1), {"kind": OrderKind.LIMIT, "price": D("990.3")}, "price_step"),
        (D(1), {"kind": OrderKind.STOP}, "bad_price"),
        (D(1), {"kind": OrderKind.LIMIT, "price": D(1_200)}, "price_band"),
        (D(1), {"symbol": "NONE"}, "unknown_symbol"),
        (D(1), {"kind": OrderKind.LIMIT, "price": D(500)}, "min_notional"),
    ],
)
def test_an_unsound_order_is_refused_and_changes_nothing(quantity: Decimal, rest: dict[str, object], code: str) -> None:
    venue = Venue([listing(band=D("0.1"), min_notional=D(6))])
    ticket = Ticket(**{"symbol": "LIN", "side": BUY, "quantity": quantity, **rest})  # type: ignore[arg-type]
    with pytest.raises(Refused) as caught:
        venue.exchange.place(venue.account, ticket)
    assert (caught.value.code, venue.account.orders, venue.events) == (code, {}, [])


@pytest.mark.parametrize(("rule", "while_open", "when_done"), [("open", 1, 2), ("always", 1, 1), ("never", 2, 3)])
def test_a_client_id_is_as_unique_as_the_venue_wants_it(rule: str, while_open: int, when_done: int) -> None:
    venue = Venue(rules=VenueRules(client_ids=rule))

    def attempt() -> int:
        ticket = Ticket("LIN", BUY, D(1), OrderKind.LIMIT, D(990), client_id="mine")
        try:
            venue.exchange.place(venue.account, ticket)
        except Refused as error:
            assert error.code == "duplicate_client_id"  # noqa: PT017
        return len(venue.account.orders)

    attempt()
    assert attempt() == while_open
    venue.exchange.cancel_all(venue.account)
    assert attempt() == when_done


def test_what_is_done_is_neither_cancelled_nor_amended(venue: Venue) -> None:
    order = place(venue, BUY, 10)
    with pytest.raises(Refused, match="filled"):
        venue.exchange.cancel(venue.account, order)
    with pytest.raises(Refused, match="filled"):
        venue.exchange.amend(venue.account, order, quantity=D(20))


def test_an_amendment_cannot_go_below_what_is_filled() -> None:
    venue = Venue([listing(depth=D(40))])
    order = place(venue, BUY, 100)
    with pytest.raises(Refused, match="filled already"):
        venue.exchange.amend(venue.account, order, quantity=D(40))
    venue.exchange.amend(venue.account, order, quantity=D(60))
    venue.market.advance()
    assert (order.filled, order.state) == (60, OrderState.FILLED)


def test_an_amendment_keeps_the_rules(venue: Venue) -> None:
    order = place(venue, BUY, 10)
    stop = place(venue, SELL, 10, OrderKind.STOP, stop_price=D(900), reduce_only=True)
    venue.exchange.amend(venue.account, stop, stop_price=D(950))
    assert stop.stop_price == 950
    for changes in ({"stop_price": D(1_050)}, {"stop_price": D("950.2")}, {"quantity": D("1.5")}, {"price": D(900)}):
        with pytest.raises(Refused):
            venue.exchange.amend(venue.account, stop, **changes)
    assert order.state == OrderState.FILLED
    venue.price(949)
    assert stop.filled == 10


def test_at_most_200_orders_are_open(venue: Venue) -> None:
    for _ in range(200):
        place(venue, BUY, 1, OrderKind.LIMIT, price=D(500))
    assert refusal(venue, BUY, 1, OrderKind.LIMIT, price=D(500)) == "max_orders"
