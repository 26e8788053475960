"""Trading's worker and the analyst: who serves what, and that neither passes for the other."""

import itertools
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.celery import QUEUES, app
from config.celery_processes import _parser, main
from config.environment import BASE_DIR
from config.supervise.probe import LIMITS
from config.supervise.procfile import processes
from config.workers import KINDS, IdleEnds
from trading.stream.heartbeats import age

# Large, and of use to some tasks alone.
_HEAVY = {"ccxt", "numba", "optuna", "polars", "reportlab", "scipy", "talib"}


def test_each_queue_is_served_by_one_worker_of_the_procfile() -> None:
    served: dict[str, list[str]] = {}
    for name, command in processes().items():
        if " worker " in command:
            arguments = re.sub(r"\$\{\w+:-(\d+)\}", r"\1", command).split()[3:]
            given = _parser().parse_args(arguments)
            assert (given.name, tuple(given.queues)) == (name, KINDS[name].queues)
            served[name] = given.queues
    assert sorted(itertools.chain(*served.values())) == sorted(QUEUES), "each by one"
    assert served["analyst"] == ["analytics"], "what takes long holds up nothing else"
    assert set(KINDS) == set(served) <= set(LIMITS), "each with a heartbeat of its own"


@pytest.mark.parametrize("wrong", [["--concurrency", "0"], ["--concurrency", "many"], ["--name", "nobody"]])
def test_what_it_is_told_is_checked(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["worker", *wrong])
    assert wrong[0] in capsys.readouterr().err


def test_all_tasks_of_the_analytics_floor_are_the_analysts() -> None:
    app.loader.import_default_modules()
    not_ours = ("celery.", "tests.")  # other tests register tasks of their own
    floors = {name: name.split(".")[0] for name in app.tasks if not name.startswith(not_ours)}
    assert {"analytics", "trading", "signals"} == set(floors.values())
    for name, floor in floors.items():
        assert (app.tasks[name].queue == "analytics") == (floor == "analytics"), name
    for entry in app.conf.beat_schedule.values():
        assert entry["options"]["queue"] == app.tasks[entry["task"]].queue, entry


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("worker", {"analytics.jobs.sweep", "analytics.backtest.run"}),
        ("analyst", {"trading.outbox", "trading.exits.sweep", "trading.stream.strategy_runs"}),
    ],
)
def test_a_worker_loads_what_its_own_tasks_need_and_nothing_large(name: str, others: set[str]) -> None:
    script = "import sys, django; django.setup(); from config.workers import KINDS, _load, app; "
    script += f"app.loader.import_default_modules(); _load(KINDS[{name!r}].preloaded); print(*sys.modules)"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert set(KINDS[name].preloaded) <= loaded
    assert loaded & (_HEAVY | others) == set()


def test_idle_children_end_between_two_periodic_tasks() -> None:
    pool: Any = object()
    idle = IdleEnds(pool, 2, 0, worker=None, mutex=None).keepalive
    shortest = min(
        entry["schedule"] for entry in app.conf.beat_schedule.values() if entry["options"]["queue"] == "analytics"
    )
    assert idle < shortest


def _ask() -> Any:
    return app.control.inspect(timeout=2, limit=1)


@pytest.fixture
def analyst(tmp_path: Path, redis_url: str) -> Iterator[int]:
    """Its process id, once it is ready."""
    command = [sys.executable, "-m", "config.celery_processes", "worker", "--name", "analyst"]
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=BASE_DIR, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 60
    while not _ask().ping() and time.monotonic() < deadline:
        assert process.poll() is None, (tmp_path / "log").read_text()
    yield process.pid
    process.terminate()
    assert process.wait(timeout=30) == 0, "it ends in order"


@pytest.mark.stack
def test_the_analyst_gives_way_and_beats_for_itself_alone(analyst: int) -> None:
    ((node, answers),) = _ask().stats().items()
    assert node.startswith("analyst@")
    assert answers["autoscaler"]["current"] == 0, "idle, it has no child"
    assert age("analyst") is not None
    assert age("worker") is None, "the dashboard would not learn of a trading worker that is gone"
    assert os.getpriority(os.PRIO_PROCESS, analyst) == min(os.getpriority(os.PRIO_PROCESS, 0) + 10, 19)

    app.send_task("celery.accumulate", (1,), queue="analytics")
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answers = _ask().stats()[node]
        if answers["total"].get("celery.accumulate"):
            break
    assert answers["total"] == {"celery.accumulate": 1}
    assert answers["autoscaler"]["current"] == 1
