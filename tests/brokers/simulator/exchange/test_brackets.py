import pytest

from brokers.interface import Side
from brokers.simulator.exchange import brackets
from brokers.simulator.exchange.engine import VenueRules
from brokers.simulator.exchange.orders import Leg, LegsWhen, Order, OrderKind, OrderState, Refused, Ticket
from tests.brokers.simulator.exchange.world import D, Venue, listing

STOP = Leg(OrderKind.STOP, stop_price=D(950))
TARGET = Leg(OrderKind.TAKE_PROFIT, stop_price=D(1_050))
LIMIT_TARGET = Leg(OrderKind.LIMIT, price=D(1_050))


def enter(venue: Venue, *legs: Leg, quantity: int = 100, **rest: object) -> Order:
    ticket = Ticket("LIN", Side.BUY, D(quantity), legs=legs or (STOP, TARGET), **rest)  # type: ignore[arg-type]
    return venue.exchange.place(venue.account, ticket)


def legs_of(venue: Venue, entry: Order) -> list[Order]:
    return [venue.account.orders[number] for number in entry.leg_ids]


@pytest.mark.parametrize(("price", "done"), [(940, 0), (1_060, 1)])
@pytest.mark.parametrize("target", [TARGET, LIMIT_TARGET])
def test_one_leg_fills_and_the_other_goes(price: float, done: int, target: Leg) -> None:
    venue = Venue()
    entry = enter(venue, STOP, target)
    legs = legs_of(venue, entry)
    assert all(leg.ticket.reduce_only and leg.quantity == 100 and leg.side == Side.SELL for leg in legs)
    venue.price(price)
    assert legs[done].state == OrderState.FILLED
    assert (legs[1 - done].state, legs[1 - done].reason) == (OrderState.CANCELLED, "oco")
    assert venue.account.held("LIN") == 0


def test_a_price_that_leaps_over_both_fills_one() -> None:
    venue = Venue()
    entry = enter(venue)
    venue.price(900)
    venue.price(1_100)
    assert sorted(leg.filled for leg in legs_of(venue, entry)) == [0, 100]
    assert venue.account.held("LIN") == 0


@pytest.mark.parametrize(
    ("when", "first", "later"),
    [(LegsWhen.EACH_FILL, [40, 40], 100), (LegsWhen.FIRST_FILL, [100, 100], 100), (LegsWhen.COMPLETE_FILL, [], 100)],
)
def test_when_the_legs_are_placed(when: LegsWhen, first: list[int], later: int) -> None:
    venue = Venue([listing(depth=D(40))])
    entry = enter(venue, legs_when=when)
    assert [leg.quantity for leg in legs_of(venue, entry)] == first
    venue.market.advance(2)
    assert entry.state == OrderState.FILLED
    assert [leg.quantity for leg in legs_of(venue, entry)] == [later, later]


def test_an_entry_that_ends_in_part_is_covered_for_that_part() -> None:
    venue = Venue([listing(depth=D(40))])
    entry = enter(venue)
    venue.exchange.cancel(venue.account, entry)
    venue.price(940)
    assert venue.account.held("LIN") == 0
    assert [leg.filled for leg in legs_of(venue, entry)] == [40, 0]


def test_an_entry_that_fills_on_after_its_legs_are_done_has_new_ones() -> None:
    venue = Venue([listing(depth=D(40))])
    ticket = Ticket("LIN", Side.BUY, D(100), OrderKind.LIMIT, D(990), legs=(STOP, TARGET))
    entry = venue.exchange.place(venue.account, ticket)
    venue.price(985)
    first = legs_of(venue, entry)
    venue.price(1_060)
    assert [leg.filled for leg in first] == [0, 40]
    assert venue.account.held("LIN") == 0
    venue.price(985)
    assert venue.account.held("LIN") == 40
    assert [(leg.state, leg.remaining) for leg in legs_of(venue, entry)] == [(OrderState.UNTRIGGERED, 40)] * 2


def test_a_leg_that_fills_in_part_leaves_the_other_for_the_rest() -> None:
    venue = Venue([listing(depth=D(40))])
    entry = enter(venue, STOP, LIMIT_TARGET, quantity=40)
    stop, target = legs_of(venue, entry)
    second = enter(venue, quantity=40)
    venue.exchange.cancel_all(venue.account)
    assert second.state == OrderState.FILLED
    with pytest.raises(Refused, match="cancelled"):
        venue.exchange.cancel(venue.account, stop)
    assert target.state == OrderState.CANCELLED
    group = brackets.attach(venue.exchange, venue.account, "LIN", (STOP, LIMIT_TARGET))
    venue.price(1_060)
    assert (group[1].filled, group[0].quantity, group[0].state) == (40, 40, OrderState.UNTRIGGERED)
    venue.price(940)
    assert venue.account.held("LIN") == 0
    assert group[0].filled == 40


def test_legs_go_with_the_position_where_the_venue_does_so() -> None:
    for follows, state in ((True, OrderState.CANCELLED), (False, OrderState.UNTRIGGERED)):
        venue = Venue(rules=VenueRules(legs_follow_position=follows))
        entry = enter(venue)
        venue.exchange.place(venue.account, Ticket("LIN", Side.SELL, D(100)))
        assert {leg.state for leg in legs_of(venue, entry)} == {state}


@pytest.mark.parametrize("leg", [Leg(OrderKind.STOP, D(1_050)), Leg(OrderKind.TAKE_PROFIT, D(950))])
def test_a_bracket_on_the_wrong_side_is_refused(leg: Leg) -> None:
    venue = Venue()
    with pytest.raises(Refused) as caught:
        enter(venue, leg)
    assert caught.value.code == "bad_bracket"
    assert venue.account.orders == {}


def test_a_bracket_on_no_position_is_refused() -> None:
    venue = Venue()
    with pytest.raises(Refused, match="no position"):
        brackets.attach(venue.exchange, venue.account, "LIN", (STOP,))


def test_an_entry_filled_beyond_its_stop_is_closed_at_once() -> None:
    venue = Venue()
    ticket = Ticket("LIN", Side.BUY, D(100), OrderKind.LIMIT, D(990), legs=(Leg(OrderKind.STOP, stop_price=D(980)),))
    entry = venue.exchange.place(venue.account, ticket)
    venue.price(900)
    venue.market.advance()
    assert entry.filled == 100
    assert venue.account.held("LIN") == 0
