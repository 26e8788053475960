"""Trades closed a second by a worker: locks, orders, fills, ledger, statistics, events. Aim: >= 1,000 on PostgreSQL."""

import sys
import time

from benchmarks.harness import django_on, on_each_database, open_trades

TRADES = 6_000


def main(database: str) -> None:
    with django_on(database):
        from brokers.interface import Quote
        from trading.exits.exits import Exit, close_trades
        from trading.models import ExitReason, Trade, TradeStatus

        rates = {}
        for batch in (1, 20, 200, 500):
            count = TRADES if batch > 1 else 400
            open_trades(count)
            now = time.time()
            exits = []
            for pk, symbol, stop in Trade.objects.filter(status=TradeStatus.OPEN).values_list(
                "pk", "symbol", "stop_loss"
            ):
                assert stop is not None
                level = float(stop)
                quote = Quote("sim", symbol, level, level, level, now, now)
                exits.append(Exit(pk, ExitReason.STOP_LOSS, quote, level))
            started = time.perf_counter()
            closed = sum(len(close_trades(exits[at : at + batch])) for at in range(0, len(exits), batch))
            seconds = time.perf_counter() - started
            assert closed == count
            rates[batch] = closed / seconds
            print(f"  batches of {batch:>4}: {rates[batch]:>8,.0f} closes/s", flush=True)
        print(f"  batching gains {max(rates.values()) / rates[1]:.1f}x")


if __name__ == "__main__":
    if "--database" in sys.argv:
        main(sys.argv[sys.argv.index("--database") + 1])
    else:
        on_each_database("benchmarks.closes")
