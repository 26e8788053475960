"""What Signalist reads from its environment, and the secrets it keeps in its data directory.

Used by the settings and by the supervisor, so that both see the same database, Redis and secret key.
"""

import os
import secrets
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"


def data_dir() -> Path:
    """Directory of the database, Redis, candles and logs (`SIGNALIST_DATA_DIR`, default `./var`)."""
    path = Path(os.environ.get("SIGNALIST_DATA_DIR") or BASE_DIR / "var").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def stored_secret(path: Path) -> str:
    """The secret kept in `path`; made on first use, readable by the owner alone."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        value = secrets.token_urlsafe(48)
        handle.write(value)
    return value


def secret_key(directory: Path) -> str:
    """Django's secret key: `SIGNALIST_SECRET_KEY`, else one generated once into the data directory."""
    return os.environ.get("SIGNALIST_SECRET_KEY") or stored_secret(directory / "secret.key")


def redis_url(directory: Path) -> str:
    """`REDIS_URL`, else the address that a running `./run` left in the data directory, else Redis's default."""
    if url := os.environ.get("REDIS_URL"):
        return url
    running = directory / "redis.url"
    return running.read_text(encoding="utf-8").strip() if running.exists() else DEFAULT_REDIS_URL


def database_url(directory: Path) -> str:
    """`DATABASE_URL`, else a SQLite file in the data directory."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{directory / 'signalist.sqlite3'}"
