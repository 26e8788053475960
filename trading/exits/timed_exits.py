"""Trades whose time is up."""

from datetime import datetime

from django.conf import settings

from brokers.interface import Quote
from trading.exits.closing import close
from trading.exits.exits import Exit
from trading.market import REPLAY_PREFIX, entry_as_quote, seen_quotes, wall_now
from trading.models import ExitReason, Trade, TradeStatus

_BATCH = 500


def close_timed_out(now: datetime | None = None) -> int:
    """Close the trades whose time is up, at the market. Returns how many exits were carried out or begun.

    One on paper whose market is silent waits for its next quote; a replay closes its own, in its own time.
    """
    moment = now or wall_now()
    due = Trade.objects.filter(status=TradeStatus.OPEN, time_exit_at__lte=moment).select_related("account")
    trades = list(due.exclude(venue__startswith=REPLAY_PREFIX).order_by("time_exit_at"))
    found = seen_quotes({(trade.venue, trade.symbol) for trade in trades}) if trades else {}
    exits = []
    for trade in trades:
        quote = found.get((trade.venue, trade.symbol))
        if not trade.account.is_paper:
            exits.append(Exit(trade.pk, ExitReason.TIME, quote or entry_as_quote(trade)))
        elif quote is not None and _is_fresh(quote, moment):
            exits.append(Exit(trade.pk, ExitReason.TIME, quote))
    return sum(close(exits[start : start + _BATCH]) for start in range(0, len(exits), _BATCH))


def _is_fresh(quote: Quote, moment: datetime) -> bool:
    return moment.timestamp() - quote.time <= settings.QUOTE_MAX_AGE
