"""Telling streamers, over Redis, that a trade's triggers changed. A lost message is made good by their resync."""

import json
import logging
from collections.abc import Iterable
from typing import Any

import redis

from trading import quiet
from trading.exits.exit_plans import move_price
from trading.market import redis_client
from trading.models import Trade, TradeStatus

logger = logging.getLogger(__name__)

CHANNEL = "signalist:triggers"
# All that a row is made of.
FIELDS = (
    "venue",
    "symbol",
    "direction",
    "status",
    "closing_goal",
    "stop_loss",
    "take_profit",
    "entry_price",
    "best_price",
    "exit_plan",
)


def as_row(trade: Trade) -> dict[str, Any]:
    """What a trigger index needs of a trade; levels are prices per unit, null where there is none.

    While a part of it is on its way out, only its stop counts.
    """
    is_open = trade.status == TradeStatus.OPEN
    return {
        "id": trade.pk,
        "venue": trade.venue,
        "symbol": trade.symbol,
        "direction": trade.direction_sign,
        "stop": None if trade.stop_loss is None else float(trade.stop_loss),
        "target": None if trade.take_profit is None or not is_open else float(trade.take_profit),
        "move": move_price(trade) if is_open else None,
        "open": trade.is_watched,
    }


def publish(trades: Iterable[Trade]) -> None:
    try:
        redis_client().publish(CHANNEL, json.dumps([as_row(trade) for trade in trades]))
    except redis.RedisError:
        quiet.warn(logger, "trigger updates are not published; streamers will see them at their next resync")
