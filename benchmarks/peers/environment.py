"""The environment of the other engines: made once, beside Signalist's data, and never mixed with its own packages."""

import subprocess
import sys
from pathlib import Path

PACKAGES = ("backtesting==0.6.6", "vectorbt==1.2.0", "numpy==2.4.6", "numba==0.68.1", "pandas==3.1.1")


def python_of(folder: Path) -> Path:
    """The environment's Python; made, and its packages installed, where that is not so yet."""
    python, stamp = folder / "bin" / "python", folder / "installed.txt"
    wanted = "\n".join(PACKAGES)
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"Installing {', '.join(PACKAGES)} into {folder} ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PACKAGES]
        subprocess.run(command, check=True)
        stamp.write_text(wanted)
    return python
