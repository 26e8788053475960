"""Calls that buy, watch, change and sell contracts."""

from decimal import Decimal
from typing import Any

from brokers.simulator.deriv import render, streams
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.money import read
from brokers.simulator.deriv.render import Json
from brokers.simulator.deriv.session import Handler, Session
from brokers.simulator.deriv.shapes import symbol_field
from brokers.simulator.deriv.subscriptions import Subscription
from brokers.simulator.deriv.terms import Terms, terms_of


def _decimal(value: Any) -> Decimal:
    return Decimal(str(value))


def buy(session: Session, frame: Json) -> list[Json]:
    account = session.need_account("trade")
    terms = _terms_bought(session, frame)
    if terms.symbol.code in session.gate.options.closed:
        raise Refused("MarketIsClosed", "This market is presently closed. Please try again later.")
    contract, booked = session.desk.buy(account, terms, _decimal(frame["price"]), session.app_id)
    session.proposals.pop(str(frame["buy"]), None)
    session.subscriptions.forget(str(frame["buy"]))
    answer: Json = {"msg_type": "buy", "buy": render.bought(session.numbers, contract, booked)}
    if frame.get("subscribe"):
        about = (contract.contract_id,)
        stream = Subscription("proposal_open_contract", about, frame, contract_id=contract.contract_id)
        session.subscribe(stream, "proposal_open_contract")
        answer["subscription"] = {"id": stream.stream_id}
    return [answer]


def _terms_bought(session: Session, frame: Json) -> Terms:
    """A proposal of this connection, or the terms that the parameters state."""
    if str(frame["buy"]) != "1":
        terms = session.proposals.get(str(frame["buy"]))
        if terms is None:
            raise Refused("InvalidContractProposal", "Unknown contract proposal")
        return terms
    if "parameters" not in frame:
        message = "Missing property: parameters."
        raise Refused("InputValidationFailed", f"Input validation failed: {message}", {"parameters": message})
    parameters = frame["parameters"]
    return terms_of(parameters, parameters[symbol_field(session.api)], session.desk.clock())


def sell(session: Session, frame: Json) -> list[Json]:
    account = session.need_account("trade")
    contract, booked = session.desk.sell(account, int(frame["sell"]), _decimal(frame["price"]))
    return [{"msg_type": "sell", "sell": render.sold(session.numbers, contract, booked)}]


def proposal_open_contract(session: Session, frame: Json) -> list[Json]:
    account = session.need_account()
    contract_id = frame.get("contract_id")
    if contract_id is None:
        contracts = session.desk.open_contracts(account)
    else:
        found = session.desk.find(account, int(contract_id))
        if found is None:
            raise Refused("ContractNotFound", "Unknown contract.")
        contracts = [found]
    stream = None
    if frame.get("subscribe") and (contract_id is None or contracts[0].is_open):
        stream = Subscription("proposal_open_contract", (contract_id,), frame, contract_id=contract_id)
        session.subscribe(stream, "proposal_open_contract")
    if contracts:
        return [streams.contract_message(session, contract, stream) for contract in contracts]
    empty: Json = {"msg_type": "proposal_open_contract", "proposal_open_contract": {}}
    return [empty | ({"subscription": {"id": stream.stream_id}} if stream is not None else {})]


def contract_update(session: Session, frame: Json) -> list[Json]:
    account = session.need_account("trade")
    orders = {name: None if amount is None else read(amount, name) for name, amount in frame["limit_order"].items()}
    contract = session.desk.update(account, int(frame["contract_id"]), orders)
    shown = {
        name: render.limit_order(contract, name, amount)
        for name, amount in (("stop_loss", contract.terms.stop_loss), ("take_profit", contract.terms.take_profit))
    }
    return [{"msg_type": "contract_update", "contract_update": shown}]


def contract_update_history(session: Session, frame: Json) -> list[Json]:
    account = session.need_account()
    contract = session.desk.find(account, int(frame["contract_id"]))
    if contract is None:
        raise Refused("ContractNotFound", "Unknown contract.")
    newest = list(reversed(contract.updates))[: int(frame.get("limit", 500))]
    rows = [render.limit_update(contract, update) for update in newest]
    return [{"msg_type": "contract_update_history", "contract_update_history": rows}]


TRADING_CALLS: dict[str, Handler] = {
    "buy": buy,
    "sell": sell,
    "proposal_open_contract": proposal_open_contract,
    "contract_update": contract_update,
    "contract_update_history": contract_update_history,
}
