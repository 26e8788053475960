"""What our layer adds to an order: place_order against ccxt's bare create_order, on the simulator, over real sockets.

The bare client only sends the order. Ours rounds and checks it, sends it, and reads its fills back: that is compared
with the bare client doing the same two requests, and with it doing the first alone.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from multiprocessing.connection import Connection
from typing import Any

from benchmarks.harness import machine, percentile
from brokers.interface import Credentials, OrderRequest, Secret, Side

ORDERS = 300
WARM_UP = 20
VENUES = {"binance": ("BTCUSDT", "0.001"), "delta": ("BTCUSD", "1"), "deribit": ("BTC-PERPETUAL", "10")}


def main() -> None:
    print(machine())
    ours, theirs = multiprocessing.Pipe()
    simulator = multiprocessing.get_context("spawn").Process(target=simulate, args=(theirs,), daemon=True)
    simulator.start()
    os.environ["SIGNALIST_SIMULATOR_URL"] = ours.recv()
    names = ("exchange", "bare ms", "bare+fills", "ours ms", "p99", "ours/bare", "ours/bare+fills")
    print(" ".join(f"{name:>15}" for name in names))
    for broker_id in VENUES:
        measure(broker_id)
    ours.send("end")
    simulator.join(10)


def simulate(pipe: Connection) -> None:
    """The simulator in a process of its own, so that it does not share our interpreter."""
    from brokers.simulator.server import running_simulator

    with running_simulator(seed=1) as running, suppress(EOFError):
        pipe.send(running.url)
        pipe.recv()


def measure(broker_id: str) -> None:
    from brokers.adapters.ccxt.factory import ccxt_broker

    keys = {"api_key": Secret("sim-key-1"), "api_secret": Secret("sim-secret-1")}
    broker = ccxt_broker(broker_id, Credentials(keys))
    exchange = broker._client.exchange
    exchange.enableRateLimit = False
    broker.connect()
    symbol, amount = VENUES[broker_id]
    instrument, quote = broker.get_instrument_info(symbol), broker.quote(symbol)
    unified, quantity = broker._book().unified(symbol), Decimal(amount)
    numbers = iter(range(10**9))

    def new_id() -> str:
        return f"sg{next(numbers):030x}"

    def side() -> Side:  # in turns, so that the position stays small
        return Side.BUY if next(numbers) % 4 < 2 else Side.SELL

    def bare() -> dict[str, Any]:
        params = broker.venue.id_params(new_id())
        return dict(exchange.create_order(unified, "market", side().lower(), float(quantity), None, params))

    def bare_with_fills() -> None:
        order = bare()
        if broker.venue.order_trades:
            exchange.fetch_order_trades(order["id"], unified)
        elif request := broker.venue.trades_request(order["id"]):
            exchange.fetch_my_trades(unified, None, None, request)
        else:
            exchange.fetch_my_trades(unified, int(time.time() * 1000) - 10_000)

    def ours() -> None:
        broker.place_order(OrderRequest(new_id(), symbol, side(), quantity), quote, instrument)

    taken = in_turns(bare, bare_with_fills, ours)
    one, two, three = (statistics.median(values) for values in taken)
    row = (one, two, three, percentile(taken[2], 99), three / one, three / two)
    print(f"{broker_id:>15} " + " ".join(f"{value:>15.2f}" for value in row), flush=True)
    broker.disconnect()


def in_turns(*runs: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each, run after run, so that the machine's moods fall on all alike."""
    taken: list[list[float]] = [[] for _ in runs]
    for number in range(ORDERS + WARM_UP):
        for run, values in zip(runs, taken, strict=True):
            started = time.perf_counter()
            run()
            if number >= WARM_UP:
                values.append((time.perf_counter() - started) * 1000)
    return taken


if __name__ == "__main__":
    main()
