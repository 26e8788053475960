"""What stands before the first process starts: the database's tables, the static files, the demo."""

import subprocess
import sys

from config.environment import BASE_DIR
from config.supervise.errors import StartError

_STEPS = (["migrate", "--verbosity=0"], ["collectstatic", "--noinput", "--verbosity=0"], ["seed_demo"])


def prepare(environment: dict[str, str]) -> str:
    """Migrate, collect the static files and seed the demo; returns its login line. Raises StartError."""
    output = ""
    for step in _STEPS:
        command = [sys.executable, "manage.py", *step]
        done = subprocess.run(command, env=environment, cwd=BASE_DIR, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StartError(f"`manage.py {' '.join(step)}` failed:\n{done.stdout}{done.stderr}")
        output = done.stdout
    return output.strip()
