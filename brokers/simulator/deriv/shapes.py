"""The fields of every request frame of both APIs.

From https://developers.deriv.com/llms/*.md (current) and the v3 schemas that the legacy API was published with
(config/v3/*/send.json in deriv-com/deriv-api-docs).
"""

from enum import StrEnum

from brokers.simulator.deriv.fields import (
    Check,
    Shape,
    an_object,
    either,
    integer,
    list_of,
    nothing,
    number,
    one_of,
    text,
)


class Api(StrEnum):
    CURRENT = "current"
    LEGACY = "legacy"


Fields = dict[str, Check]

_GRANULARITIES = (60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
_SHARED_TYPES = (
    "MULTUP", "MULTDOWN", "UPORDOWN", "EXPIRYRANGE", "ONETOUCH", "CALLE", "ASIAND", "EXPIRYRANGEE", "DIGITDIFF",
    "DIGITMATCH", "DIGITOVER", "PUTE", "DIGITUNDER", "NOTOUCH", "CALL", "RANGE", "DIGITODD", "PUT", "ASIANU",
    "EXPIRYMISSE", "EXPIRYMISS", "DIGITEVEN", "TICKHIGH", "TICKLOW", "RESETCALL", "RESETPUT", "RUNHIGH", "RUNLOW",
    "ACCU", "VANILLALONGCALL", "VANILLALONGPUT", "TURBOSLONG", "TURBOSSHORT",
)  # fmt: skip
CONTRACT_TYPES = {
    Api.CURRENT: (*_SHARED_TYPES, "HIGHER", "LOWER"),
    Api.LEGACY: (*_SHARED_TYPES, "LBHIGHLOW", "LBFLOATPUT", "LBFLOATCALL", "CALLSPREAD", "PUTSPREAD"),
}
STREAMS = ("balance", "candles", "proposal", "proposal_open_contract", "ticks", "transaction")
_ACTIONS = ("buy", "sell", "deposit", "withdrawal")
_LEGACY_ACTIONS = ("escrow", "adjustment", "virtual_credit", "transfer")
_LEGACY_STREAMS = (
    *STREAMS, "cashier_payments", "p2p_advert", "p2p_advertiser", "p2p_order", "trading_platform_asset_listing",
    "website_status", "p2p_settings", "crypto_estimations",
)  # fmt: skip

_SYMBOL = text(r"^\w{2,30}$")
_STREAM_ID = text(r"^[\w-]{32,128}$")
_LOGINID = text(r"^[A-Za-z]+[0-9]+$")
_TOKEN = text(r"^[\w\-]{1,128}$")
_CURRENCY = text(r"^[a-zA-Z0-9]{2,20}$")
_BARRIER = text(r"^(?=.{1,20}$)[+-]?[0-9]+\.?[0-9]*$")
_DATE = text(r"^([0-9]{4}-(0?[1-9]|1[012])-(0?[1-9]|[12][0-9]|3[01])|[0-9]{1,10})$")
_ONE, _FLAG, _EPOCH = one_of(1), one_of(0, 1), integer(0, 9_999_999_999)
_SUBSCRIBE: Fields = {"subscribe": _ONE}
_COMMON: Fields = {"req_id": integer(), "passthrough": an_object}
_COMPANY = one_of(
    "iom", "malta", "maltainvest", "svg", "virtual", "vanuatu", "champion", "champion-virtual"
)  # fmt: skip

_LIMITS = Shape((), {"stop_loss": number(), "take_profit": number()})
_NEW_LIMITS = Shape((), {name: either(number(), nothing) for name in ("stop_loss", "take_profit")})


def _terms(api: Api) -> Fields:
    """The parameters that price a contract, in a proposal and in a purchase."""
    fields: Fields = {
        "amount": number(0),
        "barrier": _BARRIER,
        "barrier2": _BARRIER,
        "basis": one_of("payout", "stake"),
        "cancellation": text(r"^\w+$"),
        "contract_type": one_of(*CONTRACT_TYPES[api]),
        "currency": _CURRENCY,
        "duration": integer(0, 99_999_999),
        "duration_unit": one_of("d", "m", "s", "h", "t"),
        "growth_rate": number(),
        "multiplier": number(0),
        "selected_tick": integer(),
        symbol_field(api): _SYMBOL,
    }
    if api == Api.CURRENT:
        return fields | {"payout_per_point": number()}
    removed = {
        "date_start": _EPOCH,
        "barrier_range": one_of("tight", "middle", "wide"),
        "product_type": one_of("basic"),
    }
    return fields | removed


def symbol_field(api: Api) -> str:
    return "underlying_symbol" if api == Api.CURRENT else "symbol"


def shapes_of(api: Api) -> dict[str, Shape]:
    """By the call's name."""
    return _market(api) | _trading(api) | _account(api)


def _shape(needed: Fields, optional: Fields | None = None, **parts: Shape) -> Shape:
    """A frame's: with the fields that all frames may have."""
    return Shape(tuple(needed), needed | (optional or {}) | _COMMON, parts)


def _only_legacy(api: Api, **fields: Check) -> Fields:
    return fields if api == Api.LEGACY else {}


def _loginid(api: Api) -> Fields:
    return _only_legacy(api, loginid=_LOGINID)


def _types(api: Api) -> Fields:
    return {"contract_type": list_of(one_of(*CONTRACT_TYPES[api]))}


def _market(api: Api) -> dict[str, Shape]:
    listing = _only_legacy(
        api, landing_company=_COMPANY, landing_company_short=_COMPANY, product_type=one_of("basic"), loginid=_LOGINID
    )
    streams = one_of(*(STREAMS if api == Api.CURRENT else _LEGACY_STREAMS))
    history: Fields = {
        "adjust_start_time": _ONE,
        "count": integer(),
        "granularity": one_of(*_GRANULARITIES),
        "start": _EPOCH,
        "style": one_of("candles", "ticks"),
    }
    types = _types(api) if api == Api.CURRENT else {}
    return {
        "ping": _shape({"ping": _ONE}),
        "time": _shape({"time": _ONE}),
        "active_symbols": _shape({"active_symbols": one_of("full", "brief")}, types | listing),
        "contracts_for": _shape({"contracts_for": _SYMBOL}, listing | _only_legacy(api, currency=_CURRENCY)),
        "ticks": _shape({"ticks": either(_SYMBOL, list_of(_SYMBOL))}, _SUBSCRIBE),
        "ticks_history": _shape(
            {"ticks_history": _SYMBOL, "end": text(r"^(latest|[0-9]{1,10})$")}, history | _SUBSCRIBE
        ),
        "forget": _shape({"forget": _STREAM_ID}),
        "forget_all": _shape({"forget_all": either(streams, list_of(streams))}),
    }


def _trading(api: Api) -> dict[str, Shape]:
    loginid = _loginid(api)
    terms = _terms(api)
    needed = {name: terms[name] for name in ("contract_type", "currency", symbol_field(api))}
    parameters: Fields = {"app_markup_percentage": number(), "date_expiry": integer(1, 9_999_999_999)}
    parameters |= _only_legacy(api, trading_period_start=integer(1, 9_999_999_999))
    bought = Shape(tuple(needed), terms | parameters, {"limit_order": _LIMITS})
    priced = {"date_expiry": _EPOCH} | _only_legacy(api, trading_period_start=integer())
    contract_id: Fields = {"contract_id": integer()}
    # The number is taken for the 1 that stands for "by parameters", as the real servers do; the schemas want a text.
    proposal_id = either(text(r"^(?:[\w-]{32,128}|1)$"), _ONE)
    changed = Shape(
        ("contract_update", "contract_id", "limit_order"),
        {"contract_update": _ONE} | contract_id | loginid | _COMMON,
        {"limit_order": _NEW_LIMITS},
    )
    return {
        "proposal": _shape({"proposal": _ONE} | needed, terms | priced | _SUBSCRIBE | loginid, limit_order=_LIMITS),
        "buy": _shape({"buy": proposal_id, "price": number(0)}, _SUBSCRIBE | loginid, parameters=bought),
        "sell": _shape({"sell": integer(), "price": number()}, loginid),
        "proposal_open_contract": _shape({"proposal_open_contract": _ONE}, contract_id | _SUBSCRIBE | loginid),
        "contract_update": changed,
        "contract_update_history": _shape(
            {"contract_update_history": _ONE} | contract_id, {"limit": number(1, 999)} | loginid
        ),
    }


def _account(api: Api) -> dict[str, Shape]:
    loginid = _loginid(api)
    paged: Fields = {"description": _FLAG, "offset": integer(0)}
    actions = _ACTIONS if api == Api.CURRENT else (*_ACTIONS, *_LEGACY_ACTIONS)
    dated: Fields = {"date_from": _DATE, "date_to": _DATE, "limit": number(0, 500), "sort": one_of("ASC", "DESC")}
    timed: Fields = {"date_from": _EPOCH, "date_to": _EPOCH, "limit": number(0, 999), "action_type": one_of(*actions)}
    whose = _only_legacy(api, account=text(r"^(current|all|[A-Z]{2,4}[0-9]{1,10})$"))
    shapes = {
        "portfolio": _shape({"portfolio": _ONE}, _types(api) | loginid),
        "profit_table": _shape({"profit_table": _ONE}, _types(api) | paged | dated | loginid),
        "statement": _shape({"statement": _ONE}, paged | timed | loginid),
        "balance": _shape({"balance": _ONE}, {"subscribe": _FLAG} | whose),
        "transaction": _shape({"transaction": _ONE, "subscribe": _ONE}, loginid),
    }
    if api == Api.LEGACY:
        more: Fields = {"add_to_login_history": _FLAG, "tokens": list_of(_TOKEN, 10)}
        shapes |= {"authorize": _shape({"authorize": _TOKEN}, more), "logout": _shape({"logout": _ONE})}
    return shapes
