from hypothesis import given
from hypothesis import strategies as st

from trading.models import OrderStatus
from trading.rules import order_states
from trading.rules.order_states import (
    CANCELLED,
    FILLED,
    NEW,
    PARTIALLY_FILLED,
    REJECTED,
    SUBMITTED,
    UNKNOWN,
    may_become,
    next_state,
)

STATES = st.integers(0, 6)
REPORTS = st.lists(st.tuples(STATES, st.floats(0, 10)), max_size=12)


def test_the_codes_are_the_models_states() -> None:
    assert [getattr(order_states, status.value) for status in OrderStatus] == list(range(7))


@given(STATES, STATES)
def test_what_has_ended_stays_ended(current: int, wanted: int) -> None:
    if current in (FILLED, CANCELLED, REJECTED):
        assert not may_become(current, wanted)


@given(st.integers(-5, 12), st.integers(-5, 12))
def test_unknown_codes_go_nowhere(current: int, wanted: int) -> None:
    if not (0 <= current <= 6 and 0 <= wanted <= 6):
        assert not may_become(current, wanted)


@given(REPORTS, st.floats(0.5, 10))
def test_reports_in_any_order_never_lose_a_fill_and_never_reopen(
    reports: list[tuple[int, float]], quantity: float
) -> None:
    state, filled = SUBMITTED, 0.0
    for reported, told in reports:
        before, filled = state, max(filled, told)  # fills are kept: an older report does not take them back
        state = next_state(state, reported, filled, quantity)
        if filled >= quantity and before != REJECTED:
            assert state == FILLED
        if before in (FILLED, REJECTED):
            assert state == before
        if before == CANCELLED:
            assert state in (CANCELLED, FILLED)
        if state == FILLED:
            assert filled >= quantity


def test_the_ways_that_orders_go() -> None:
    assert next_state(SUBMITTED, SUBMITTED, 0.0, 2.0) == SUBMITTED
    assert next_state(SUBMITTED, SUBMITTED, 1.0, 2.0) == PARTIALLY_FILLED
    assert next_state(SUBMITTED, FILLED, 1.0, 2.0) == PARTIALLY_FILLED, "by its fills, not by what it is called"
    assert next_state(UNKNOWN, CANCELLED, 1.0, 2.0) == CANCELLED
    assert next_state(UNKNOWN, REJECTED, 0.0, 2.0) == REJECTED
    assert next_state(CANCELLED, SUBMITTED, 2.0, 2.0) == FILLED, "it was not cancelled after all"
    assert next_state(PARTIALLY_FILLED, SUBMITTED, 1.0, 2.0) == PARTIALLY_FILLED
    assert not may_become(PARTIALLY_FILLED, NEW)
    assert may_become(SUBMITTED, NEW), "when it is sure that nothing was sent"
