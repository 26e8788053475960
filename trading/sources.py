"""Which market source feeds a venue."""

import redis.asyncio
from django.conf import settings

from signals.marketdata.sim_state import SimStateStore
from signals.marketdata.source import MarketSource, SimulatedSource


def source_for(spec: str, client: "redis.asyncio.Redis") -> MarketSource:
    """The source of a SIGNALIST_VENUES item: "sim", or a ccxt exchange with symbols, "binance:BTC/USDT+ETH/USDT".

    Raises ValueError naming what is wrong.
    """
    venue, _, symbols = spec.partition(":")
    if venue == "sim":
        state = SimStateStore(client, settings.SIM_SEED, settings.DATA_DIR / f"sim-{settings.SIM_SEED}.json")
        return SimulatedSource(seed=settings.SIM_SEED, store=state)
    from signals.marketdata.ccxt_source import CcxtSource

    if not symbols:
        raise ValueError(f"SIGNALIST_VENUES: {venue} needs its symbols, as in {venue}:BTC/USDT+ETH/USDT")
    return CcxtSource(venue, symbols.split("+"))
