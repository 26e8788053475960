"""Keeping the estimates of refused signals up: new refusals, and those whose exit had not come yet."""

import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from analytics.models import RefusedOutcome, RefusedStatus
from analytics.quality.estimates import HORIZON, TIMEFRAME, UNTOLD, Estimate, Refused, estimate
from brokers.instruments import instruments_for
from signals.marketdata.candles import CandleArrays
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES
from signals.marketdata.window import CandleWindow
from signals.models import Direction
from trading.accounts.paper_model import fill_model
from trading.market import REPLAY_PREFIX, redis_client, wall_now
from trading.models import Decision, Verdict
from trading.models.fields import to_money

AT_ONCE = 1000
_LATE = 10_000  # ids that are looked back over, for decisions that were committed after later ones
_AGAIN = timedelta(minutes=5)

Market = tuple[str, str]


def judge_refusals(now: datetime | None = None) -> int:
    """Estimate up to AT_ONCE new refusals, oldest first, and as many pending ones; returns how many are known now.

    Safe to run twice or at once: an estimate that is known is never changed.
    """
    now = now or wall_now()
    refused = Decision.objects.filter(verdict=Verdict.REJECTED).select_related("signal", "session", "account")
    last = RefusedOutcome.objects.aggregate(last=Max("decision"))["last"] or 0
    new = refused.filter(pk__gt=last - _LATE, outcome=None).order_by("pk")[:AT_ONCE]
    due = Q(outcome__status=RefusedStatus.PENDING, outcome__judged_at__lt=now - _AGAIN)
    pending = refused.filter(due).order_by("outcome__judged_at")[:AT_ONCE]
    markets: dict[Market, list[Decision]] = defaultdict(list)
    for decision in [*new, *pending]:
        markets[decision.session.venue, decision.signal.symbol].append(decision)
    return sum(_judge(market, decisions, now) for market, decisions in markets.items())


def _judge(market: Market, decisions: list[Decision], now: datetime) -> int:
    instrument = instruments_for([market]).get(market)
    plans = [_refused(decision) for decision in decisions]
    if instrument is None or market[0].startswith(REPLAY_PREFIX):
        return _keep(decisions, [UNTOLD] * len(decisions))
    now_ms = int(now.timestamp() * 1000)
    candles = _candles(market, min(plan.time for plan in plans), max(plan.time for plan in plans))
    found = estimate(plans, candles, instrument, now_ms)
    return _keep(decisions, [_or_untold(item, decision) for item, decision in zip(found, decisions, strict=True)])


def _or_untold(found: Estimate, decision: Decision) -> Estimate:
    """Contracts gain and lose by terms of their own."""
    return UNTOLD if decision.account.sells_contracts else found


def _refused(decision: Decision) -> Refused:
    def known(name: str) -> float:
        value = decision.plan.get(name)
        return math.nan if value is None else float(value)

    account = decision.account
    return Refused(
        decision_id=decision.pk,
        time=int(decision.market_time.timestamp() * 1000),
        direction=1 if decision.signal.direction == Direction.LONG else -1,
        price=known("price"),
        stop=known("stop"),
        target=known("target"),
        quantity=known("quantity"),
        commission_rate=fill_model(account).commission_rate if account.is_paper else 0.0,
    )


def _candles(market: Market, first_ms: int, last_ms: int) -> CandleArrays:
    """What is stored, and what is recent and not stored yet."""
    start, end = first_ms - TIMEFRAMES[TIMEFRAME], last_ms + int(HORIZON.total_seconds() * 1000)
    stored = CandleStore(settings.CANDLE_DIR).read(*market, TIMEFRAME, start_ms=start, end_ms=end)
    return stored.merged(CandleWindow(redis_client()).read(*market, TIMEFRAME, limit=1000, since_ms=start))


@transaction.atomic
def _keep(decisions: Iterable[Decision], estimates: Iterable[Estimate]) -> int:
    rows = [_row(decision, found) for decision, found in zip(decisions, estimates, strict=True)]
    RefusedOutcome.objects.bulk_create(rows, ignore_conflicts=True)
    pending = {
        row.pk: row for row in RefusedOutcome.objects.filter(pk__in=[item.pk for item in rows], status="PENDING")
    }
    again = [_taken_over(pending[item.pk], item) for item in rows if item.pk in pending]
    RefusedOutcome.objects.bulk_update(again, ["status", "pnl", "closed_at", "judged_at"])
    return sum(item.status != RefusedStatus.PENDING for item in rows)


def _taken_over(kept: RefusedOutcome, found: RefusedOutcome) -> RefusedOutcome:
    kept.status, kept.pnl, kept.closed_at, kept.judged_at = found.status, found.pnl, found.closed_at, wall_now()
    return kept


def _row(decision: Decision, found: Estimate) -> RefusedOutcome:
    values: dict[str, Any] = {"decision_id": decision.pk, "account_id": decision.account_id}
    if found.pnl is None:
        return RefusedOutcome(**values, status=RefusedStatus.PENDING)
    if math.isnan(found.pnl):
        return RefusedOutcome(**values, status=RefusedStatus.UNKNOWN)
    return RefusedOutcome(**values, status=RefusedStatus.CLOSED, pnl=to_money(found.pnl), closed_at=found.closed_at)
