"""The schemas themselves: strict, complete, and silent about secrets."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from tests.conformance.frames import Api, schemas, validate

FOLDER = Path(__file__).parent / "deriv_schemas"
CALLS = {
    "ping", "time", "active_symbols", "contracts_for", "ticks", "ticks_history", "proposal", "buy", "sell",
    "proposal_open_contract", "contract_update", "contract_update_history", "portfolio", "profit_table", "statement",
    "balance", "transaction", "forget", "forget_all",
}  # fmt: skip


def test_each_api_has_a_schema_for_each_call() -> None:
    assert set(schemas("current")) == CALLS
    assert set(schemas("legacy")) == CALLS | {"authorize", "logout"}


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.json")), ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_schemas_allow_nothing_that_they_do_not_name(file: Path) -> None:
    def objects(node: Any) -> list[dict[str, Any]]:
        inner = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        own = [node] if isinstance(node, dict) and "properties" in node else []
        return own + [found for item in inner for found in objects(item)]

    schema = json.loads(file.read_text())
    assert all(found["additionalProperties"] is False for found in objects(schema))
    assert file.stem in schema["required"]
    assert set(schema["required"]) <= set(schema["properties"])
    assert "Source: https://" in schema["$comment"]


@pytest.mark.parametrize("api", get_args(Api))
@pytest.mark.parametrize(
    ("frame", "named"),
    [
        ({"ping": 1, "more": 1}, "more"),
        ({"ping": 2}, "ping"),
        ({"buy": 1, "price": 10}, "buy"),
        ({"sell": 5}, "price"),
        ({"ticks": "R_100", "subscribe": 0}, "subscribe"),
        ({"ticks_history": "R_100", "end": 1}, "end"),
        ({"ticks_history": "R_100", "end": "latest", "granularity": 61}, "granularity"),
        ({"transaction": 1}, "subscribe"),
        ({"forget": "short"}, "forget"),
        ({"contract_update": 1, "contract_id": 5, "limit_order": {"stop_out": 1}}, "stop_out"),
    ],
)
def test_what_is_wrong_is_named(api: Api, frame: dict[str, Any], named: str) -> None:
    with pytest.raises(AssertionError, match=named):
        validate(api, json.dumps(frame))


@pytest.mark.parametrize("frame", [{}, {"authorize": "x", "ping": 1}, {"nothing": 1}])
def test_a_frame_makes_one_call(frame: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="one call"):
        validate("legacy", frame)


def test_the_apis_differ_where_deriv_changed_them() -> None:
    terms = {"proposal": 1, "amount": 10, "contract_type": "CALL", "currency": "USD"}
    assert validate("current", terms | {"underlying_symbol": "R_100"}) == "proposal"
    assert validate("legacy", terms | {"symbol": "R_100"}) == "proposal"
    for api, frame in (("current", {"symbol": "R_100"}), ("legacy", {"underlying_symbol": "R_100"})):
        with pytest.raises(AssertionError):
            validate(api, terms | frame)  # type: ignore[arg-type]
    with pytest.raises(AssertionError):
        validate("current", {"authorize": "token"})


def test_a_token_is_not_repeated() -> None:
    with pytest.raises(AssertionError) as refused:
        validate("legacy", {"authorize": "very secret!"})
    assert "very secret" not in str(refused.value)
