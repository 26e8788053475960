"""The markets of the accounts' brokers, streamed while sessions follow them."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Coroutine
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections

from brokers.interface import LiveBroker
from trading.brokerage.account_streams import AccountStreams
from trading.brokerage.source import BrokerSource
from trading.models import LIVE_STATUSES, Account, AutoTradingSession, Trade

logger = logging.getLogger(__name__)

LOOK_SECONDS = 3.0

Wanted = dict[str, tuple[int, tuple[str, ...]]]
Starter = Callable[[BrokerSource], Coroutine[Any, Any, None]]


def wanted_venues(held: set[int]) -> Wanted:
    """By venue: an account held here that can quote it, and the symbols that sessions and open trades there need."""
    close_old_connections()
    ours = {venue.partition(":")[0] for venue in settings.VENUES}
    symbols: dict[str, set[str]] = defaultdict(set)
    quoting: dict[str, int] = {}
    accounts = Account.objects.filter(is_enabled=True, credential__isnull=False).select_related("credential")
    for account in accounts.order_by("pk"):
        if account.venue in ours:
            continue
        for listed in AutoTradingSession.objects.attentive().filter(account=account).values_list("symbols", flat=True):
            symbols[account.venue].update(listed)
        open_trades = Trade.objects.filter(account=account, status__in=LIVE_STATUSES)
        symbols[account.venue].update(open_trades.values_list("symbol", flat=True))
        if account.pk in held:
            quoting.setdefault(account.venue, account.pk)
    return {venue: (pk, tuple(sorted(symbols[venue]))) for venue, pk in quoting.items() if symbols[venue]}


class BrokerVenues:
    """Starts and ends one stream a venue, as sessions and accounts come and go."""

    def __init__(self, accounts: AccountStreams, start: Starter) -> None:
        self._accounts = accounts
        self._start = start
        self._running: dict[str, tuple[LiveBroker, tuple[str, ...], asyncio.Task[None]]] = {}

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self._look()
                except Exception:
                    logger.exception("the brokers' markets could not be looked after; trying again")
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            for _, _, task in self._running.values():
                task.cancel()

    async def _look(self) -> None:
        brokers = self._accounts.brokers()
        wanted = await sync_to_async(wanted_venues)(set(brokers))
        for venue in list(self._running):
            broker, symbols, task = self._running[venue]
            keep = wanted.get(venue)
            if keep is None or brokers.get(keep[0]) is not broker or keep[1] != symbols or task.done():
                task.cancel()
                del self._running[venue]
        for venue, (account_id, symbols) in wanted.items():
            if venue not in self._running:
                broker = brokers[account_id]
                task = asyncio.create_task(self._start(BrokerSource(venue, broker, symbols)))
                self._running[venue] = (broker, symbols, task)
