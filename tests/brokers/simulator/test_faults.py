import pytest

from brokers.simulator.faults import PUSHED, FaultKind, Faults


def drawn(faults: Faults, call: str, times: int = 1) -> list[str]:
    found = (faults.draw(call) for _ in range(times))
    return [fault.kind for fault in found if fault is not None]


@pytest.mark.parametrize("kind", list(FaultKind))
def test_each_kind_can_be_asked_for(kind: FaultKind) -> None:
    faults = Faults(1)
    faults.replace([{"call": "buy", "kind": kind, "seconds": 2}])
    fault = faults.draw("buy")
    assert fault is not None
    assert (fault.kind, fault.seconds) == (kind, 2)
    assert faults.draw("sell") is None
    assert faults.drawn == {kind: 1}


def test_nothing_goes_wrong_unasked() -> None:
    assert drawn(Faults(1), "buy", 100) == []


def test_times_run_out() -> None:
    faults = Faults(1)
    faults.replace([{"call": "buy", "kind": "delay", "times": 2}])
    assert drawn(faults, "buy", 10) == ["delay", "delay"]
    assert faults.rules[0].times == 0


def test_patterns_and_order() -> None:
    faults = Faults(1)
    faults.replace([{"call": "private/*", "kind": "delay"}, {"call": "*", "kind": "maintenance"}])
    assert drawn(faults, "private/buy") == ["delay"]
    assert drawn(faults, "public/ticker") == ["maintenance"]


def test_the_probability_is_kept_and_seeded() -> None:
    counts = []
    for _ in range(2):
        faults = Faults(7)
        faults.replace([{"call": "*", "kind": "delay", "probability": 0.3}])
        counts.append(len(drawn(faults, "buy", 2_000)))
    assert counts[0] == counts[1]
    assert 500 < counts[0] < 700


def test_a_caller_draws_what_it_can_act_out_alone() -> None:
    faults = Faults(1)
    faults.replace([{"call": "*", "kind": "rate_limited", "times": 1}, {"call": "*", "kind": "duplicate"}])
    fault = faults.draw("push.orders", PUSHED)
    assert fault is not None
    assert fault.kind == FaultKind.DUPLICATE
    assert drawn(faults, "buy") == ["rate_limited"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("delay", "rule"),
        ({}, "call"),
        ({"call": "", "kind": "delay"}, "call"),
        ({"call": "buy"}, "kind"),
        ({"call": "buy", "kind": "explode"}, "kind"),
        ({"call": "buy", "kind": "delay", "probability": 1.5}, "probability"),
        ({"call": "buy", "kind": "delay", "probability": "often"}, "probability"),
        ({"call": "buy", "kind": "delay", "times": -1}, "times"),
        ({"call": "buy", "kind": "delay", "times": 1.5}, "times"),
        ({"call": "buy", "kind": "delay", "seconds": -1}, "seconds"),
        ({"call": "buy", "kind": "delay", "seconds": True}, "seconds"),
        ({"call": "buy", "kind": "delay", "colour": "red"}, "colour"),
    ],
)
def test_a_rule_that_is_wrong_is_refused_and_the_old_ones_stay(row: object, message: str) -> None:
    faults = Faults(1)
    faults.replace([{"call": "buy", "kind": "delay"}])
    with pytest.raises(ValueError, match=message):
        faults.replace([row])
    assert len(faults.rules) == 1
