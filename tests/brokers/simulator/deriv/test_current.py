"""The current API over real sockets: tokens, one-time passwords, trading, streams."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from brokers.simulator.server import RunningSimulator, running_simulator
from tests.brokers.simulator.deriv.sockets import OPTIONS, PAT, otp_url, public, settings, terms, trading


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator(seed=2) as running:
        yield running


def get(simulator: RunningSimulator, path: str = "/accounts", headers: dict[str, str] | None = None) -> Any:
    return requests.get(f"{simulator.url}{OPTIONS}{path}", headers=PAT if headers is None else headers, timeout=10)


def test_a_user_sees_both_accounts(simulator: RunningSimulator) -> None:
    reply = get(simulator).json()
    assert [(row["account_id"], row["account_type"], row["balance"]) for row in reply["data"]] == [
        ("VRTC9000001", "demo", 10_000),
        ("CR9000001", "real", 1_000),
    ]
    assert reply["meta"]["endpoint"] == "/trading/v1/options/accounts"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nobody", "Deriv-App-ID": "1"}, 401),
        ({"Authorization": "Bearer sim-token-1"}, 401),  # a personal access token needs its app's id
        ({"Authorization": "Basic sim-token-1", "Deriv-App-ID": "1"}, 401),
        ({"Authorization": "Bearer sim-token-1-read", "Deriv-App-ID": "1"}, 403),
        ({"Authorization": "Bearer sim-oauth-1"}, 200),
    ],
)
def test_tokens_and_scopes_are_checked(simulator: RunningSimulator, headers: dict[str, str], status: int) -> None:
    reply = get(simulator, headers=headers)
    assert reply.status_code == status
    if status != 200:
        (error,) = reply.json()["errors"]
        assert error["status"] == status
        assert set(error) == {"status", "code", "message"}
        assert set(reply.json()["meta"]) == {"endpoint", "method", "timing"}


def test_a_one_time_password_opens_one_socket_once(simulator: RunningSimulator) -> None:
    url = otp_url(simulator)
    assert "/ws/demo?otp=" in url
    with connect(url):
        pass
    for refused in (url, url.split("?")[0], url.replace("otp=", "otp=x")):
        with pytest.raises(InvalidStatus, match="401"):
            connect(refused)
    with pytest.raises(InvalidStatus, match="401"):
        connect(otp_url(simulator).replace("/demo", "/real"))
    late = otp_url(simulator, "CR9000001")
    simulator.control.advance_clock(61)
    with pytest.raises(InvalidStatus, match="401"):
        connect(late)


def test_nobody_gets_a_password_for_anothers_account(simulator: RunningSimulator) -> None:
    reply = requests.post(f"{simulator.url}{OPTIONS}/accounts/VRTC9000002/otp", headers=PAT, timeout=10)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (404, "AccountNotFound")


def test_the_public_socket_prices_and_does_not_trade(simulator: RunningSimulator) -> None:
    with public(simulator) as socket:
        priced = socket.ask(proposal=1, **terms("CALL", duration=5, duration_unit="t"))["proposal"]
        assert Decimal(str(priced["ask_price"])) == 10
        assert socket.error(buy=priced["id"], price=10) == "AuthorizationRequired"
        assert socket.error(balance=1) == "AuthorizationRequired"
        assert socket.error(authorize="sim-token-1") == "UnrecognisedRequest"
        assert socket.error(proposal=1, symbol="R_100") == "InputValidationFailed"
        assert socket.error(ticks="NOPE") == "InvalidSymbol"


def test_numbers_come_as_numbers_and_as_texts(simulator: RunningSimulator) -> None:
    with public(simulator) as socket:
        asked = terms("CALL", duration=5, duration_unit="t")
        prices = [socket.ask(proposal=1, **asked)["proposal"]["ask_price"] for _ in range(20)]
    assert {type(price) for price in prices} == {str, float}
    assert {Decimal(str(price)) for price in prices} == {10}


def test_a_purchase_is_told_on_every_stream_and_found_afterwards(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        for name in ("transaction", "balance"):
            assert socket.ask(**{name: 1}, subscribe=1)["subscription"]["id"]
        assert socket.ask(proposal_open_contract=1, subscribe=1)["proposal_open_contract"] == {}
        number = socket.send(buy="1", price=10, parameters=terms("MULTUP", multiplier=100))
        heard = [socket.receive() for _ in range(4)]
        assert [message["msg_type"] for message in heard] == ["transaction", "balance", "proposal_open_contract", "buy"]
        bought = heard[-1]["buy"]
        assert heard[-1]["req_id"] == number
        assert heard[0]["transaction"]["contract_id"] == bought["contract_id"]
        assert Decimal(str(heard[1]["balance"]["balance"])) == 9_990
        (held,) = socket.ask(portfolio=1)["portfolio"]["contracts"]
        assert (held["contract_id"], held["underlying_symbol"]) == (bought["contract_id"], "R_100")
        sold = socket.ask(sell=bought["contract_id"], price=0)["sell"]
        (row,) = socket.ask(profit_table=1)["profit_table"]["transactions"]
        assert row["transaction_id"] == bought["transaction_id"] == sold["reference_id"]
        rows = socket.ask(statement=1)["statement"]["transactions"]
        assert [entry["transaction_id"] for entry in rows] == [sold["transaction_id"], bought["transaction_id"]]
        assert socket.ask(statement=1, action_type="buy")["statement"]["count"] == 1
        assert socket.ask(portfolio=1)["portfolio"]["contracts"] == []
    truth = simulator.control.truth("deriv", "VRTC9000001")
    assert Decimal(truth["balances"]["USD"]) == Decimal(str(sold["balance_after"]))


def test_nobody_hears_of_anothers_contracts(simulator: RunningSimulator) -> None:
    with trading(simulator) as mine, trading(simulator, "CR9000001") as other:
        for name in ("transaction", "balance", "proposal_open_contract"):
            other.ask(**{name: 1}, subscribe=1)
        bought = mine.ask(buy="1", price=10, parameters=terms("MULTUP", multiplier=100))["buy"]
        simulator.control.advance(1)
        number = other.send(proposal_open_contract=1, contract_id=bought["contract_id"])
        reply = other.receive()
        assert (reply["req_id"], reply["error"]["code"]) == (number, "ContractNotFound")
        assert other.ask(statement=1)["statement"]["count"] == 0


def test_a_contract_is_watched_to_its_end_and_then_no_longer(simulator: RunningSimulator) -> None:
    with trading(simulator, "CR9000001") as socket:
        bought = socket.ask(buy="1", price=10, subscribe=1, parameters=terms("PUT", duration=1, duration_unit="t"))
        for price in (1500.0, 1499.0, 1498.0):
            simulator.control.set_price("R_100", price)
        seen = [socket.receive()["proposal_open_contract"] for _ in range(2)]
        assert [item["status"] for item in seen] == ["open", "won"]
        assert Decimal(seen[-1]["payout"]) == Decimal(str(seen[-1]["sell_price"]))
        assert socket.ask(forget=bought["subscription"]["id"])["forget"] == 0
        again = socket.ask(proposal_open_contract=1, contract_id=bought["buy"]["contract_id"], subscribe=1)
        assert (again["proposal_open_contract"]["is_sold"], "subscription" in again) == (1, False)


def test_candles_grow_with_the_ticks(simulator: RunningSimulator) -> None:
    with public(simulator) as socket:
        asked = {"ticks_history": "R_100", "style": "candles", "granularity": 60, "count": 3, "end": "latest"}
        first = socket.ask(**asked, subscribe=1)
        simulator.control.set_price("R_100", 1600.0)
        grown = socket.until("ohlc")["ohlc"]
        assert (grown["close"], grown["id"]) == ("1600.00", first["subscription"]["id"])
        assert grown["open_time"] >= first["candles"][-1]["epoch"]
        assert socket.error(**asked, subscribe=1) == "AlreadySubscribed"
        assert socket.ask(forget_all="candles")["forget_all"] == [first["subscription"]["id"]]


def test_limit_orders_are_seen_changed_and_listed(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        asked = terms("MULTUP", multiplier=100, limit_order={"stop_loss": 5})
        contract_id = socket.ask(buy="1", price=10, parameters=asked)["buy"]["contract_id"]
        changed = socket.ask(contract_update=1, contract_id=contract_id, limit_order={"take_profit": 3})
        assert changed["contract_update"]["stop_loss"]["order_amount"] == -5
        assert changed["contract_update"]["take_profit"]["order_amount"] == 3
        rows = socket.ask(contract_update_history=1, contract_id=contract_id)["contract_update_history"]
        assert [(row["order_type"], row["order_amount"]) for row in rows] == [
            ("take_profit", "3.00"),
            ("stop_loss", "-5.00"),
        ]
        assert socket.error(contract_update=1, contract_id=1, limit_order={}) == "ContractNotFound"


def test_refusals_name_what_is_wrong(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        stake = socket.ask(proposal=1, **terms("CALL", duration=5, duration_unit="t", amount=0.1))
        assert stake["error"]["code"] == "ContractBuyValidationError"
        assert stake["error"]["details"] == {"field": "amount"}
        assert "at least 0.35" in stake["error"]["message"]
        assert socket.error(proposal=1, **terms("MULTUP", multiplier=7)) == "ContractBuyValidationError"
        assert (
            socket.error(proposal=1, **terms("DIGITODD", duration=5, duration_unit="t")) == "OfferingsValidationError"
        )
        assert socket.error(proposal=1, **terms("CALL", duration=11, duration_unit="t")) == "OfferingsValidationError"
        assert socket.error(buy="x" * 32, price=10) == "InvalidContractProposal"
        parameters = terms("CALL", duration=5, duration_unit="t")
        assert socket.error(buy="1", price=9.99, parameters=parameters) == "PriceMoved"
        assert socket.error(buy="1", price=99_999, parameters=parameters | {"amount": 15_000}) == "InsufficientBalance"
        settings(simulator, closed=["R_100"])
        assert socket.error(buy="1", price=10, parameters=parameters) == "MarketIsClosed"
        socket.connection.send("{")
        assert socket.receive()["msg_type"] == "error"
    assert simulator.control.truth("deriv", "VRTC9000001")["ledger"] == []


def test_the_published_limits_are_kept_where_asked_for(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        assert all("error" not in socket.ask(portfolio=1) for _ in range(35))
        settings(simulator, enforce_limits=True)
        for _ in range(15):
            assert "error" not in socket.ask(portfolio=1)
            assert "error" not in socket.ask(profit_table=1)
        assert socket.error(portfolio=1) == "RateLimit"
        assert "error" not in socket.ask(balance=1)  # a budget of its own
        simulator.control.advance_clock(61)
        assert "error" not in socket.ask(portfolio=1)
    statuses = [get(simulator).status_code for _ in range(81)]
    assert statuses == [200] * 80 + [429]


def test_a_silent_socket_is_closed(simulator: RunningSimulator) -> None:
    settings(simulator, idle_seconds=0.05)
    with public(simulator) as socket, pytest.raises(ConnectionClosedOK):
        socket.receive()


def test_settings_are_checked(simulator: RunningSimulator) -> None:
    for wrong in ({"nothing": 1}, {"otp_seconds": -1}, {"closed": ["NOPE"]}, {"enforce_limits": 1}):
        reply = settings(simulator, **wrong)
        assert (reply.status_code, next(iter(wrong)) in reply.text) == (400, True)


def test_a_demo_balance_can_be_reset(simulator: RunningSimulator) -> None:
    with trading(simulator) as socket:
        socket.ask(buy="1", price=500, parameters=terms("MULTUP", multiplier=100, amount=500))
    url = f"{simulator.url}{OPTIONS}/accounts/{{}}/reset-demo-balance"
    assert requests.post(url.format("VRTC9000001"), headers=PAT, timeout=10).json()["data"]["balance"] == 10_000
    assert requests.post(url.format("CR9000001"), headers=PAT, timeout=10).status_code == 400


@pytest.mark.parametrize(
    "text",
    [
        '{"proposal": 1, "amount": NaN, "contract_type": "CALL", "currency": "USD", "underlying_symbol": "R_100"}',
        '{"proposal": 1, "amount": 1e999, "contract_type": "CALL", "currency": "USD", "underlying_symbol": "R_100"}',
        '{"proposal": 1, "amount": 1e300, "contract_type": "CALL", "currency": "USD", "underlying_symbol": "R_100"}',
        '{"contract_update": 1, "contract_id": 1, "limit_order": {"stop_loss": 1e300}}',
        '{"profit_table": 1, "date_from": "2026-02-31"}',
        '{"ticks_history": "R_100", "end": "latest", "count": -5}',
        '{"proposal_open_contract": 1, "contract_id": 99999999999999999999999}',
        "[]",
        "{}",
        "\\u0000",
    ],
)
def test_no_text_ends_the_conversation(simulator: RunningSimulator, text: str) -> None:
    with trading(simulator) as socket:
        socket.connection.send(text)
        socket.receive()
        assert socket.ask(ping=1)["ping"] == "pong"


def test_the_keys_of_every_account_are_told(simulator: RunningSimulator) -> None:
    rows = {row["account"]: row for row in simulator.control.accounts()["deriv"]}
    assert set(rows) == {f"{kind}900000{number}" for kind in ("VRTC", "CR") for number in (1, 2, 3)}
    assert (rows["VRTC9000002"]["token"], rows["CR9000002"]["token"]) == ("sim-token-2", "sim-token-2-real")
