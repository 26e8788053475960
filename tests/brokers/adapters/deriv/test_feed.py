"""What is told of a contract, and how often."""

from collections.abc import Callable
from typing import Any, cast

import pytest

from brokers.adapters.deriv.connection import Connection
from brokers.adapters.deriv.feed import OrderFeed
from brokers.adapters.deriv.frames import Frame, Message
from brokers.adapters.deriv.frames_current import CurrentFrames
from brokers.adapters.deriv.journal import MemoryJournal
from brokers.adapters.deriv.subscriptions import SubscriptionBook
from brokers.errors import BrokerUnavailable
from brokers.interface import OrderReport, Subscription


class Streams:
    """Stands in for the book of streams: `say` is what Deriv sends."""

    def __init__(self) -> None:
        self.handlers: dict[str, Callable[[Message], None]] = {}

    def add(self, topic: str, frame: Frame, handler: Callable[[Message], None]) -> Subscription:
        self.handlers[topic] = handler
        return Subscription(len(self.handlers), topic)

    def remove(self, subscription: Subscription) -> None:
        del self.handlers[subscription.topic]

    def contract(self, **fields: Any) -> None:
        self.handlers["contracts"](contract(**fields))

    def sold(self, contract_id: int) -> None:
        self.handlers["transactions"]({"transaction": {"action": "sell", "contract_id": contract_id}})


class Line:
    """Stands in for the connection: the state that it gives when it is asked."""

    def __init__(self) -> None:
        self.answer: Message | None = None
        self.asked = 0

    def call(self, frame: Frame) -> Message:
        self.asked += 1
        if self.answer is None:
            raise BrokerUnavailable("down")
        return self.answer


def contract(**fields: Any) -> Message:
    shared = {
        "contract_id": 7, "contract_type": "MULTUP", "underlying_symbol": "R_100", "buy_price": "10",
        "bid_price": "9.8", "purchase_time": 1000, "status": "open", "entry_spot": "1500", "multiplier": 100,
    }  # fmt: skip
    return {"proposal_open_contract": shared | fields}


class Setting:
    def __init__(self) -> None:
        self.now = 0.0
        self.line, self.streams, self.journal = Line(), Streams(), MemoryJournal()
        self.feed = OrderFeed(
            cast(Connection, self.line),
            CurrentFrames(),
            cast(SubscriptionBook, self.streams),
            self.journal,
            clock=lambda: self.now,
        )
        self.told: list[OrderReport] = []
        self.subscription = self.feed.add(self.told.append)


@pytest.fixture
def setting() -> Setting:
    return Setting()


def test_a_value_that_moves_is_told_once_a_second(setting: Setting) -> None:
    for number in range(30):
        setting.now = number / 10
        setting.streams.contract(bid_price=str(9 + number / 100))
    assert len(setting.told) == 3


def test_a_stop_that_moves_is_told_at_once(setting: Setting) -> None:
    setting.streams.contract()
    setting.streams.contract(limit_order={"stop_loss": {"order_amount": -5}})
    setting.streams.contract(limit_order={"stop_loss": {"order_amount": -4}})
    assert [report.stop_in_force for report in setting.told] == [False, True, True]


def test_the_end_is_told_once_however_often_it_comes(setting: Setting) -> None:
    setting.journal.claim("co-1", "7")
    setting.journal.remember_sale("co-2", "7", 1.0)
    setting.streams.contract()
    for moment in (10.0, 20.0, 30.0):
        setting.now = moment
        setting.streams.contract(status="sold", sell_price="12", sell_time=1010)
    assert [(report.order_id, report.client_order_id) for report in setting.told] == [("7", "co-1"), ("7-sell", "co-2")]


def test_a_contract_first_heard_of_at_its_end_is_told_with_its_purchase(setting: Setting) -> None:
    setting.streams.contract(status="lost", sell_price="0", sell_time=1010)
    assert [report.order_id for report in setting.told] == ["7", "7-sell"]


def test_a_sale_is_followed_up_unless_its_end_is_known(setting: Setting) -> None:
    setting.streams.contract()
    setting.streams.sold(7)  # nothing can be read now
    assert [report.order_id for report in setting.told] == ["7"]
    setting.line.answer = contract(status="sold", sell_price="12", sell_time=1010)
    setting.streams.sold(7)
    setting.streams.sold(7)
    assert [report.order_id for report in setting.told] == ["7", "7-sell"]
    assert setting.line.asked == 2


def test_an_empty_account_has_nothing_to_tell(setting: Setting) -> None:
    setting.streams.handlers["contracts"]({"proposal_open_contract": {}})
    setting.streams.handlers["transactions"]({"transaction": {"action": "deposit"}})
    assert setting.told == []


def test_a_handler_that_fails_does_not_keep_it_from_the_others(setting: Setting) -> None:
    more: list[OrderReport] = []
    setting.feed.add(lambda report: more.append(1 // 0))  # type: ignore[arg-type]
    other = setting.feed.add(more.append)
    setting.streams.contract()
    assert (len(setting.told), len(more)) == (1, 1)
    setting.feed.remove(other)
    setting.feed.remove(setting.subscription)
    assert set(setting.streams.handlers) == {"transactions", "contracts"}


def test_the_streams_end_with_the_last_who_listens(setting: Setting) -> None:
    setting.feed.remove(setting.subscription)
    setting.feed.remove(setting.subscription)
    assert setting.streams.handlers == {}
