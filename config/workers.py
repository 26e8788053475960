"""The kinds of worker: trading's, and the analyst, whose long tasks must never make a trade wait."""

import contextlib
import gc
import importlib
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery.signals import heartbeat_sent, worker_init, worker_ready
from celery.worker.autoscale import Autoscaler

from config.celery import ANALYTICS_QUEUES, TRADING_QUEUES, app


@dataclass(frozen=True, slots=True)
class WorkerKind:
    """`preloaded` are modules that all tasks need; what only some need is imported by these. Memory is in KiB."""

    queues: tuple[str, ...]
    preloaded: tuple[str, ...]
    most_memory_per_child: int
    prefetch: int
    niceness: int = 0
    shrinks: bool = False  # whether idle children end


KINDS = {
    "worker": WorkerKind(
        queues=TRADING_QUEUES,
        preloaded=(
            "trading.exits.sweep",
            "trading.exits.ticks",
            "trading.outbox",
            "trading.stream.strategy_runs",
        ),
        # A child that has loaded polars (or anything as large) for one task makes room when the task is done.
        most_memory_per_child=140_000,
        prefetch=4,
    ),
    "analyst": WorkerKind(
        queues=ANALYTICS_QUEUES,
        preloaded=(
            "analytics.daily.refresh",
            "analytics.jobs.finishing",
            "analytics.jobs.sweep",
            "analytics.quality.refusals",
            "analytics.track_record.checking",
        ),
        most_memory_per_child=800_000,  # a search keeps its candles and signals: about 350 MB
        prefetch=1,  # a task that waits behind a long one could have been another process's
        niceness=10,
        shrinks=True,
    ),
}


class IdleEnds(Autoscaler):
    """As many children as there are tasks, up to the most; what a search has taken is given back soon after it.

    The 20 seconds must be less than the 30 between two sweeps for backtests, which otherwise keep every child.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "keepalive": 20.0})


def run_worker(*, name: str, queues: Sequence[str] | None = None, concurrency: int = 2) -> int:
    """Work until a signal ends it: SIGTERM lets it finish what it holds. Returns the exit code.

    `name` is one of KINDS; it is the first part of the node's name, and that of the heartbeat.
    """
    kind = KINDS[name]
    if kind.niceness:
        _give_way(kind.niceness)

    def load(**_: Any) -> None:
        _load(kind.preloaded)

    def alive(**_: Any) -> None:
        from trading.stream.heartbeats import beat

        beat(name)

    worker_init.connect(load)
    worker_ready.connect(alive)
    heartbeat_sent.connect(alive)
    worker = app.Worker(
        hostname=f"{name}@{socket.gethostname()}",
        queues=list(queues or kind.queues),
        concurrency=concurrency,
        autoscale=[concurrency, 0] if kind.shrinks else None,
        autoscaler_cls=IdleEnds,
        prefetch_multiplier=kind.prefetch,
        max_memory_per_child=kind.most_memory_per_child,
        task_events=True,
        without_mingle=True,
        without_gossip=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _load(modules: Sequence[str]) -> None:
    """Before the children are forked, so that they share what the imports take."""
    for module in modules:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()  # or the children's collector would write to, and so copy, every page that they share


def _give_way(niceness: int) -> None:
    """Other processes of this machine come first; should memory run out, this one and its children go first."""
    os.nice(niceness)
    # Where Linux groups processes by session, which `./run` gives to each, it heeds the group's niceness alone.
    for file, value in (("autogroup", niceness), ("oom_score_adj", 300)):
        with contextlib.suppress(OSError):
            Path("/proc/self", file).write_text(str(value), encoding="ascii")
