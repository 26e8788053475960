"""Logging in, and private/*: what the account holds."""

from brokers.simulator.deribit import views
from brokers.simulator.deribit.calls import Call, Json, Method
from brokers.simulator.deribit.channels import known
from brokers.simulator.deribit.errors import INVALID_TOKEN, WEBSOCKET_NEEDED, RpcError
from brokers.simulator.deribit.instruments import CURRENCIES, KINDS, currency_of, kind_of
from brokers.simulator.deribit.session import Session
from brokers.simulator.exchange.listing import Kind

_RAW_NEEDS_LOGIN = (13778, "raw_subscriptions_not_available_for_unauthorized")


def auth(call: Call) -> Json:
    """Over a socket, it is logged in from here on."""
    account, granted = call.venue.tokens.grant(call.params)
    if call.session is not None:
        call.session.account = account
    return granted


def logout(call: Call) -> str:
    session = _socket(call)
    session.account = None
    session.channels.clear()
    return "ok"


def _socket(call: Call) -> Session:
    if call.session is None:
        raise RpcError(*WEBSOCKET_NEEDED)
    return call.session


def subscribe(call: Call) -> list[str]:
    """The channels that there are, of those asked for."""
    return _subscribe(call, private=False)


def private_subscribe(call: Call) -> list[str]:
    if call.account is None:
        raise RpcError(*INVALID_TOKEN)
    return _subscribe(call, private=True)


def _subscribe(call: Call, *, private: bool) -> list[str]:
    session = _socket(call)
    wanted = [name for name in call.params.list("channels") if isinstance(name, str)]
    if not private and call.account is None and any(name.endswith(".raw") for name in wanted):
        raise RpcError(*_RAW_NEEDS_LOGIN)
    found = [name for name in wanted if known(call.venue, name) and (private or not name.startswith("user."))]
    for name in found:
        session.subscribe(name)
    return found


def unsubscribe(call: Call) -> list[str]:
    session = _socket(call)
    gone = [name for name in call.params.list("channels") if name in session.channels]
    for name in gone:
        session.channels.discard(name)
    return gone


def unsubscribe_all(call: Call) -> str:
    _socket(call).channels.clear()
    return "ok"


def get_position(call: Call) -> Json:
    account = call.trader
    return views.position(call.venue.exchange, account, call.listing())


def get_positions(call: Call) -> list[Json]:
    """Those that are not empty."""
    params, exchange = call.params, call.venue.exchange
    currency = params.text("currency", "any", among=(*CURRENCIES, "any"))
    kind = params.text("kind", "any", among=(*KINDS, "any"))
    return [
        views.position(exchange, call.trader, listing)
        for listing in exchange.listings.values()
        if listing.kind != Kind.SPOT
        and call.trader.held(listing.symbol)
        and currency in ("any", currency_of(listing))
        and kind in ("any", kind_of(listing))
    ]


def get_account_summary(call: Call) -> Json:
    currency = call.params.text("currency", among=CURRENCIES)
    shown = views.summary(call.venue.exchange, call.trader, currency)
    return shown | _who(call) if call.params.flag("extended") else shown


def get_account_summaries(call: Call) -> Json:
    shown = [views.summary(call.venue.exchange, call.trader, currency) for currency in CURRENCIES]
    return _who(call) | {"summaries": shown}


def _who(call: Call) -> Json:
    number = call.trader.number
    return {
        "id": number,
        "type": "main",
        "username": f"simulated_{number}",
        "system_name": f"simulated_{number}",
        "email": f"trader{number}@example.com",
        "creation_timestamp": 1_600_000_000_000,
        "mmp_enabled": False,
        "security_keys_enabled": False,
        "login_enabled": True,
        "interuser_transfers_enabled": False,
    }


ACCOUNT_METHODS: dict[str, Method] = {
    "public/auth": auth,
    "private/logout": logout,
    "public/subscribe": subscribe,
    "public/unsubscribe": unsubscribe,
    "public/unsubscribe_all": unsubscribe_all,
    "private/subscribe": private_subscribe,
    "private/unsubscribe": unsubscribe,
    "private/unsubscribe_all": unsubscribe_all,
    "private/get_position": get_position,
    "private/get_positions": get_positions,
    "private/get_account_summary": get_account_summary,
    "private/get_account_summaries": get_account_summaries,
}
