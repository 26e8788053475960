"""The workers and the scheduler, started without Celery's command line, which takes 25 MB in each of them.

python -m config.celery_processes worker --name analyst --queues a,b --concurrency 2
python -m config.celery_processes beat --schedule FILE
"""

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal ends it. Returns the exit code."""
    given = _parser().parse_args(arguments)
    if given.process == "beat":
        from config.celery import app

        app.Beat(scheduler="config.beat:HeartbeatScheduler", schedule=given.schedule, pidfile=None, quiet=True).run()
        return 0
    from config.workers import run_worker

    return run_worker(name=given.name, queues=given.queues, concurrency=given.concurrency)


def _count(text: str) -> int:
    """Raises ValueError: without one process nothing would ever be done."""
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="config.celery_processes")
    processes = parser.add_subparsers(dest="process", required=True)
    worker = processes.add_parser("worker")
    worker.add_argument("--name", choices=("worker", "analyst"), default="worker")
    worker.add_argument("--queues", type=lambda names: names.split(","), help="comma-separated; by default, the kind's")
    worker.add_argument("--concurrency", type=_count, default=2)
    beat = processes.add_parser("beat")
    beat.add_argument("--schedule", required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main())
