"""Which contract in the history is the one whose reply was lost."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from brokers.adapters.deriv.frames import Frame, Message, call_of
from brokers.adapters.deriv.frames_current import CurrentFrames
from brokers.adapters.deriv.history import Row
from brokers.adapters.deriv.journal import MemoryJournal, Purchase
from brokers.adapters.deriv.lookup import find_purchase, strangers
from brokers.errors import OutcomeUnknown
from brokers.interface import ContractTerms, ContractType

SENT = 1_000_000.0
LATER = SENT + 100
TERMS = ContractTerms(ContractType.CALL, Decimal(10), duration=5, duration_unit="t")


def row(
    contract_id: int, *, at: float = SENT, price: Any = 10, kind: str = "CALL", symbol: str = "R_100"
) -> dict[str, Any]:
    return {
        "contract_id": contract_id,
        "buy_price": price,
        "purchase_time": int(at),
        "shortcode": f"{kind}_{symbol}_19.5_1000000_5T",
    }


class History:
    """An account whose lists are what the test says."""

    def __init__(
        self,
        portfolio: Sequence[dict[str, Any]] = (),
        closed: Sequence[dict[str, Any]] = (),
        bought: Sequence[int] = (),
    ) -> None:
        self.asked: list[str] = []
        statement = [
            {"contract_id": number, "action_type": "buy", "amount": "-10.00", "transaction_time": int(SENT),
             "shortcode": "CALL_R_100_19.5_1000000_5T"}
            for number in bought
        ]  # fmt: skip
        self._lists = {
            "portfolio": {"contracts": list(portfolio)},
            "profit_table": {"transactions": list(closed)},
            "statement": {"transactions": statement},
        }

    def __call__(self, frame: Frame) -> Message:
        name = call_of(frame)
        self.asked.append(name)
        return {name: self._lists[name]}


def find(history: History, journal: MemoryJournal, *, now: float = LATER, order: str = "co-1") -> str:
    purchase = journal.purchase(order)
    assert purchase is not None
    return find_purchase(history, CurrentFrames(), journal, purchase, now)


@pytest.fixture
def journal() -> MemoryJournal:
    found = MemoryJournal()
    found.remember("co-1", "R_100", TERMS, SENT)
    return found


@pytest.mark.parametrize(
    "history",
    [
        History([row(7)]),
        History([], [row(7, price="10.00")]),
        History(bought=[7]),
        History([{**row(7), "shortcode": "", "underlying_symbol": "R_100", "contract_type": "CALL"}]),
        History([{**row(7), "shortcode": "", "symbol": "R_100", "contract_type": "CALL"}]),
    ],
)
def test_it_is_found_wherever_deriv_lists_it(history: History, journal: MemoryJournal) -> None:
    assert find(history, journal) == "7"
    assert journal.contract_id_of("co-1") == "7"


@pytest.mark.parametrize(
    "other",
    [
        row(8, price=11),
        row(8, kind="PUT"),
        row(8, kind="CALLE"),
        row(8, symbol="R_10"),
        row(8, symbol="R_1000"),
        row(8, at=SENT - 30),
        row(8, at=SENT + 300),
    ],
)
def test_what_differs_is_another_contract(other: dict[str, Any], journal: MemoryJournal) -> None:
    assert find(History([other]), journal) == ""
    assert find(History([other, row(7)]), journal) == "7"


def test_a_contract_of_another_order_is_left_to_it(journal: MemoryJournal) -> None:
    journal.remember("co-0", "R_100", TERMS, SENT - 1)
    journal.claim("co-0", "7")
    assert find(History([row(7)]), journal) == ""
    assert find(History([row(7), row(8)]), journal) == "8"


def test_a_candidate_may_be_the_contract_of_a_purchase_under_way(journal: MemoryJournal) -> None:
    journal.remember("co-2", "R_100", TERMS, SENT + 2)
    with pytest.raises(OutcomeUnknown):
        find(History([row(7)]), journal, now=SENT + 4)
    assert find(History([row(7)]), journal, now=LATER) == "7"


def test_a_later_purchase_under_way_does_not_hold_up_an_earlier_one(journal: MemoryJournal) -> None:
    journal.remember("co-2", "R_100", TERMS, LATER - 1)
    assert find(History([row(7)]), journal, now=LATER) == "7"


def test_long_histories_are_read_to_their_end(journal: MemoryJournal) -> None:
    pages = [[row(number, price=99) for number in range(500)], [row(7)]]

    def call(frame: Frame) -> Message:
        if call_of(frame) == "profit_table":
            return {"profit_table": {"transactions": pages[frame["offset"] // 500]}}
        return {"portfolio": {"contracts": []}, "statement": {"transactions": []}}

    purchase = journal.purchase("co-1")
    assert isinstance(purchase, Purchase)
    assert find_purchase(call, CurrentFrames(), journal, purchase, LATER) == "7"


def test_a_first_look_spares_the_lists_that_deriv_gives_seldom(journal: MemoryJournal) -> None:
    purchase = journal.purchase("co-1")
    assert purchase is not None
    history = History([row(7)])
    assert find_purchase(history, CurrentFrames(), journal, purchase, LATER, thorough=False) == ""
    assert history.asked == ["statement"]
    assert find(history, journal) == "7"
    assert history.asked[1:] == ["statement", "portfolio"]


def test_contracts_that_no_order_explains(journal: MemoryJournal) -> None:
    journal.claim("co-1", "7")
    history = History([row(7), row(8), row(9, at=SENT - 100), row(10, symbol="R_10")])
    assert strangers(history, CurrentFrames(), journal, "R_100", SENT) == ["8"]


def test_rows_with_names_go_by_them() -> None:
    assert Row("1", "R_100", "CALL", "PUT_R_10_1", None, 0.0).is_of("R_100", "CALL")
    assert not Row("1", "", "", "", None, 0.0).is_of("R_100", "CALL")
