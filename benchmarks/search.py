"""Trials of a search a second, by one process and by two: a grid of settings over a year of minutes, on PostgreSQL.

Aim: 1,000 settings over 525,600 candles in 30 s on two cores. The engine is compiled before the clock starts; loading
the candles, the figures and the rows in the database are part of what is measured. `--trials N` runs fewer.
"""

import argparse
import multiprocessing
import resource
import time
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from benchmarks.harness import django_on, machine

CANDLES = 525_600
FAST, STOP, SIZE = "strategies.0.params.fast", "default_stop_percent", "settings.sizing.percent"


def main(trials: int) -> None:
    print(machine(), flush=True)
    with django_on("postgres"):
        from django.conf import settings

        from tests.analytics.market import store_candles

        settings.BACKTEST_MAX_TRIALS = max(trials, settings.BACKTEST_MAX_TRIALS)
        Path(settings.CANDLE_DIR).mkdir(parents=True, exist_ok=True)
        store_candles(count=CANDLES)
        rates = {}
        for processes in (1, 2):
            seconds, memory = measure(processes, trials)
            rates[processes] = trials / seconds
            each = CANDLES * rates[processes] / 1e6
            print(
                f"  {processes} process{'es' if processes > 1 else ''}: {trials} trials in {seconds:.1f} s, "
                f"{rates[processes]:.1f} trials/s, {each:.1f} M candles/s, {memory:.0f} MiB each at most",
                flush=True,
            )
        print(f"  two processes: {rates[2] / rates[1]:.2f}x one")


def measure(processes: int, trials: int) -> tuple[float, float]:
    """Seconds for a search of so many trials by so many processes, and the largest of these, MiB."""
    from django.db import connections

    backtest_id = new_search(trials)
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    ready, sizes = context.Barrier(processes + 1), context.Queue()
    runners = [
        context.Process(target=runner, args=(backtest_id, f"runner {n}", ready, sizes)) for n in range(processes)
    ]
    for process in runners:
        process.start()
    ready.wait()
    started = time.perf_counter()
    for process in runners:
        process.join()
    seconds = time.perf_counter() - started
    from analytics.models import Trial

    assert Trial.objects.filter(backtest=backtest_id, status="DONE").count() == trials
    return seconds, max(sizes.get() for _ in runners)


def new_search(trials: int) -> int:
    """A running search with its trials written down: as many signals as fast averages, the rest over them."""
    from analytics.jobs.create import create_backtest
    from analytics.jobs.planning import plan_trials
    from analytics.models import Backtest
    from tests.analytics.market import data_of
    from tests.trading.factories import make_user
    from trading import queueing

    assert trials % 20 == 0, "a multiple of 20 is needed"
    space: dict[str, Any] = {
        FAST: {"values": [5, 7, 9, 11]},
        STOP: {"values": [0.3, 0.5, 0.7, 0.9, 1.1]},
        SIZE: {"values": [round(1 + 0.1 * step, 1) for step in range(trials // 20)]},
    }
    config = {
        "strategies": [{"name": "ema-cross", "params": {"slow": 55}}],
        "settings": {"sizing": {"method": "PERCENT", "percent": 1.0}},
    }
    with queueing.kept():
        backtest = create_backtest(
            owner_id=make_user().pk, kind="SWEEP", config=config, data=data_of(), search={"space": space}
        )
    Backtest.objects.filter(pk=backtest.pk).update(status="RUNNING")
    backtest.refresh_from_db()
    assert plan_trials(backtest) == trials
    return backtest.pk


def runner(backtest_id: int, name: str, ready: Barrier, sizes: Any) -> None:
    """What a worker process does, turn after turn."""
    import django

    django.setup()
    from analytics.jobs import steps
    from analytics.jobs.warming import warm_up
    from analytics.models import Trial
    from trading import queueing

    warm_up()
    ready.wait()
    with queueing.kept():
        while Trial.objects.filter(backtest=backtest_id, status="QUEUED").exists():
            steps.work(backtest_id=backtest_id, runner=name)
    sizes.put(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--trials", type=int, default=1000)
    main(asked.parse_args().trials)
