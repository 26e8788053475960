"""The latest trades of a record, as their events tell of them, for records that show amounts; and what is open."""

from decimal import Decimal
from typing import Any

from analytics.models import TrackRecord
from analytics.track_record.tally import Ended
from trading.accounts.valuation import attach_marks
from trading.market import REPLAY_PREFIX
from trading.models import Event, Trade, TradeStatus

MOST = 100
_SHOWN = (
    *("symbol", "direction", "opened_at", "closed_at", "quantity", "entry_price", "exit_price", "exit_reason"),
    *("realized_pnl", "realized_pnl_formatted", "fees", "fees_formatted"),
)


def latest_trades(owner_id: int, ended: Ended) -> list[dict[str, Any]]:
    """At most MOST, the last to end first; no ids, and nothing of the owner's notes."""
    numbers = ended.event[-MOST:][::-1].tolist()
    payloads = dict(Event.objects.filter(owner=owner_id, number__in=numbers).values_list("number", "payload"))
    return [
        {**{name: payloads[number].get(name) for name in _SHOWN}, **_funding(payloads[number])}
        for number in numbers
        if number in payloads
    ]


def _funding(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: payload[name] for name in ("funding", "funding_formatted") if name in payload}


def open_positions(record: TrackRecord) -> dict[str, Any]:
    """{"trades": how many are open, "pnl_percent": what they stand at, of the account's cash; None without quotes}: so
    that losses which are never closed do not stay unseen. Marked by the rows, as events tell of ends.
    """
    held = Trade.objects.filter(account=record.account_id, status__in=(TradeStatus.OPEN, TradeStatus.CLOSING))
    held = held.exclude(venue__startswith=REPLAY_PREFIX)
    trades = list(held if record.session_id is None else held.filter(session=record.session_id))
    attach_marks(trades, if_quoted=True)
    marks: list[Decimal | None] = [trade.unrealized_pnl for trade in trades]  # type: ignore[attr-defined]
    known = [mark for mark in marks if mark is not None]
    balance = record.account.balance
    is_known = len(known) == len(marks) and balance > 0
    return {
        "trades": len(trades),
        "pnl_percent": round(float(100 * sum(known, Decimal(0)) / balance), 2) if is_known else None,
    }
