"""What travels through the gateway reads as it was written; nothing else travels."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import errors, interface
from brokers.gateway import codec

amounts = st.decimals(min_value="0.00000001", max_value=10**9, places=8)
texts = st.text(max_size=20)
requests = st.builds(
    interface.OrderRequest,
    texts,
    texts,
    st.sampled_from(interface.Side),
    amounts,
    type=st.sampled_from(interface.OrderType),
    limit_price=st.none() | amounts,
    bracket=st.none() | st.builds(interface.Bracket, amounts, st.none() | amounts),
    contract=st.none()
    | st.builds(interface.ContractTerms, st.just(interface.ContractType.MULTUP), amounts, multiplier=amounts),
    trigger_price=st.none() | st.floats(1, 2),
)
reports = st.builds(
    interface.OrderReport,
    st.sampled_from(interface.OrderStatus),
    st.lists(st.builds(interface.Execution, texts, amounts, amounts, amounts, st.floats(0, 2e9)), max_size=3).map(
        tuple
    ),
    texts,
    side=st.none() | st.sampled_from(interface.Side),
    quantity=st.none() | amounts,
)


@given(st.one_of(requests, reports, st.lists(reports), amounts, texts, st.none(), st.integers(), st.booleans()))
def test_values_read_as_they_were_written(value: Any) -> None:
    found = codec.loads(codec.dumps(value))
    assert found == value
    assert type(found) is type(value)


def test_sets_and_nested_objects() -> None:
    capabilities = interface.Capabilities(
        frozenset({"CONTRACT", "SPOT"}), True, False, contract_types=frozenset(interface.ContractType)
    )
    assert codec.loads(codec.dumps(capabilities)) == capabilities


class Other(str):
    __slots__ = ()


@pytest.mark.parametrize(
    "value",
    [
        interface.Secret("key"),
        interface.Credentials({"token": interface.Secret("key")}),
        object(),
        b"bytes",
        {"a": 1},
        [interface.Secret("key")],
    ],
)
def test_secrets_and_strangers_do_not_travel(value: Any) -> None:
    with pytest.raises(TypeError) as refused:
        codec.dumps(value)
    assert "key" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        '{"object": ["Credentials", {}]}',
        '{"object": ["Quote", {"nonsense": 1}]}',
        '{"enum": ["Side", "UP"]}',
        '{"pickle": "x"}',
        '{"decimal": "ten"}',
        '{"a": 1, "b": 2}',
        "no json",
        "{}",
    ],
)
def test_what_was_not_written_here_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        codec.loads(text)


@pytest.mark.parametrize(
    "error",
    [
        errors.AuthenticationFailed("a"),
        errors.InsufficientFunds("b"),
        errors.InvalidOrder("c"),
        errors.BrokerUnavailable("d"),
        errors.OutcomeUnknown("e"),
        errors.RateLimited("f", 7.5),
        errors.BrokerError("g"),
    ],
)
def test_errors_keep_their_kind(error: errors.BrokerError) -> None:
    found = codec.load_error(codec.dump_error(error))
    assert (type(found), str(found)) == (type(error), str(error))
    assert getattr(found, "retry_after", None) == getattr(error, "retry_after", None)


def test_an_error_of_a_kind_below_travels_as_the_kind_it_is_one_of() -> None:
    class Special(errors.BrokerUnavailable):
        pass

    assert type(codec.load_error(codec.dump_error(Special("x")))) is errors.BrokerUnavailable
