"""The 30-second check of all open trades against the candles since the last one. Aim: 100k trades <= 2 s.

Then the same with a trailing stop on every tenth: those are walked bar by bar.
"""

import sys
import time

from benchmarks.harness import SYMBOLS, django_on, on_each_database, open_trades

MINUTES = 30


def main(database: str) -> None:
    with django_on(database):
        from trading.exits.sweep import check_open_trades
        from trading.models import ExitCheckpoint, Trade

        store_candles()
        have = 0
        for count in (1_000, 10_000, 100_000):
            open_trades(count - have)
            have = count
            ExitCheckpoint.objects.all().delete()
            first, again = timed(check_open_trades), timed(check_open_trades)
            print(
                f"{Trade.objects.count():>8} trades: all {MINUTES} minutes {first:.2f} s, nothing new {again:.2f} s",
                flush=True,
            )
        plan = {"trailing": {"kind": "PERCENT", "value": 20.0, "step": 0.1}, "tick_size": 0.01}
        planned = Trade.objects.filter(pk__in=Trade.objects.order_by("pk").values("pk")[: have // 10])
        planned.update(exit_plan=plan, best_price=100)
        ExitCheckpoint.objects.all().delete()
        first, again = timed(check_open_trades), timed(check_open_trades)
        print(f"{have // 10:>8} of them trailing: {first:.2f} s, nothing new {again:.2f} s", flush=True)


def timed(run: object) -> float:
    started = time.perf_counter()
    result = run()  # type: ignore[operator]
    assert result["closed"] == 0
    return time.perf_counter() - started


def store_candles() -> None:
    """Half an hour of five-second and one-minute candles for each symbol, that touch no level."""
    from signals.marketdata.candles import CandleArrays
    from signals.marketdata.window import CandleWindow
    from trading.market import redis_client

    now = int(time.time() * 1000)
    for timeframe, step in (("5s", 5_000), ("1m", 60_000)):
        start = now - MINUTES * 60_000 - now % step
        rows = [(t, 100.0, 100.5, 99.5, 100.0, 1.0) for t in range(start, now - step, step)]
        for symbol in range(SYMBOLS):
            CandleWindow(redis_client()).append_arrays("sim", f"B{symbol}", timeframe, CandleArrays.from_rows(rows))


if __name__ == "__main__":
    if "--database" in sys.argv:
        main(sys.argv[sys.argv.index("--database") + 1])
    else:
        on_each_database("benchmarks.sweep")
