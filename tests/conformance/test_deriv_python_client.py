"""Deriv's own Python client (legacy v3), which we did not write, trades at the simulator."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.conformance.frames import validate

deriv_api = pytest.importorskip("deriv_api", reason="pip install --no-deps -r requirements-conformance.txt")


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=7) as running:
        yield running


@pytest.fixture
async def client(simulator: RunningSimulator) -> AsyncIterator[Any]:
    """Its frames are checked against the legacy schemas on their way out."""
    found: Any = deriv_api.DerivAPI(endpoint=f"{simulator.ws_url}/deriv", app_id=1089)
    found.events.subscribe(lambda event: event["name"] == "send" and validate("legacy", event["data"]))
    try:
        yield found
    finally:
        await found.clear()


async def collect(source: Any, count: int) -> list[Any]:
    """The next `count` values of a stream."""
    values: asyncio.Queue[Any] = asyncio.Queue()
    running = source.subscribe(values.put_nowait, lambda error: values.put_nowait(error))
    try:
        return [await asyncio.wait_for(values.get(), 10) for _ in range(count)]
    finally:
        running.dispose()


async def advance(simulator: RunningSimulator, steps: int = 1) -> None:
    await asyncio.to_thread(simulator.control.advance, steps)


def proposal(**terms: Any) -> dict[str, Any]:
    shared = {"proposal": 1, "amount": 10, "basis": "stake", "currency": "USD", "symbol": "R_100"}
    return shared | terms


async def test_it_authorizes_and_is_refused_with_a_wrong_token(client: Any) -> None:
    reply = await client.authorize({"authorize": "sim-token-1"})
    account = reply["authorize"]
    assert (account["loginid"], account["is_virtual"], account["balance"]) == ("VRTC9000001", 1, 10_000)
    assert {"read", "trade"} <= set(account["scopes"])
    assert {item["loginid"] for item in account["account_list"]} == {"VRTC9000001", "CR9000001"}
    with pytest.raises(deriv_api.ResponseError, match="token is invalid"):
        await client.authorize({"authorize": "nobody"})


async def test_it_needs_to_be_logged_in_and_to_have_the_scope(client: Any) -> None:
    parameters = proposal(contract_type="CALL", duration=5, duration_unit="t")
    del parameters["proposal"]
    asked = {"buy": "1", "price": 10, "parameters": parameters}
    with pytest.raises(deriv_api.ResponseError) as refused:
        await client.buy(dict(asked))
    assert refused.value.code == "AuthorizationRequired"
    await client.authorize({"authorize": "sim-token-1-read"})
    with pytest.raises(deriv_api.ResponseError) as refused:
        await client.buy(dict(asked))
    assert refused.value.code == "PermissionDenied"
    assert (await client.balance({"balance": 1}))["balance"]["balance"] == 10_000


async def test_it_streams_ticks(client: Any, simulator: RunningSimulator) -> None:
    source = await client.subscribe({"ticks": "R_100"})
    waiting = asyncio.create_task(collect(source, 3))
    await client.ping({"ping": 1})
    await advance(simulator, 2)
    ticks = await waiting
    assert [message["msg_type"] for message in ticks] == ["tick"] * 3
    assert len({message["subscription"]["id"] for message in ticks}) == 1
    shown = ticks[-1]["tick"]
    assert shown["symbol"] == "R_100"
    assert shown["bid"] <= shown["quote"] <= shown["ask"]


async def test_it_forgets_all_streams_of_a_kind(client: Any) -> None:
    source = await client.subscribe({"ticks": "R_10"})
    source.subscribe(lambda message: None)
    await client.ping({"ping": 1})
    assert len((await client.forget_all("ticks"))["forget_all"]) == 1


async def test_it_reads_the_market(client: Any) -> None:
    symbols = (await client.active_symbols({"active_symbols": "brief"}))["active_symbols"]
    assert {"R_100", "1HZ100V", "BOOM500", "frxEURUSD", "cryBTCUSD"} <= {row["symbol"] for row in symbols}
    offers = (await client.contracts_for({"contracts_for": "R_100"}))["contracts_for"]["available"]
    assert {"CALL", "PUT", "MULTUP", "MULTDOWN", "ACCU"} == {row["contract_type"] for row in offers}
    asked = {"ticks_history": "R_100", "style": "candles", "granularity": 60, "count": 20, "end": "latest"}
    candles = (await client.ticks_history(asked))["candles"]
    assert len(candles) == 20
    assert [row["epoch"] for row in candles] == sorted(row["epoch"] for row in candles)
    assert all(row["low"] <= min(row["open"], row["close"]) for row in candles)


async def test_it_prices_buys_watches_and_settles_a_rise_contract(client: Any, simulator: RunningSimulator) -> None:
    await client.authorize({"authorize": "sim-token-1"})
    priced = (await client.proposal(proposal(contract_type="CALL", duration=2, duration_unit="t")))["proposal"]
    assert priced["ask_price"] == 10
    bought = (await client.buy({"buy": priced["id"], "price": 10}))["buy"]
    assert bought["balance_after"] == 9_990
    source = await client.subscribe({"proposal_open_contract": 1, "contract_id": bought["contract_id"]})
    waiting = asyncio.create_task(collect(source, 4))
    await client.ping({"ping": 1})
    for price in (1500.0, 1500.5, 1501.0):
        await asyncio.to_thread(simulator.control.set_price, "R_100", price)
    last = (await waiting)[-1]["proposal_open_contract"]
    assert (last["status"], last["is_sold"], last["entry_tick"], last["exit_tick"]) == ("won", 1, 1500.0, 1501.0)
    assert last["sell_price"] == priced["payout"]
    assert (await client.balance({"balance": 1}))["balance"]["balance"] == 9_990 + priced["payout"]


async def test_it_sells_a_multiplier_and_hears_of_its_balance(client: Any, simulator: RunningSimulator) -> None:
    await client.authorize({"authorize": "sim-token-1-real"})
    balances = asyncio.create_task(collect(await client.subscribe({"balance": 1}), 3))
    asked = proposal(contract_type="MULTUP", multiplier=100, limit_order={"stop_loss": 5, "take_profit": 50})
    priced = (await client.proposal(asked))["proposal"]
    bought = (await client.buy({"buy": priced["id"], "price": 10}))["buy"]
    await asyncio.to_thread(simulator.control.set_price, "R_100", 1515.0)
    shown = (await client.proposal_open_contract({"proposal_open_contract": 1, "contract_id": bought["contract_id"]}))[
        "proposal_open_contract"
    ]
    assert shown["limit_order"]["stop_loss"]["order_amount"] == -5
    assert shown["profit"] == pytest.approx(10 * 100 * 0.01 - shown["commission"], abs=0.02)
    sold = (await client.sell({"sell": bought["contract_id"], "price": 0}))["sell"]
    assert sold["sold_for"] == shown["bid_price"]
    heard = [message["balance"]["balance"] for message in await balances]
    assert heard == [1_000, 990, sold["balance_after"]]
    table = (await client.profit_table({"profit_table": 1, "description": 1}))["profit_table"]["transactions"]
    assert [row["contract_id"] for row in table] == [bought["contract_id"]]
    rows = (await client.statement({"statement": 1}))["statement"]["transactions"]
    assert [row["action_type"] for row in rows] == ["sell", "buy"]
