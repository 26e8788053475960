"""The worker and the scheduler, started without Celery's command line, which takes 25 MB in each of them.

python -m config.celery_processes worker --queues a,b --concurrency 2
python -m config.celery_processes beat --schedule FILE
"""

import argparse
import sys
from collections.abc import Sequence

from config.celery import QUEUES, app


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal ends it: SIGTERM lets the worker finish what it holds. Returns its exit code."""
    given = _parser().parse_args(arguments)
    if given.process == "beat":
        app.Beat(scheduler="config.beat:HeartbeatScheduler", schedule=given.schedule, pidfile=None, quiet=True).run()
        return 0
    worker = app.Worker(
        queues=given.queues,
        concurrency=given.concurrency,
        task_events=True,
        without_mingle=True,
        without_gossip=True,
        quiet=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="config.celery_processes")
    processes = parser.add_subparsers(dest="process", required=True)
    worker = processes.add_parser("worker")
    worker.add_argument("--queues", default=",".join(QUEUES))
    worker.add_argument("--concurrency", type=int, default=2)
    beat = processes.add_parser("beat")
    beat.add_argument("--schedule", required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
