"""Whatever is ordered: money, positions and orders stay explained."""

from hypothesis import given, settings
from hypothesis import strategies as st

from brokers.interface import Side
from brokers.simulator.exchange.events import Change
from brokers.simulator.exchange.listing import Kind
from brokers.simulator.exchange.orders import Leg, LegsWhen, Lifetime, OrderKind, OrderState, Refused, Ticket
from tests.brokers.simulator.exchange.world import D, Venue, balances_explained, listing, positions_explained

prices = st.integers(1_900, 2_100).map(lambda ticks: D(ticks) / 2)
levels = st.integers(1_700, 2_300).map(lambda ticks: D(ticks) / 2)
quantities = st.integers(1, 400).map(D)
seldom = st.sampled_from([False, False, False, False, True])
symbols = st.sampled_from(["LIN", "LIN", "INV", "COIN_USD"])
sides = st.sampled_from(list(Side))
client_ids = st.sampled_from(["", "", "", "a", "b"])


@st.composite
def entries(draw: st.DrawFn) -> Ticket:
    """Mostly with a bracket on its right sides."""
    side = draw(sides)
    low, high = D(draw(st.integers(850, 985))), D(draw(st.integers(1_015, 1_150)))
    stop, target = (low, high) if side == Side.BUY else (high, low)
    exits = (
        Leg(OrderKind.STOP, stop),
        draw(st.sampled_from([Leg(OrderKind.TAKE_PROFIT, target), Leg(OrderKind.LIMIT, None, target)])),
    )
    return Ticket(
        symbol=draw(symbols),
        side=side,
        quantity=draw(quantities),
        kind=draw(st.sampled_from([OrderKind.MARKET, OrderKind.MARKET, OrderKind.LIMIT])),
        price=draw(prices),
        lifetime=draw(st.sampled_from([Lifetime.GTC, Lifetime.GTC, Lifetime.IOC, Lifetime.FOK])),
        post_only=draw(seldom),
        reduce_only=draw(seldom),
        client_id=draw(client_ids),
        legs=exits[: draw(st.integers(0, 2))],
        legs_when=draw(st.sampled_from(list(LegsWhen))),
        partial=draw(st.booleans()),
    )


waiting = st.builds(
    Ticket,
    symbol=symbols,
    side=sides,
    quantity=quantities,
    kind=st.sampled_from([kind for kind in OrderKind if kind.waits]),
    price=levels,
    stop_price=levels,
    reduce_only=st.booleans(),
    close_position=seldom,
    client_id=client_ids,
    partial=st.booleans(),
)
steps = st.one_of(
    st.tuples(st.just("place"), entries()),
    st.tuples(st.just("place"), entries()),
    st.tuples(st.just("place"), waiting),
    st.tuples(st.just("price"), st.integers(900, 1_100)),
    st.tuples(st.just("price"), st.integers(700, 1_300)),
    st.tuples(st.just("cancel"), st.integers(0, 50)),
    st.tuples(st.just("amend"), st.tuples(st.integers(0, 50), st.none() | quantities, st.none() | prices)),
    st.tuples(st.just("tick"), st.integers(1, 3)),
    st.tuples(st.just("leverage"), st.integers(1, 50)),
)
sequences = st.lists(steps, min_size=12, max_size=40)


def run(venue: Venue, step: tuple[str, object]) -> None:
    exchange, account, (name, value) = venue.exchange, venue.account, step
    try:
        match name, value:
            case "place", Ticket() as ticket:
                exchange.place(account, ticket)
            case "price", int(price):
                venue.price(price)
            case "tick", int(count):
                venue.market.advance(count)
            case "leverage", int(leverage):
                exchange.set_leverage(account, "LIN", D(leverage))
            case "cancel", int(index):
                if working := list(account.working.values()):
                    exchange.cancel(account, working[index % len(working)])
            case "amend", (int(index), quantity, price):
                if working := list(account.working.values()):
                    order = working[index % len(working)]
                    exchange.amend(account, order, quantity=quantity, price=price if order.kind.has_limit else None)
    except Refused:
        pass


@settings(max_examples=150, deadline=None)
@given(sequences, st.integers(0, 1_000))
def test_balances_positions_and_orders_stay_explained(sequence: list[tuple[str, object]], seed: int) -> None:
    shallow = [listing(kind, depth=D(120)) for kind in Kind]
    venue = Venue(shallow, seed=seed)
    account = venue.account
    for step in sequence:
        held = {symbol: account.held(symbol) for symbol in ("LIN", "INV")}
        seen = len(account.fills)
        run(venue, step)
        assert balances_explained(account)
        assert positions_explained(account)
        for fill in account.fills[seen:]:
            before = held.get(fill.symbol)
            signed = fill.quantity if fill.side == Side.BUY else -fill.quantity
            if before is not None:
                held[fill.symbol] = before + signed
                if account.orders[fill.order_id].reduces:
                    assert before * signed < 0
                    assert abs(before + signed) == abs(before) - fill.quantity
        assert all(order.is_working for order in account.working.values())
        assert all(number in account.working for number, order in account.orders.items() if order.is_working)
    numbers = [fill.number for fill in account.fills]
    assert len(set(numbers)) == len(numbers)


@settings(max_examples=80, deadline=None)
@given(sequences)
def test_the_events_tell_the_whole_story(sequence: list[tuple[str, object]]) -> None:
    """A client that hears every event knows every order's state and every fill."""
    venue = Venue([listing(kind, depth=D(120)) for kind in Kind])
    told: dict[int, tuple[OrderState, object]] = {}
    venue.exchange.add_listener(
        lambda event: (
            told.update({event.order.number: (event.order.state, event.order.filled)}) if event.order else None
        )
    )
    for step in sequence:
        run(venue, step)
    assert told == {number: (order.state, order.filled) for number, order in venue.account.orders.items()}
    fills = [event.fill for event in venue.events if event.change == Change.TRADE]
    assert fills == venue.account.fills
