"""Checking a record against its owner's events, and keeping what came of it: a public request only reads.

A check goes on from where the last one ended, and looks at the rows of the trades that ended since. The whole log and
all rows are gone through every few hours, after a finding, and each time while the log is short.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from analytics.models import TrackRecord, TrackRecordCheck
from analytics.track_record import comparing, results, shown
from analytics.track_record.chain import START, ChainBroken, need_head, walk
from analytics.track_record.tally import Ended, Tally
from analytics.track_record.trade_list import latest_trades, open_positions
from trading import queueing
from trading.audit.audit_check import Head
from trading.market import wall_now
from trading.models import EventCounter

logger = logging.getLogger(__name__)

SHORT_LOG = 5_000
FULL_EVERY = timedelta(hours=6)
ANEW_EVERY = timedelta(hours=1)


@dataclass(slots=True)
class _Look:
    """One check: what the events tell, and what is wrong."""

    tally: Tally
    is_full: bool
    ended: Ended | None = None
    seen: set[int] = field(default_factory=set)
    broken: ChainBroken | None = None
    differences: set[int] = field(default_factory=set)


def check_due(now: datetime | None = None) -> int:
    """Queue a check of the published records of whose owner there is news, or not looked at for an hour."""
    stale = (now or wall_now()) - ANEW_EVERY
    news = ~Q(check_up__number=F("owner__event_counter__last"))
    due = TrackRecord.objects.filter(is_published=True).filter(
        news | Q(check_up=None) | Q(check_up__checked_at__lt=stale) | Q(owner__event_counter=None)
    )
    ids = list(due.order_by("pk").values_list("pk", flat=True).distinct())
    return sum(queueing.send("analytics.check_track_record", pk) for pk in ids)


def check_record(record_id: int, now: datetime | None = None) -> bool:
    """Check the record and keep the result. Returns whether it was kept: a record that is gone, or that another check
    has finished with meanwhile, is left alone. Safe to repeat, late or at once.
    """
    record = TrackRecord.objects.select_related("account", "session").filter(pk=record_id).first()
    if record is None:
        return False
    earlier = TrackRecordCheck.objects.filter(record=record).first()
    moment = now or wall_now()
    look = _look(record, earlier, moment)
    if look.broken is not None or look.differences:
        logger.warning("track record %s does not hold: %s", record.pk, look.broken or look.differences)
    return _keep(record, earlier, _check_of(record, earlier, look, moment))


def _look(record: TrackRecord, earlier: TrackRecordCheck | None, moment: datetime) -> _Look:
    tally = _to_go_on(record, earlier, moment)
    look = _Look(tally or Tally(record.account_id, record.session_id), is_full=tally is None)
    _walk_on(record, look, earlier)
    look.differences = _differing(record, look, None if look.is_full else look.seen)
    if look.differences and look.broken is None:
        # A trade that ended while we looked is told of by now; what was edited still differs.
        _walk_on(record, look, None)
        look.differences = _differing(record, look, look.differences)
    return look


def _to_go_on(record: TrackRecord, earlier: TrackRecordCheck | None, moment: datetime) -> Tally | None:
    """What the earlier check collected, where it is enough to go on from there."""
    if earlier is None or not earlier.verified.get("ok") or earlier.full_at < moment - FULL_EVERY:
        return None
    counter = EventCounter.objects.filter(owner=record.owner_id).first()
    if counter is None or counter.last <= SHORT_LOG:
        return None
    head = Head(earlier.number, earlier.head)
    return Tally.restored(record.account_id, record.session_id, head, earlier.tally, bytes(earlier.columns))


def _walk_on(record: TrackRecord, look: _Look, earlier: TrackRecordCheck | None) -> None:
    try:
        if earlier is not None:
            need_head(record.owner_id, Head(earlier.number, earlier.head))
        for told in walk(record.owner_id, look.tally.head):
            if (trade := look.tally.take(told)) is not None:
                look.seen.add(trade)
    except ChainBroken as error:
        look.broken = error
    look.ended = look.tally.ended()


def _differing(record: TrackRecord, look: _Look, among: Collection[int] | None) -> set[int]:
    if look.ended is None:
        return set()
    if look.broken is not None:  # of what came after nothing is told
        among = look.ended.trade.tolist()
    return comparing.differing(comparing.rows_of(record.account_id, record.session_id), look.ended, among)


def _check_of(record: TrackRecord, earlier: TrackRecordCheck | None, look: _Look, moment: datetime) -> TrackRecordCheck:
    ended = look.ended or look.tally.ended()
    until_ms = int(moment.timestamp()) // 3600 * 3_600_000
    index = results.index_figures(look.tally, ended, until_ms)
    money = results.amount_figures(look.tally, ended, until_ms)
    rows = comparing.rows_of(record.account_id, record.session_id)
    head = START if look.broken is not None else look.tally.head
    tally, columns = look.tally.stored()
    return TrackRecordCheck(
        record=record,
        number=head.last,
        head=head.head,
        checked_at=moment,
        full_at=moment if look.is_full or earlier is None else earlier.full_at,
        tally=tally,
        columns=columns,
        verified=_verdict(record, look, ended, moment),
        differences=[item.as_json() for item in comparing.explained(record.owner_id, rows, ended, look.differences)],
        figures=None if index is None else shown.percents_only(index),
        amounts=None
        if index is None or money is None
        else {
            "figures": shown.with_amounts(index, money),
            "trades": latest_trades(record.owner_id, ended),
        },
    )


def _verdict(record: TrackRecord, look: _Look, ended: Ended, moment: datetime) -> dict[str, Any]:
    """What anybody is told: no ids, no amounts."""
    modes = look.tally.modes
    problems = []
    if look.broken is not None:
        problems.append(f"The log of events does not hold from event {look.broken.number} on: {look.broken.problem}.")
    if count := len(look.differences):
        trades = "1 trade is" if count == 1 else f"{count} trades are"
        problems.append(f"{trades} not in the database as the events tell.")
    if modes and modes != [record.account.mode]:
        problems.append(f"The account is {record.account.mode} now; the events tell of {' and '.join(modes)}.")
    return {
        "ok": not problems,
        "chain_ok": look.broken is None,
        "trades_ok": not look.differences,
        "events": look.tally.head.last,
        "trades": len(ended),
        "left_out": look.tally.replayed,
        "mode": modes[0] if len(modes) == 1 else record.account.mode,
        "open": open_positions(record),
        "checked_at": moment.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "problem": " ".join(problems) or None,
    }


@transaction.atomic
def _keep(record: TrackRecord, earlier: TrackRecordCheck | None, check: TrackRecordCheck) -> bool:
    if not TrackRecord.objects.select_for_update().filter(pk=record.pk).exists():
        return False
    current = TrackRecordCheck.objects.filter(record=record).only("checked_at").first()
    if (current and current.checked_at) != (earlier and earlier.checked_at):
        return False
    check.save()
    return True
