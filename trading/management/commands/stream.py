"""Run the streamer: quotes, candles, exits and strategy runs for the venues in SIGNALIST_VENUES and for those of the
accounts at brokers, whose connections it holds. It reads the users' Telegram bots, too.
"""

import asyncio
import contextlib
import signal
from typing import Any

import redis.asyncio
from django.conf import settings
from django.core.management.base import BaseCommand

from signals.marketdata.source import MarketSource
from trading.audit.actors import acting
from trading.brokerage.account_streams import AccountStreams
from trading.brokerage.venues import BrokerVenues
from trading.market import redis_client
from trading.sources import source_for
from trading.stream.heartbeats import beat
from trading.stream.streaming import VenueStream, heartbeat, owner_name
from trading.stream.trigger_index import TriggerIndex
from trading.stream.trigger_sync import TriggerSync
from trading.telegram.poller import TelegramBots


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        # The streamer is the system at work, and no person's command.
        with acting(None, ""), contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._run())

    async def _run(self) -> None:
        main = asyncio.current_task()
        if main is not None:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, main.cancel)
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, health_check_interval=10)
        index = TriggerIndex()
        sync = TriggerSync(index, client)
        owner = owner_name()
        streams = [VenueStream(source_for(venue, client), client, index, sync, owner) for venue in settings.VENUES]

        async def stream_venue(source: MarketSource) -> None:
            await VenueStream(source, client, index, sync, owner).run()

        accounts = AccountStreams(redis_client())
        accounts.start()
        venues = BrokerVenues(accounts, stream_venue)
        bots = TelegramBots(client, owner)
        try:
            await asyncio.gather(
                heartbeat(beat), sync.run(), venues.run(), bots.run(), *(stream.run() for stream in streams)
            )
        finally:
            await asyncio.to_thread(accounts.stop)
            await client.aclose()
