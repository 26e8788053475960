"""The Procfile: the one place that says how each process is started, here and in containers."""

import os

from honcho.environ import parse_procfile

from config.environment import BASE_DIR
from config.supervise.errors import StartError


def processes() -> dict[str, str]:
    """Shell command by process name, in the order of the file."""
    return dict(parse_procfile((BASE_DIR / "Procfile").read_text(encoding="utf-8")).processes)


def become(name: str) -> None:
    """Turn this process into that one. Raises StartError when the Procfile has none of that name."""
    command = processes().get(name)
    if command is None:
        raise StartError(f"the Procfile has no process {name!r}; it has {', '.join(processes())}")
    os.chdir(BASE_DIR)
    os.execv("/bin/sh", ["/bin/sh", "-c", f"exec {command}"])
