"""Calls about the market, for which nobody needs to log in."""

import uuid
from typing import Any

from brokers.simulator.deriv import render, rows, streams
from brokers.simulator.deriv.errors import Refused
from brokers.simulator.deriv.render import Json
from brokers.simulator.deriv.session import Handler, Session
from brokers.simulator.deriv.shapes import Api, symbol_field
from brokers.simulator.deriv.subscriptions import Subscription
from brokers.simulator.deriv.symbols import ACCUMULATORS, RISE_FALL, SYMBOLS, Symbol, min_stake
from brokers.simulator.deriv.terms import terms_of

_MOST_TICKS = 5_000
_DAY = 86_400
_CATEGORIES = {"CALL": "callput", "PUT": "callput", "MULTUP": "multiplier", "MULTDOWN": "multiplier"}


def ping(session: Session, frame: Json) -> list[Json]:
    return [{"msg_type": "ping", "ping": "pong"}]


def time(session: Session, frame: Json) -> list[Json]:
    return [{"msg_type": "time", "time": int(session.desk.clock())}]


def active_symbols(session: Session, frame: Json) -> list[Json]:
    wanted = set(frame.get("contract_type", ()))
    closed = session.gate.options.closed
    listed = [
        dict(rows.active_symbol(session.api, symbol, session.tick(symbol.code)))
        | {"exchange_is_open": int(symbol.code not in closed)}
        for symbol in SYMBOLS.values()
        if not wanted or wanted & set(symbol.contract_types)
    ]
    return [{"msg_type": "active_symbols", "active_symbols": listed}]


def _known(code: str) -> Symbol:
    if code not in SYMBOLS:
        raise Refused("InvalidSymbol", f"Symbol {code} is invalid.")
    return SYMBOLS[code]


def contracts_for(session: Session, frame: Json) -> list[Json]:
    symbol = _known(frame["contracts_for"])
    available = [row for kind in symbol.contract_types for row in _offers(session.api, symbol, kind)]
    shown: Json = {"available": available, "hit_count": len(available)}
    if session.api == Api.LEGACY:
        shown |= {"open": 0, "close": 0, "feed_license": "realtime", "spot": session.tick(symbol.code).spot}
    return [{"msg_type": "contracts_for", "contracts_for": shown}]


def _offers(api: Api, symbol: Symbol, kind: str) -> list[Json]:
    """A contract's limits; rise and fall once by ticks, once by time."""
    shared: Json = {
        "contract_type": kind,
        "contract_category": _CATEGORIES.get(kind, "accumulator"),
        "market": symbol.market,
        "submarket": symbol.submarket,
        "start_type": "spot",
        "barriers": 0,
        "default_stake": 10,
        "min_stake": float(min_stake(kind)),
        "sentiment": "down" if kind in ("PUT", "MULTDOWN") else "up",
        "underlying_symbol": symbol.code,
    }
    if api == Api.LEGACY:
        shared |= {"exchange_name": symbol.submarket.upper(), "contract_display": kind.title()}
    if kind in RISE_FALL:
        return [shared | extra for extra in _durations(symbol)]
    no_end = {"expiry_type": "no_expiry", "min_contract_duration": "", "max_contract_duration": ""}
    if kind in ACCUMULATORS:
        return [shared | no_end | {"growth_rate_range": [0.01, 0.02, 0.03, 0.04, 0.05]}]
    return [shared | no_end | {"multiplier_range": list(symbol.multipliers)}]


def _durations(symbol: Symbol) -> list[Json]:
    units = symbol.durations
    timed = [f"{limits[0]}{unit}" for unit, limits in units.items() if unit != "t"]
    least, most = units["t"]
    ticks = {"expiry_type": "tick", "min_contract_duration": f"{least}t", "max_contract_duration": f"{most}t"}
    intraday = {"expiry_type": "intraday", "min_contract_duration": timed[0], "max_contract_duration": "1d"}
    daily = {"expiry_type": "daily", "min_contract_duration": "1d", "max_contract_duration": f"{units['d'][1]}d"}
    return [ticks, intraday, daily]


def ticks(session: Session, frame: Json) -> list[Json]:
    asked = frame["ticks"]
    answers = []
    for code in asked if isinstance(asked, list) else [asked]:
        symbol = _known(code)
        stream = None
        if frame.get("subscribe"):
            stream = Subscription("ticks", (code,), frame, symbol=code)
            session.subscribe(stream, code)
        market = session.desk.market
        quote = market.stale_quote(symbol.code) if session.stale else market.quote(symbol.code)
        message = streams.tick_message(code, quote.time, quote.last, quote.bid, quote.ask)
        answers.append(streams.with_id(message, stream))
    return answers


def ticks_history(session: Session, frame: Json) -> list[Json]:
    symbol = _known(frame["ticks_history"])
    now = session.tick(symbol.code).time
    end = now if frame["end"] == "latest" else min(float(frame["end"]), now)
    count = min(max(int(frame.get("count", _MOST_TICKS)), 1), _MOST_TICKS)
    start = float(frame.get("start", 0 if "count" in frame else end - _DAY))
    granularity = int(frame.get("granularity", 60))
    if frame.get("style", "ticks") == "ticks":
        times, prices = _past_ticks(session, symbol, start, end, count)
        answer: Json = {"msg_type": "history", "history": {"times": times, "prices": prices}}
        stream = Subscription("ticks", (symbol.code,), frame, symbol=symbol.code)
    else:
        answer = {"msg_type": "candles", "candles": _past_candles(session, symbol, granularity, start, end, count)}
        about = (symbol.code, granularity)
        stream = Subscription("candles", about, frame, symbol=symbol.code, granularity=granularity)
    answer["pip_size"] = symbol.decimals
    if frame.get("subscribe"):
        session.subscribe(stream, symbol.code)
        answer["subscription"] = {"id": stream.stream_id}
    return [answer]


def _past_ticks(
    session: Session, symbol: Symbol, start: float, end: float, count: int
) -> tuple[list[int], list[float]]:
    """The ticks that the market lived through; before them, the closes of its minutes."""
    market = session.desk.market
    lived = [(tick.time, tick.last) for tick in market.ticks(symbol.code, _MOST_TICKS)]
    first = lived[0][0] if lived else end
    minutes = market.candles(symbol.code, 60, count, first - 60) if len(lived) < count and start < first else []
    past = [(candle.time / 1000 + 59, candle.close) for candle in minutes]
    found = [row for row in (*past, *lived) if start <= row[0] <= end][-count:]
    return [int(moment) for moment, _ in found], [price for _, price in found]


def _past_candles(
    session: Session, symbol: Symbol, granularity: int, start: float, end: float, count: int
) -> list[dict[str, Any]]:
    candles = session.desk.market.candles(symbol.code, granularity, count, end)
    return [
        {"epoch": item.time // 1000, "open": item.open, "high": item.high, "low": item.low, "close": item.close}
        for item in candles
        if item.time / 1000 >= start
    ]


def proposal(session: Session, frame: Json) -> list[Json]:
    symbol = frame[symbol_field(session.api)]
    terms = terms_of(frame, symbol, session.desk.clock())
    if symbol in session.gate.options.closed:
        raise Refused("MarketIsClosed", "This market is presently closed. Please try again later.")
    stream = None
    if frame.get("subscribe"):
        about = tuple(sorted((key, str(value)) for key, value in frame.items() if key not in ("req_id", "passthrough")))
        stream = Subscription("proposal", about, frame, symbol=symbol, terms=terms)
        session.subscribe(stream, "proposal")
    proposal_id = stream.stream_id if stream is not None else str(uuid.uuid4())
    session.proposals[proposal_id] = terms
    shown = render.proposal(session.api, session.numbers, proposal_id, terms, session.tick(symbol))
    return [streams.with_id({"msg_type": "proposal", "proposal": shown}, stream)]


def forget(session: Session, frame: Json) -> list[Json]:
    return [{"msg_type": "forget", "forget": int(session.subscriptions.forget(frame["forget"]))}]


def forget_all(session: Session, frame: Json) -> list[Json]:
    asked = frame["forget_all"]
    kinds = asked if isinstance(asked, list) else [asked]
    gone = [stream_id for kind in kinds for stream_id in session.subscriptions.forget_kind(kind)]
    return [{"msg_type": "forget_all", "forget_all": gone}]


MARKET_CALLS: dict[str, Handler] = {
    "ping": ping,
    "time": time,
    "active_symbols": active_symbols,
    "contracts_for": contracts_for,
    "ticks": ticks,
    "ticks_history": ticks_history,
    "proposal": proposal,
    "forget": forget,
    "forget_all": forget_all,
}
