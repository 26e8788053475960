"""Which frames each API takes: the simulator judges as the published schemas do."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.frames import FRAMES, call_of, check
from brokers.simulator.deriv.shapes import Api
from tests.conformance.frames import schemas, validate

STREAM = "d1ee7d0d-3ca9-fbb4-720b-5312d487185b"


def examples(api: Api) -> dict[str, dict[str, Any]]:
    symbol = "underlying_symbol" if api == Api.CURRENT else "symbol"
    terms = {"amount": 10, "basis": "stake", "contract_type": "MULTUP", "currency": "USD", symbol: "R_100",
             "multiplier": 100, "duration": 5, "duration_unit": "t", "growth_rate": 0.01, "barrier": "+0.1",
             "limit_order": {"stop_loss": 5, "take_profit": 8.5}}  # fmt: skip
    found: dict[str, dict[str, Any]] = {
        "ping": {"ping": 1},
        "time": {"time": 1, "req_id": 3, "passthrough": {"a": 1}},
        "active_symbols": {"active_symbols": "brief"},
        "contracts_for": {"contracts_for": "R_100"},
        "ticks": {"ticks": ["R_100", "R_10"], "subscribe": 1},
        "ticks_history": {"ticks_history": "R_100", "end": "latest", "style": "candles", "granularity": 60, "count": 5,
                          "start": 1, "subscribe": 1, "adjust_start_time": 1},
        "proposal": {"proposal": 1, "subscribe": 1} | terms,
        "buy": {"buy": "1", "price": 10, "parameters": terms, "subscribe": 1},
        "sell": {"sell": 123, "price": 0},
        "proposal_open_contract": {"proposal_open_contract": 1, "contract_id": 1, "subscribe": 1},
        "contract_update": {"contract_update": 1, "contract_id": 1, "limit_order": {"stop_loss": None}},
        "contract_update_history": {"contract_update_history": 1, "contract_id": 1, "limit": 5},
        "portfolio": {"portfolio": 1, "contract_type": ["CALL"]},
        "profit_table": {"profit_table": 1, "date_from": "2026-01-31", "limit": 50, "offset": 0, "sort": "ASC"},
        "statement": {"statement": 1, "action_type": "buy", "date_from": 1, "limit": 5, "description": 1},
        "balance": {"balance": 1, "subscribe": 0},
        "transaction": {"transaction": 1, "subscribe": 1},
        "forget": {"forget": STREAM},
        "forget_all": {"forget_all": ["ticks", "candles"]},
    }  # fmt: skip
    if api == Api.LEGACY:
        found |= {"authorize": {"authorize": "abc", "tokens": ["d"]}, "logout": {"logout": 1}}
    return found


@pytest.mark.parametrize("api", Api)
def test_every_call_has_a_schema_and_an_example_that_both_take(api: Api) -> None:
    found = examples(api)
    assert set(found) == set(FRAMES[api]) == set(schemas(api.value))
    for call, frame in found.items():
        assert validate(api.value, frame) == call
        assert call_of(api, frame) == call
        check(api, call, frame)


@pytest.mark.parametrize(
    ("api", "frame", "field"),
    [
        (Api.CURRENT, {"symbol": "R_100"}, "symbol"),
        (Api.CURRENT, {"loginid": "CR1"}, "loginid"),
        (Api.CURRENT, {"barrier_range": "tight"}, "barrier_range"),
        (Api.CURRENT, {"product_type": "basic"}, "product_type"),
        (Api.CURRENT, {"date_start": 1}, "date_start"),
        (Api.LEGACY, {"underlying_symbol": "R_100"}, "underlying_symbol"),
        (Api.CURRENT, {"amount": "10"}, "amount"),
        (Api.CURRENT, {"limit_order": {"stop_out": 1}}, "limit_order/stop_out"),
        (Api.CURRENT, {"contract_type": "LBHIGHLOW"}, "contract_type"),
        (Api.CURRENT, {"passthrough": {"text": "x" * 3600}}, "passthrough"),
    ],
)
def test_a_field_that_the_api_does_not_have_is_named(api: Api, frame: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        check(api, "proposal", examples(api)["proposal"] | frame)
    assert refused.value.code == "InputValidationFailed"
    assert list(refused.value.details) == [field]


def test_a_missing_field_is_named() -> None:
    frame = examples(Api.CURRENT)["proposal"]
    del frame["underlying_symbol"]
    with pytest.raises(Refused, match="underlying_symbol"):
        check(Api.CURRENT, "proposal", frame)


def test_an_unknown_call_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        call_of(Api.CURRENT, {"authorize": "abc"})
    assert refused.value.code == "UnrecognisedRequest"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 10**11) | st.floats(-5, 500) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=2),
    max_leaves=4,
)
LIKELY: st.SearchStrategy[Any] = st.sampled_from(
    [0, 1, 2, 1.0, 60, "1", "R_100", "CALL", "ticks", "stake", "t", "latest", "all", [], {}, None]
)


def places(value: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Where a frame can be changed."""
    found = []
    for name, inner in value.items():
        found.append((*path, name))
        if isinstance(inner, dict) and name != "passthrough":
            found += places(inner, (*path, name))
    return found


@given(data=st.data(), api=st.sampled_from(Api))
def test_the_simulator_and_the_schemas_judge_alike(data: st.DataObject, api: Api) -> None:
    call = data.draw(st.sampled_from(sorted(examples(api))))
    frame = copy.deepcopy(examples(api)[call])
    for _ in range(data.draw(st.integers(1, 2))):
        _change(data, frame, call)
    by_schema = not list(schemas(api.value)[call].iter_errors(frame))
    by_simulator = True
    try:
        check(api, call, frame)
    except Refused:
        by_simulator = False
    if call == "buy" and by_simulator and not by_schema:
        assert frame["buy"] == 1  # the number is taken, as the servers do, though the schema wants a text
    else:
        assert by_simulator == by_schema, frame


def _change(data: st.DataObject, frame: dict[str, Any], call: str) -> None:
    """Drop a field, put another value in it, or add one."""
    spots = [path for path in places(frame) if path != (call,)]
    path = data.draw(st.sampled_from(spots)) if spots else (call,)
    holder = frame
    for name in path[:-1]:
        holder = holder[name]
    kind = data.draw(st.sampled_from(["drop", "change", "add"]))
    if kind == "drop" and path != (call,):
        del holder[path[-1]]
    elif kind == "change":
        holder[path[-1]] = data.draw(LIKELY | JSON)
    else:
        holder[data.draw(st.sampled_from(["symbol", "underlying_symbol", "loginid", "subscribe", "limit", "x"]))] = 1
