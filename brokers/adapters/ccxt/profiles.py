"""The exchanges behind the ccxt adapter: which ccxt class serves which market type, and what it needs said differently.

Read off ccxt 4.5.90's createOrder, fetchOrder and fetchOpenOrders of each, and checked by
tests/brokers/adapters/ccxt/test_requests.py against the requests that ccxt then builds.
"""

from dataclasses import replace

from brokers.adapters.ccxt.client_ids import IdFormat
from brokers.adapters.ccxt.extensions.binance import BinanceVenue
from brokers.adapters.ccxt.extensions.delta import DeltaVenue
from brokers.adapters.ccxt.extensions.deribit import DeribitVenue
from brokers.adapters.ccxt.extensions.others import (
    BitfinexVenue,
    BybitVenue,
    CoinbaseVenue,
    KucoinVenue,
    MexcVenue,
    OkxVenue,
)
from brokers.adapters.ccxt.venue import FUTURES, SPOT, Venue
from brokers.catalog import UnknownBroker, open_broker
from brokers.interface import Environment, TimeInForce

_TRIGGER = {"trigger": True}
_IOC, _FOK = TimeInForce.IOC, TimeInForce.FOK
_SYNCED = {"adjustForTimeDifference": True}

_VENUES: dict[str, tuple[Venue, ...]] = {
    "deribit": (DeribitVenue(ccxt_id="deribit", market_type=FUTURES, has_sandbox=True, native_bracket=True, edits=True,
                             leg_price_param="trigger_price", id_param="label", order_trades=True, own_symbols=True),),
    "delta": (DeltaVenue(ccxt_id="delta", market_type=FUTURES, has_sandbox=True, native_bracket=True, edits=True,
                         leg_price_param="stop_price", find_by="clientOrderId", sets_leverage=True, own_symbols=True,
                         fetches_currencies=True),),
    "binance": (
        BinanceVenue(ccxt_id="binanceusdm", market_type=FUTURES, has_sandbox=True, find_by="clientOrderId",
                     pending=(_TRIGGER,), sets_leverage=True, sets_margin_mode=True, edits=True, options=_SYNCED),
        BinanceVenue(ccxt_id="binance", market_type=SPOT, has_sandbox=True, find_by="clientOrderId", order_trades=True,
                     options=_SYNCED | {"defaultType": "spot"}),
    ),
    "bybit": (
        BybitVenue(ccxt_id="bybit", market_type=FUTURES, has_sandbox=True, native_bracket=True, edits=True,
                   find_params={"acknowledged": True}, prepare_by="is_unified_enabled",
                   sets_leverage=True, order_trades=True, options=_SYNCED),
        BybitVenue(ccxt_id="bybit", market_type=SPOT, has_sandbox=True, native_bracket=True, edits=True,
                   find_params={"acknowledged": True}, prepare_by="is_unified_enabled",
                   order_trades=True, market_buy_by_cost=True,
                   options=_SYNCED | {"defaultType": "spot"}),
    ),
    "okx": (
        OkxVenue(ccxt_id="okx", market_type=FUTURES, has_sandbox=True, native_bracket=True, edits=True,
                 find_by="clientOrderId", sets_leverage=True, order_trades=True, orders_carry_mode=True,
                 pending=({"trigger": True, "ordType": "conditional"}, {"trigger": True, "ordType": "oco"}),
                 options=_SYNCED | {"defaultType": "swap"}),
        OkxVenue(ccxt_id="okx", market_type=SPOT, has_sandbox=True, native_bracket=True, edits=True,
                 find_by="clientOrderId", order_trades=True, market_buy_by_cost=True,
                 pending=({"trigger": True, "ordType": "conditional"}, {"trigger": True, "ordType": "oco"}),
                 options=_SYNCED | {"defaultType": "spot"}),
    ),
    "kraken": (
        Venue(ccxt_id="kraken", market_type=SPOT, id_format=IdFormat.UUID, edits=True, options=_SYNCED),
        Venue(ccxt_id="krakenfutures", market_type=FUTURES, has_sandbox=True, sets_leverage=True, edits=True,
              tif_words={_IOC: {"timeInForce": "ioc"}, _FOK: {"orderType": "fok"}}),
    ),
    "bitget": (
        Venue(ccxt_id="bitget", market_type=FUTURES, native_bracket=True, find_by="clientOrderId",
              pending=({"trigger": True, "planType": "profit_loss"}, _TRIGGER), fetches_pending=False,
              stop_params={"planType": "loss_plan", "triggerType": "fill_price"},
              target_params={"planType": "profit_plan", "triggerType": "fill_price"}, orders_carry_mode=True,
              sets_leverage=True, sets_margin_mode=True, options=_SYNCED | {"defaultType": "swap"}),
        Venue(ccxt_id="bitget", market_type=SPOT, stops="none", find_by="clientOrderId", pending=(_TRIGGER,),
              fetches_pending=False, market_buy_by_cost=True, options=_SYNCED | {"defaultType": "spot"}),
    ),
    "kucoin": (
        KucoinVenue(ccxt_id="kucoinfutures", market_type=FUTURES, native_bracket=True, find_by="clientOrderId",
                    pending=(_TRIGGER,), fetches_pending=False, sets_leverage=True, sets_margin_mode=True,
                    orders_carry_mode=True, prepare_by="is_uta_enabled", stop_params={"stopPriceType": "TP"},
                    target_params={"stopPriceType": "TP"},
                    options=_SYNCED),
        KucoinVenue(ccxt_id="kucoin", market_type=SPOT, find_by="clientOrderId", pending=(_TRIGGER,), order_trades=True,
                    prepare_by="is_uta_enabled", options=_SYNCED),
    ),
    "mexc": (
        MexcVenue(ccxt_id="mexc", market_type=FUTURES, stops="directed", pending=(_TRIGGER,), fetches_pending=False,
                  sets_leverage=True, order_trades=True, orders_carry_mode=True,
                  tif_words={_IOC: {"type": 3}, _FOK: {"type": 4}},
                  options=_SYNCED | {"defaultType": "swap"}),
        Venue(ccxt_id="mexc", market_type=SPOT, stops="none", find_by="clientOrderId", order_trades=True,
              market_buy_by_cost=True, options=_SYNCED | {"defaultType": "spot"}),
    ),
    "gate": (
        Venue(ccxt_id="gate", market_type=FUTURES, has_sandbox=True, id_format=IdFormat.TEXT28,
              prepare_by="load_unified_status",
              find_by="clientOrderId", searches=True, pending=(_TRIGGER,), sets_leverage=True, edits=True,
              order_trades=True,
              options=_SYNCED | {"defaultType": "swap"}),
        Venue(ccxt_id="gate", market_type=SPOT, has_sandbox=True, id_format=IdFormat.TEXT28,
              prepare_by="load_unified_status",
              find_by="clientOrderId", searches=True, pending=(_TRIGGER,), edits=True, order_trades=True,
              market_buy_by_cost=True,
              options=_SYNCED | {"defaultType": "spot"}),
    ),
    "htx": (
        Venue(ccxt_id="htx", market_type=FUTURES, id_format=IdFormat.INT53, find_by="clientOrderId",
              pending=({"trigger": True}, {"stopLoss": True}, {"takeProfit": True}), sets_leverage=True,
              orders_carry_mode=True,
              options=_SYNCED | {"defaultType": "swap"}),
        Venue(ccxt_id="htx", market_type=SPOT, stops="none", find_by="clientOrderId", order_trades=True,
              prepare_by="load_accounts", market_buy_by_cost=True, options=_SYNCED | {"defaultType": "spot"}),
    ),
    "phemex": (
        Venue(ccxt_id="phemex", market_type=FUTURES, has_sandbox=True, stops="directed", native_bracket=True,
              find_by="clientOrderId", sets_leverage=True, edits=True,
              stop_params={"triggerType": "ByLastPrice"}, target_params={"triggerType": "ByLastPrice"},
              tif_words={_IOC: {"timeInForce": "ImmediateOrCancel"}, _FOK: {"timeInForce": "FillOrKill"}},
              options={"defaultType": "swap"}),
        Venue(ccxt_id="phemex", market_type=SPOT, has_sandbox=True, stops="directed", find_by="clientOrderId",
              edits=True, options={"defaultType": "spot"},
              tif_words={_IOC: {"timeInForce": "ImmediateOrCancel"}, _FOK: {"timeInForce": "FillOrKill"}}),
    ),
    "coinbase": (CoinbaseVenue(ccxt_id="coinbase", market_type=SPOT, stops="none", id_param="client_order_id",
                               market_buy_by_cost=True, edits=True, options=_SYNCED),),
    "bitstamp": (Venue(ccxt_id="bitstamp", market_type=SPOT, stops="none", id_param="client_order_id",
                       find_by="clientOrderId", edits=True,
                       tif_words={_IOC: {"ioc_order": True}, _FOK: {"fok_order": True}}),),
    "bitfinex": (
        BitfinexVenue(ccxt_id="bitfinex", market_type=FUTURES, id_format=IdFormat.INT45, id_param="cid", edits=True,
                      order_trades=True),
        BitfinexVenue(ccxt_id="bitfinex", market_type=SPOT, id_format=IdFormat.INT45, id_param="cid", edits=True,
                      order_trades=True),
    ),
}  # fmt: skip

BROKERS = tuple(_VENUES)


def venue_for(broker_id: str, market_type: str = "", environment: Environment = Environment.LIVE) -> Venue:
    """The broker's venue for a market type, "" being its first, or where only another one has a test side, that.

    Raises UnknownBroker, BrokerClosed, or UnknownBroker for a market type that it does not trade through us.
    """
    info = open_broker(broker_id)
    if broker_id not in _VENUES:
        raise UnknownBroker(f"broker: {broker_id!r} is not served through ccxt")
    venues = [venue for venue in _VENUES[broker_id] if market_type in ("", venue.market_type)]
    if not venues:
        raise UnknownBroker(f"market_type: {info.name} has no {market_type} market here")
    if environment == Environment.TEST and not market_type:
        venues.sort(key=lambda venue: not venue.has_sandbox)
    return replace(venues[0], broker_id=broker_id, name=info.name, max_leverage=float(info.max_leverage or 1))
