import pytest

from brokers.interface import Side
from brokers.simulator.exchange.orders import OrderKind, OrderState, Refused
from tests.brokers.simulator.exchange.world import D, Venue, balances_explained, listing, place, refusal

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def venue() -> Venue:
    return Venue()


def test_margin_is_checked_for_what_increases_the_position_alone(venue: Venue) -> None:
    # 10,000 USD at 20x carry 200,000 USD: 20,000 contracts of about 10 USD.
    assert refusal(venue, BUY, 20_500) == "insufficient_margin"
    place(venue, BUY, 10_000)
    resting = place(venue, BUY, 9_000, OrderKind.LIMIT, price=D(990))
    assert refusal(venue, BUY, 1_500, OrderKind.LIMIT, price=D(990)) == "insufficient_margin"
    place(venue, SELL, 10_000, OrderKind.LIMIT, price=D(1_050))  # reduces: binds nothing more
    with pytest.raises(Refused, match="margin"):
        venue.exchange.amend(venue.account, resting, quantity=D(11_000))
    assert resting.quantity == 9_000
    venue.exchange.cancel(venue.account, resting)
    place(venue, BUY, 9_000)


def test_funds_add_up(venue: Venue) -> None:
    place(venue, BUY, 1_000)
    place(venue, BUY, 1_000, OrderKind.LIMIT, price=D(990))
    venue.price(1_010)
    state = venue.exchange.funds(venue.account, "USD")
    mark = venue.exchange.top("LIN").mark
    assert state.wallet == venue.account.balances["USD"]
    assert state.unrealized == 10 * (mark - venue.account.position("LIN").entry)
    assert state.position_margin == state.order_margin == 10 * mark / 20
    assert state.available == state.equity - state.position_margin - state.order_margin
    assert venue.exchange.funds(venue.account, "COIN").available == 10


def test_leverage_within_its_limits_and_its_margin(venue: Venue) -> None:
    venue.exchange.set_leverage(venue.account, "LIN", D(50))
    place(venue, BUY, 40_000)
    for leverage, code in ((D(51), "leverage"), (D(0), "leverage"), (D(10), "insufficient_margin")):
        with pytest.raises(Refused) as caught:
            venue.exchange.set_leverage(venue.account, "LIN", leverage)
        assert caught.value.code == code
    assert venue.account.leverage["LIN"] == 50


def test_an_account_that_cannot_carry_its_position_is_liquidated() -> None:
    venue = Venue([listing(depth=D(30_000))])
    place(venue, BUY, 19_000)
    resting = place(venue, SELL, 100, OrderKind.LIMIT, price=D(1_200))
    venue.price(900)
    assert venue.account.held("LIN") == 0
    assert (resting.state, resting.reason) == (OrderState.CANCELLED, "liquidation")
    assert venue.account.balances["USD"] == 0
    assert [entry.kind for entry in venue.account.ledger][-1] == "INSURANCE"
    assert balances_explained(venue.account)
