"""The trades that the events tell of against the rows: what was edited past the events shows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import QuerySet

from analytics.track_record import fingerprint
from analytics.track_record.tally import Ended
from trading.market import REPLAY_PREFIX
from trading.models import Event, Trade, TradeStatus

_AT_ONCE = 500
NO_ROW, NO_EVENT = "its row was removed", "no event tells of it"


@dataclass(frozen=True, slots=True)
class Difference:
    """A trade whose row is not what its last event says; `fields` are those that differ."""

    trade: int
    event: int | None
    what: str
    fields: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"trade": self.trade, "event": self.event, "what": self.what, "fields": list(self.fields)}


def rows_of(account_id: int, session_id: int | None) -> "QuerySet[Trade]":
    """The closed trades that a record is about; a replay's are none of it."""
    found = Trade.objects.filter(account=account_id, status=TradeStatus.CLOSED).order_by()
    found = found.exclude(venue__startswith=REPLAY_PREFIX)
    return found if session_id is None else found.filter(session=session_id)


def differing(rows: "QuerySet[Trade]", ended: Ended, among: Collection[int] | None = None) -> set[int]:
    """The ids of trades whose row and last event do not agree, or of which one is missing; `among`: of these alone."""
    if among is None:
        ids, digests = _digests(rows)
    else:
        listed = sorted(among)
        parts = [_digests(rows.filter(pk__in=listed[at : at + _AT_ONCE])) for at in range(0, len(listed), _AT_ONCE)]
        ids = np.concatenate([part[0] for part in parts]) if parts else np.empty(0, np.int64)
        digests = np.concatenate([part[1] for part in parts]) if parts else np.empty(0, np.int64)
    told = np.ones(len(ended), dtype=bool) if among is None else np.isin(ended.trade, listed)
    in_rows = {*zip(ids.tolist(), digests.tolist(), strict=True)}
    in_events = {*zip(ended.trade[told].tolist(), ended.digest[told].tolist(), strict=True)}
    return {trade for trade, _ in in_rows ^ in_events}


def _digests(rows: "QuerySet[Trade]") -> tuple[Any, Any]:
    """(ids, digests) of the rows, int64 of one length."""
    found = np.fromiter(_pairs(rows), dtype=np.dtype((np.int64, 2)))
    return found.reshape(-1, 2)[:, 0], found.reshape(-1, 2)[:, 1]


def _pairs(rows: "QuerySet[Trade]") -> Iterator[tuple[int, int]]:
    for row in rows.values_list(*fingerprint.COLUMNS).iterator(chunk_size=5000):
        yield row[0], fingerprint.digest(fingerprint.of_row(row))


def explained(
    owner_id: int, rows: "QuerySet[Trade]", ended: Ended, trades: Collection[int], most: int = 20
) -> list[Difference]:
    """What differs, of the first `most` of the trades."""
    events = dict(zip(ended.trade.tolist(), ended.event.tolist(), strict=True))
    return [_explained(owner_id, rows, trade, events.get(trade)) for trade in sorted(trades)[:most]]


def _explained(owner_id: int, rows: "QuerySet[Trade]", trade: int, event: int | None) -> Difference:
    row = rows.filter(pk=trade).values_list(*fingerprint.COLUMNS).first()
    if event is None:
        return Difference(trade, None, NO_EVENT)
    if row is None:
        return Difference(trade, event, NO_ROW)
    payload = Event.objects.values_list("payload", flat=True).get(owner=owner_id, number=event)
    pairs = zip(fingerprint.of_payload(payload), fingerprint.of_row(row), strict=True)
    fields = tuple(told[0] for told, held in pairs if told != held)
    return Difference(trade, event, "its row is not what its event says", fields)
