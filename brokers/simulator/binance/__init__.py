"""Binance USDⓈ-M futures, as far as ccxt's binanceusdm goes."""

from aiohttp import web

from brokers.simulator.binance.wire import BinanceWire
from brokers.simulator.world import World


def routes(app: web.Application, world: World) -> None:
    BinanceWire(world).routes(app)
