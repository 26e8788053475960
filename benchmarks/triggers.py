"""A tick to the triggers it crosses, with 1k, 10k and 100k open trades on one symbol, each with a stop, a target and a
level at which its stop moves. Aim: <= 1 ms at 100k.
"""

import random
import time

from benchmarks.harness import machine, percentile
from trading.stream.trigger_index import TriggerIndex, Triggers

TICKS = 2000


def main() -> None:
    print(machine())
    columns = (("trades", 8), ("load ms", 9), ("quiet p50 us", 14), ("p99 us", 8), ("hits p50 us", 15), ("p99 us", 8))
    print(" ".join(f"{name:>{width}}" for name, width in (*columns, ("scan us", 9))))
    for count in (1_000, 10_000, 100_000):
        measure(count)


def rows_of(count: int) -> list[Triggers]:
    dice = random.Random(1)
    levels = ((99 - dice.random() * 10, 110 + dice.random() * 10, 101 + dice.random() * 8) for _ in range(count))
    return [Triggers(n, "sim", "ABC", 1, stop, target, move) for n, (stop, target, move) in enumerate(levels)]


def measure(count: int) -> None:
    rows, index = rows_of(count), TriggerIndex()
    started = time.perf_counter()
    index.load(rows)
    load = (time.perf_counter() - started) * 1000
    quiet = [timed(lambda: index.take("sim", "ABC", 100.0)) for _ in range(TICKS)]
    level = sorted((row.stop or 0.0 for row in rows), reverse=True)[9]
    busy = []
    for _ in range(200):
        busy.append(timed(lambda: index.take("sim", "ABC", level)))
        for row in rows:
            if row.trade_id not in index:
                index.put(row)
    scan = timed(lambda: [row for row in rows if row.stop >= 100 or row.target <= 100 or row.move <= 100])  # type: ignore[operator]
    print(
        f"{count:>8} {load:>9.1f} {percentile(quiet, 50):>14.1f} {percentile(quiet, 99):>8.1f}"
        f" {percentile(busy, 50):>15.1f} {percentile(busy, 99):>8.1f} {scan:>9.0f}"
        f"   scan / lookup {scan / percentile(busy, 50):,.0f}x"
    )


def timed(run: object) -> float:
    """Microseconds of one call."""
    started = time.perf_counter()
    run()  # type: ignore[operator]
    return (time.perf_counter() - started) * 1e6


if __name__ == "__main__":
    main()
