"""Letting prices pass over trades: stops that their plans move, portions closed at targets, exits.

Ticks, the 30-second check and replays all come here for trades that have a plan, so that one rule decides:
trading/rules/exit_plan.py.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import partial

from django.db import transaction

from trading import queueing
from trading.candles import candle_series
from trading.exits.bars import Bar, one_after_another
from trading.exits.closing import close
from trading.exits.level_changes import change, moment
from trading.exits.walk import Walk, settled_until
from trading.feed import events
from trading.market import wall_now
from trading.models import Account, EventType, ExitCheckpoint, LevelChange, StopHolder, Trade, TradeStatus
from trading.models.trade import TradeQuerySet
from trading.serializers import render_trades
from trading.stream import trigger_feed

Market = tuple[str, str]


def advance(trade_ids: Collection[int], bars: Sequence[Bar], *, since: int | None = None) -> int:
    """Let the bars (of one market, oldest first) pass over those of the trades that are OPEN, each account in a
    transaction of its own. Returns how many exits were carried out. Safe to repeat: bars from before a trade's levels
    were last changed say nothing about it.

    With `since` (epoch ms) bars count from there on, whenever the trades were opened.
    """
    if not bars:
        return 0
    by_account: dict[int, list[int]] = defaultdict(list)
    for pk, account_id in Trade.objects.filter(pk__in=trade_ids).order_by("pk").values_list("pk", "account_id"):
        by_account[account_id].append(pk)
    return sum(_advance(ids, bars, since) for _, ids in sorted(by_account.items()))


@transaction.atomic
def _advance(trade_ids: Collection[int], bars: Sequence[Bar], since: int | None) -> int:
    walks = {trade.pk: Walk(trade, since=since) for trade in lock_open(trade_ids)}
    count = 0
    while walks:
        exits = [exit_ for walk in walks.values() if (exit_ := walk.over(bars)) is not None]
        write_moves([walk for walk in walks.values() if walk.moves])
        count += close(exits) if exits else 0
        # What is open after its exit closed a portion there, and goes on in the same bar.
        ids = [exit_.trade_id for exit_ in exits]
        still_open = {trade.pk: trade for trade in _open(ids)} if ids else {}
        walks = {pk: walks[pk] for pk, trade in still_open.items() if _went_on(walks[pk], trade)}
    return count


def _went_on(walk: Walk, trade: Trade) -> bool:
    """Whether the exit closed a portion; a trade that is as it was would meet the same exit again."""
    before = (walk.trade.closed_quantity, walk.trade.targets_hit)
    walk.take_up(trade)
    return before != (trade.closed_quantity, trade.targets_hit)


def lock_open(trade_ids: Collection[int]) -> list[Trade]:
    """Those of the trades that are OPEN, locked after their accounts (which they have selected)."""
    owners = Trade.objects.filter(pk__in=trade_ids, status=TradeStatus.OPEN).values_list("account_id", flat=True)
    accounts = {account.pk: account for account in Account.objects.locked().filter(pk__in=set(owners))}
    trades = list(_open(trade_ids).locked().filter(account__in=accounts))
    for trade in trades:
        trade.account = accounts[trade.account_id]
    return trades


def _open(trade_ids: Collection[int]) -> TradeQuerySet:
    return Trade.objects.filter(pk__in=trade_ids, status=TradeStatus.OPEN).select_related("session", "signal")


_FIELDS = ["stop_loss", "stop_moved_by", "stop_held", "levels_since", "best_price", "worst_price", "updated_at"]


def write_moves(walks: Iterable[Walk]) -> None:
    """Save the stops that the walks have moved, of trades that the caller has locked."""
    listed = list(walks)
    if not listed:
        return
    rows: list[LevelChange] = []
    now = wall_now()
    for walk in listed:
        trade = walk.trade
        for move in walk.moves:
            at = moment(move.at_ms)
            rows += change(trade, stop=move.stop, target=trade.take_profit, moved_by=move.mover, at=at)
        trade.best_price, trade.worst_price = walk.best, walk.worst
        trade.updated_at = now
        follow_at_broker(trade)
        walk.moves = []
    trades = [walk.trade for walk in listed]
    LevelChange.objects.bulk_create(rows)
    Trade.objects.bulk_create(trades, update_conflicts=True, unique_fields=["id"], update_fields=_FIELDS)
    transaction.on_commit(partial(trigger_feed.publish, trades))
    tell(trades)


def follow_at_broker(trade: Trade) -> None:
    """The levels have changed, unsaved: at a broker, the stop is ours to watch until it has been taken over."""
    if not trade.account.is_paper:
        trade.stop_held = StopHolder.US
        transaction.on_commit(partial(queueing.send, "trading.amend_levels", trade.pk))


def tell(trades: Iterable[Trade]) -> None:
    """A TRADE_UPDATE for each; last in the transaction, as events.emit."""
    drafts: dict[int, list[events.Draft]] = defaultdict(list)
    listed = list(trades)
    for trade, payload in zip(listed, render_trades(listed), strict=True):
        drafts[trade.account.owner_id].append(events.Draft(EventType.TRADE_UPDATE, payload, trade.account_id))
    for owner_id in sorted(drafts):
        events.emit(owner_id, drafts[owner_id])


# --- what the candles tell


def settle(trade: Trade) -> None:
    """Carry out what the candles since the last check say about the trade, before a hand changes it."""
    advance([trade.pk], bars_since_check((trade.venue, trade.symbol), [trade.pk]))


def bars_since_check(market: Market, trade_ids: Collection[int]) -> list[Bar]:
    """The market's bars that the 30-second check has not seen yet, as far as they concern these trades."""
    since = min((settled_until(trade) for trade in _open(trade_ids)), default=None)
    if since is None:
        return []
    since = max(since, checked_until(market) or since)
    return one_after_another(candle_series(*market, since_ms=since), since)


def checked_until(market: Market) -> int | None:
    """Up to when (epoch ms) the market's trades were checked against its candles."""
    checkpoint = ExitCheckpoint.objects.filter(venue=market[0], symbol=market[1]).first()
    return None if checkpoint is None else int(checkpoint.checked_until.timestamp() * 1000)
