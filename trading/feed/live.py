"""Pushing to the dashboards that are open right now. Best effort: what is missed is read from the event log."""

import json
import logging
from typing import Any, NamedTuple

import redis
from channels.layers import get_channel_layer

from trading import quiet
from trading.feed import loops

logger = logging.getLogger(__name__)

QUOTES_GROUP = "quotes"


class Entry(NamedTuple):
    """An event on its way to a client; `text` is its frame (events.as_frame) as JSON."""

    number: int
    type: str
    account: int | None
    text: str


def entry_of(frame: dict[str, Any]) -> Entry:
    return Entry(frame["number"], str(frame["type"]), frame["account"], json.dumps(frame))


def owner_group(owner_id: int) -> str:
    return f"owner-{owner_id}"


def push_events(owner_id: int, events: list[dict[str, Any]]) -> None:
    """Send numbered events to the owner's sockets and streams; a Redis that is down is logged, never raised.

    The text is made here, once: a thousand sockets pass it on as it is.
    """
    entries = [entry_of(event) for event in events]
    message = {"type": "live.events", "owner": owner_id, "events": entries}
    try:
        _send(owner_group(owner_id), message)
    except Exception as error:
        quiet.warn(logger, "live push failed (%s); sockets will catch up from the log", type(error).__name__)


def _send(group: str, message: dict[str, Any]) -> None:
    send = get_channel_layer().group_send
    try:
        loops.run(send, group, message)
    except redis.ConnectionError:  # the kept connection may be to a Redis that has been restarted since
        loops.run(send, group, message)


async def push_market(frames: list[dict[str, Any]]) -> None:
    """Send unnumbered market frames (quotes, closed candles) to every socket."""
    texts = [json.dumps(frame) for frame in frames]
    await get_channel_layer().group_send(QUOTES_GROUP, {"type": "live.market", "frames": texts})
