from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trading.models import TradeStatus
from trading.models.trade import LIVE_STATUSES
from trading.rules import trade_states
from trading.rules.trade_states import ENDED, may_become

STATUSES = [status.value for status in TradeStatus]


def test_the_states_are_the_models() -> None:
    assert all(getattr(trade_states, status) == status for status in STATUSES)
    assert set(STATUSES) - {status.value for status in LIVE_STATUSES} == ENDED


def test_every_way_that_there_is() -> None:
    ways = {(one, two) for one in STATUSES for two in STATUSES if may_become(one, two)}
    assert ways == {
        ("PENDING", "OPEN"),
        ("PENDING", "FAILED"),
        ("PENDING", "CANCELLED"),
        ("OPEN", "CLOSING"),
        ("OPEN", "CLOSED"),
        ("CLOSING", "OPEN"),
        ("CLOSING", "CLOSED"),
    }


def test_what_has_ended_is_only_taken_up_again_to_sell_a_late_fill() -> None:
    ways = {(one, two) for one in STATUSES for two in STATUSES if may_become(one, two, late_fill=True)}
    ways -= {(one, two) for one in STATUSES for two in STATUSES if may_become(one, two)}
    assert ways == {(ended, "CLOSING") for ended in ENDED}


@given(st.text(max_size=8), st.text(max_size=8))
def test_unknown_states_go_nowhere(current: str, wanted: str) -> None:
    if current not in STATUSES or wanted not in STATUSES:
        assert not may_become(current, wanted)


class TradeLife(RuleBasedStateMachine):
    """Any order of wishes: a trade that never was entered is never closed, and one that ended stays ended."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "PENDING"
        self.path = ["PENDING"]

    @rule(wanted=st.sampled_from(STATUSES), late_fill=st.booleans())
    def become(self, wanted: str, late_fill: bool) -> None:
        if may_become(self.status, wanted, late_fill=late_fill):
            assert self.status not in ENDED or late_fill
            self.status = wanted
            self.path.append(wanted)

    @invariant()
    def never_pending_again(self) -> None:
        assert self.path.count("PENDING") == 1

    @invariant()
    def only_what_was_entered_is_closed(self) -> None:
        if "CLOSED" in self.path:
            before = self.path[: self.path.index("CLOSED")]
            assert "OPEN" in before or "CLOSING" in before


TestTradeLife = TradeLife.TestCase
TestTradeLife.settings = hypothesis_settings(max_examples=50, stateful_step_count=30, deadline=None)
