"""A download with a progress bar."""

import asyncio

from django.core.management.base import CommandError
from tqdm import tqdm

from brokers.instruments import remember_instruments
from signals.marketdata.download import Downloader, Progress, Series
from signals.marketdata.store import CandleStore


def download(series: Series, store: CandleStore, *, page: int) -> int:
    """Bring what the store lacks, and remember the instrument; returns the candles stored. Raises DownloadError.

    Interrupted, it keeps what has come, and the next download goes on from there; raises CommandError.
    """
    with tqdm(unit="candle", mininterval=0.5) as bar:

        def tell(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.done - bar.n)

        downloader = Downloader(series, store, page=page, tell=tell)
        try:
            instrument = asyncio.run(downloader.run())
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted: {downloader.stored} candles are stored; again, it goes on.") from None
        bar.refresh()
    remember_instruments([instrument])
    return downloader.stored
