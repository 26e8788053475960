"""What contracts pay, by the rules that their makers publish."""

from decimal import Decimal

import pytest

from brokers.simulator.deriv.errors import Refused
from tests.brokers.simulator.deriv.desks import StillDesk


@pytest.fixture
def still() -> StillDesk:
    return StillDesk()


@pytest.mark.parametrize(
    ("contract_type", "prices", "status"),
    [
        ("CALL", (1500.0, 1500.1, 1500.2), "won"),
        ("CALL", (1500.0, 1500.1, 1499.9), "lost"),
        ("CALL", (1500.0, 1500.1, 1500.0), "lost"),  # a tie is no rise
        ("PUT", (1500.0, 1500.1, 1499.9), "won"),
        ("PUT", (1500.0, 1499.9, 1500.0), "lost"),
    ],
)
def test_a_tick_contract_compares_the_next_tick_with_the_last(
    still: StillDesk, contract_type: str, prices: tuple[float, ...], status: str
) -> None:
    contract = still.buy(contract_type, duration=2, duration_unit="t")
    for price in prices:
        assert contract.is_open
        still.tick(price)
    assert contract.status == status
    assert contract.entry is not None
    assert contract.exit is not None
    assert (contract.entry.spot, contract.exit.spot) == (prices[0], prices[-1])
    assert contract.sell_price == (contract.terms.payout if status == "won" else 0)


def test_a_timed_contract_is_settled_at_the_last_tick_up_to_its_expiry(still: StillDesk) -> None:
    contract = still.buy("CALL", duration=1, duration_unit="m")
    still.tick(1500.0, seconds=1)
    still.tick(1500.5, seconds=58)
    still.tick(1400.0, seconds=5)  # past the expiry: too late to count
    assert (contract.status, contract.exit and contract.exit.spot) == ("won", 1500.5)


def test_a_timed_contract_can_be_sold_before_it_expires_and_a_tick_contract_cannot(still: StillDesk) -> None:
    timed = still.buy("CALL", duration=5, duration_unit="m")
    ticks = still.buy("CALL", duration=5, duration_unit="t")
    still.tick(1500.0, seconds=1)
    still.tick(1504.0, seconds=1)
    with pytest.raises(Refused, match="Resale"):
        still.desk.sell(still.account, ticks.contract_id, Decimal(0))
    bid = timed.bid
    assert timed.terms.stake < bid < timed.terms.payout
    still.desk.sell(still.account, timed.contract_id, bid)
    assert (timed.status, timed.sell_price) == ("sold", bid)


@pytest.mark.parametrize("contract_type", ["MULTUP", "MULTDOWN"])
def test_a_multiplier_earns_the_multiplied_move_less_commission(still: StillDesk, contract_type: str) -> None:
    still.tick(1500.0)
    contract = still.buy(contract_type, "100", multiplier=100)
    still.tick(1501.5)  # 0.1 %
    move = Decimal("10.00") if contract_type == "MULTUP" else Decimal("-10.00")
    assert contract.profit == move - contract.terms.commission


@pytest.mark.parametrize(
    ("orders", "price", "status", "paid"),
    [
        ({"stop_loss": 5}, 1492.0, "lost", "4.47"),  # closes at the tick, not at the level
        ({"stop_loss": 5}, 1493.0, "open", None),
        ({"take_profit": 8}, 1512.5, "won", "18.13"),
        ({"take_profit": 8}, 1512.0, "open", None),
        ({}, 1485.0, "lost", "0.00"),  # stopped out: no more than the stake can be lost
        ({}, 1000.0, "lost", "0.00"),
        ({}, 1486.0, "open", None),
    ],
)
def test_a_multiplier_is_closed_by_its_limit_orders_and_its_stop_out(
    still: StillDesk, orders: dict[str, float], price: float, status: str, paid: str | None
) -> None:
    still.tick(1500.0)
    contract = still.buy("MULTUP", "10", multiplier=100, limit_order=orders)
    still.tick(price)
    assert contract.status == status
    assert contract.sell_price == (None if paid is None else Decimal(paid))


def test_an_accumulator_grows_with_every_tick_within_its_corridor_and_is_lost_outside(still: StillDesk) -> None:
    still.tick(1500.0)
    kept, lost = still.buy("ACCU", "100", growth_rate=0.01), still.buy("ACCU", "100", growth_rate=0.01)
    for _ in range(4):  # the first is the entry
        still.tick(1500.0)
    assert kept.ticks_passed == 3
    assert kept.bid == Decimal("103.03")
    still.desk.sell(still.account, kept.contract_id, Decimal(0))
    assert kept.sell_price == Decimal("103.03")
    still.tick(1500.0 * (1 + 2 * lost.half_width) + 0.05)
    assert (lost.status, lost.sell_price) == ("lost", 0)


def test_an_accumulator_takes_its_profit(still: StillDesk) -> None:
    still.tick(1500.0)
    contract = still.buy("ACCU", "100", growth_rate=0.05, limit_order={"take_profit": 10})
    for _ in range(3):
        still.tick(1500.0)
    assert (contract.status, contract.sell_price) == ("won", Decimal("110.25"))


def test_limit_orders_are_changed_removed_and_remembered(still: StillDesk) -> None:
    still.tick(1500.0)
    contract = still.buy("MULTUP", "10", multiplier=100, limit_order={"stop_loss": 5})
    still.desk.update(still.account, contract.contract_id, {"stop_loss": None, "take_profit": Decimal(7)})
    assert (contract.terms.stop_loss, contract.terms.take_profit) == (None, 7)
    assert [(item.order_type, item.amount) for item in contract.updates] == [
        ("stop_loss", 5),
        ("stop_loss", None),
        ("take_profit", 7),
    ]
    still.tick(1490.0)
    assert contract.is_open
    with pytest.raises(Refused, match="higher than the current loss"):
        still.desk.update(still.account, contract.contract_id, {"stop_loss": Decimal(5)})
    with pytest.raises(Refused, match=r"equal to or lower than 10\.00"):
        still.desk.update(still.account, contract.contract_id, {"stop_loss": Decimal(11)})


def test_a_contract_is_bought_at_no_more_than_the_price_and_from_what_is_there(still: StillDesk) -> None:
    contract = still.buy("CALL", duration=5, duration_unit="t")
    with pytest.raises(Refused) as refused:
        still.desk.buy(still.account, contract.terms, Decimal("9.99"), 1)
    assert refused.value.code == "PriceMoved"
    poor = still.desk.accounts.get("CR9000001")
    assert poor is not None
    poor.book(1, "withdrawal", Decimal("-995"), 0.0)
    with pytest.raises(Refused) as refused:
        still.desk.buy(poor, contract.terms, Decimal(10), 1)
    assert refused.value.code == "InsufficientBalance"
    assert poor.balance == 5


def test_nobody_sells_anothers_contract_or_one_that_is_done(still: StillDesk) -> None:
    contract = still.buy("MULTUP", multiplier=100)
    other = still.desk.accounts.get("VRTC9000002")
    assert other is not None
    with pytest.raises(Refused) as refused:
        still.desk.sell(other, contract.contract_id, Decimal(0))
    assert refused.value.code == "ContractNotFound"
    with pytest.raises(Refused) as refused:
        still.desk.sell(still.account, contract.contract_id, Decimal(1000))
    assert refused.value.code == "PriceMoved"
    still.desk.sell(still.account, contract.contract_id, Decimal(0))
    with pytest.raises(Refused) as refused:
        still.desk.sell(still.account, contract.contract_id, Decimal(0))
    assert refused.value.code == "NoOpenPosition"


def test_a_demo_account_can_begin_anew_and_a_real_one_cannot(still: StillDesk) -> None:
    still.desk.sell(still.account, still.buy("MULTUP", "500", multiplier=100).contract_id, Decimal(0))
    assert still.account.balance < 10_000
    still.desk.reset_demo_balance(still.account)
    assert still.account.balance == 10_000
    real = still.desk.accounts.get("CR9000001")
    assert real is not None
    with pytest.raises(Refused):
        still.desk.reset_demo_balance(real)
