import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from trading.models import SessionStatus
from trading.rules import session_states
from trading.rules.session_states import HALT, KILL, PAUSE, RESUME, START, STOP, next_status

STATUSES = [status.value for status in SessionStatus]
ACTIONS = [START, STOP, PAUSE, RESUME, KILL, HALT]


def test_the_states_are_the_models() -> None:
    assert all(getattr(session_states, status) == status for status in STATUSES)


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("STOPPED", {START: "RUNNING", STOP: "STOPPED", KILL: "STOPPED"}),
        (
            "RUNNING",
            {START: "RUNNING", STOP: "STOPPED", PAUSE: "PAUSED", RESUME: "RUNNING", KILL: "HALTED", HALT: "HALTED"},
        ),
        (
            "PAUSED",
            {START: "RUNNING", STOP: "STOPPED", PAUSE: "PAUSED", RESUME: "RUNNING", KILL: "HALTED", HALT: "HALTED"},
        ),
        ("HALTED", {STOP: "STOPPED", RESUME: "RUNNING", KILL: "HALTED"}),
    ],
)
def test_every_way_that_there_is(status: str, allowed: dict[str, str]) -> None:
    found = {action: next_status(status, action) for action in ACTIONS}
    assert {action: wanted for action, wanted in found.items() if wanted is not None} == allowed


@given(st.sampled_from([*STATUSES, "", "running", "EXPLODED"]), st.sampled_from([*ACTIONS, "", "start"]))
def test_acting_twice_is_acting_once(status: str, action: str) -> None:
    once = next_status(status, action)
    if once is not None:
        assert once in STATUSES
        assert next_status(once, action) in (once, None)


class SessionLife(RuleBasedStateMachine):
    """Whatever is asked in whatever order: only a resume, or a start after a stop, leads out of a halt."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "STOPPED"
        self.is_halted = False

    @rule(action=st.sampled_from(ACTIONS))
    def act(self, action: str) -> None:
        wanted = next_status(self.status, action)
        if wanted is None:
            return
        if action in (HALT, KILL) and wanted == "HALTED":
            self.is_halted = True
        elif action in (RESUME, STOP):
            self.is_halted = False
        self.status = wanted

    @invariant()
    def halted_is_halted(self) -> None:
        assert (self.status == "HALTED") == self.is_halted

    @invariant()
    def it_can_always_be_stopped_and_killed(self) -> None:
        assert next_status(self.status, STOP) == "STOPPED"
        assert next_status(self.status, KILL) in ("HALTED", "STOPPED")


TestSessionLife = SessionLife.TestCase
TestSessionLife.settings = hypothesis_settings(max_examples=50, stateful_step_count=30, deadline=None)
