"""What a socket's subscriptions tell, of each tick and of each transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brokers.simulator.deriv import render, rows
from brokers.simulator.deriv.symbols import SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from brokers.interface import Quote
    from brokers.simulator.deriv.contracts import Contract
    from brokers.simulator.deriv.desk import DeskEvent
    from brokers.simulator.deriv.render import Json
    from brokers.simulator.deriv.session import Session
    from brokers.simulator.deriv.subscriptions import Subscription


def with_id(message: Json, stream: Subscription | None) -> Json:
    """The message as one of a stream, whose id it carries; as it is where there is no stream."""
    if stream is None:
        return message
    body = message[message["msg_type"]]
    if isinstance(body, dict):
        message = message | {message["msg_type"]: body | {"id": stream.stream_id}}
    return message | {"subscription": {"id": stream.stream_id}}


def of_quote(session: Session, quote: Quote) -> Iterator[tuple[Subscription, Json]]:
    if quote.symbol not in SYMBOLS:
        return
    for stream in session.subscriptions:
        if stream.stale:
            continue
        if stream.kind == "proposal_open_contract":
            yield from ((stream, message) for message in _contracts(session, stream, quote.symbol))
        elif stream.symbol == quote.symbol:
            message = _market_message(session, stream, quote)
            if message is not None:
                yield stream, with_id(message, stream)


def _market_message(session: Session, stream: Subscription, quote: Quote) -> Json | None:
    if stream.kind == "ticks":
        return tick_message(quote.symbol, quote.time, quote.last, quote.bid, quote.ask)
    if stream.kind == "candles":
        return candle_message(session, stream)
    if stream.kind == "proposal" and stream.terms is not None:
        tick = session.desk.tick(quote.symbol)
        shown = render.proposal(session.api, session.numbers, stream.stream_id, stream.terms, tick)
        return {"msg_type": "proposal", "proposal": shown}
    return None


def _contracts(session: Session, stream: Subscription, symbol: str) -> Iterator[Json]:
    account = session.account
    if account is None:
        return
    for contract in session.desk.open_contracts(account, symbol):
        if stream.contract_id in (None, contract.contract_id):
            yield contract_message(session, contract, stream)


def of_event(session: Session, event: DeskEvent) -> Iterator[tuple[Subscription, Json]]:
    """Of a purchase, a sale or a settlement: transaction, balance, and the contract itself."""
    for stream in session.subscriptions.of_kind("transaction"):
        shown = rows.transaction(session.api, session.numbers, event.transaction, event.account, event.contract)
        yield stream, with_id({"msg_type": "transaction", "transaction": shown}, stream)
    for stream in session.subscriptions.of_kind("balance"):
        yield stream, with_id(balance_message(session), stream)
    contract = event.contract
    if contract is None:
        return
    for stream in session.subscriptions.of_kind("proposal_open_contract"):
        if stream.contract_id not in (None, contract.contract_id):
            continue
        yield stream, contract_message(session, contract, stream)
        if stream.contract_id is not None and not contract.is_open:
            session.subscriptions.forget(stream.stream_id)


def contract_message(session: Session, contract: Contract, stream: Subscription | None = None) -> Json:
    shown = render.open_contract(session.api, session.numbers, contract)
    return with_id({"msg_type": "proposal_open_contract", "proposal_open_contract": shown}, stream)


def balance_message(session: Session) -> Json:
    account = session.need_account()
    shown: Json = {
        "balance": session.numbers.amount(account.balance),
        "currency": account.currency,
        "loginid": account.loginid,
    }
    return {"msg_type": "balance", "balance": shown}


def tick_message(symbol: str, time: float, last: float, bid: float, ask: float) -> Json:
    decimals = SYMBOLS[symbol].decimals
    tick = {"ask": ask, "bid": bid, "epoch": int(time), "pip_size": decimals, "quote": last, "symbol": symbol}
    return {"msg_type": "tick", "tick": tick}


def candle_message(session: Session, stream: Subscription) -> Json | None:
    """The growing candle. Its prices are texts on both APIs."""
    if stream.symbol is None:
        return None
    symbol = SYMBOLS[stream.symbol]
    candles = session.desk.market.candles(symbol.code, stream.granularity, 1)
    if not candles:
        return None
    candle, tick = candles[-1], session.desk.tick(symbol.code)
    prices = {
        name: f"{value:.{symbol.decimals}f}"
        for name, value in (("open", candle.open), ("high", candle.high), ("low", candle.low), ("close", candle.close))
    }
    extra: Json = {
        "symbol": symbol.code,
        "epoch": int(tick.time),
        "open_time": candle.time // 1000,
        "granularity": stream.granularity,
        "pip_size": symbol.decimals,
    }
    return {"msg_type": "ohlc", "ohlc": prices | extra}
