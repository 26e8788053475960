"""What Signalist reads from its environment, and the secrets it keeps in its data directory.

Used by the settings and by the supervisor, so that both see the same database, Redis and secret key.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"


def data_dir() -> Path:
    """Directory of the database, Redis, candles and logs (`SIGNALIST_DATA_DIR`, default `./var`)."""
    path = Path(os.environ.get("SIGNALIST_DATA_DIR") or BASE_DIR / "var").expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def _random_secret() -> str:
    return secrets.token_urlsafe(48)


def _random_vault_key() -> str:
    return f"k1:{base64.b64encode(secrets.token_bytes(32)).decode()}"


def stored_secret(path: Path, make: Callable[[], str] = _random_secret) -> str:
    """The secret kept in `path`; made on first use, readable by the owner alone.

    Whoever is first, all processes that start together see one secret, and never half of it.
    """
    if not path.exists():
        descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # made with mode 600
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
                handle.write(make())
                handle.flush()
                os.fsync(handle.fileno())
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            os.unlink(draft)
    return path.read_text(encoding="utf-8").strip()


def secret_key(directory: Path) -> str:
    """Django's secret key: `SIGNALIST_SECRET_KEY`, else one generated once into the data directory."""
    return os.environ.get("SIGNALIST_SECRET_KEY") or stored_secret(directory / "secret.key")


def vault_keys(directory: Path) -> str:
    """The keys that broker credentials are encrypted with, "id:base64,id2:base64", the current one first.

    `SIGNALIST_VAULT_KEYS`, else those in the data directory's `vault.key`, which starts with one generated key.
    """
    return os.environ.get("SIGNALIST_VAULT_KEYS") or stored_secret(directory / "vault.key", _random_vault_key)


def redis_url(directory: Path) -> str:
    """`REDIS_URL`, else the address that a running `./run` left in the data directory, else Redis's default."""
    if url := os.environ.get("REDIS_URL"):
        return url
    running = directory / "redis.url"
    return running.read_text(encoding="utf-8").strip() if running.exists() else DEFAULT_REDIS_URL


def database_url(directory: Path) -> str:
    """`DATABASE_URL`, else a SQLite file in the data directory."""
    return os.environ.get("DATABASE_URL") or f"sqlite:///{directory / 'signalist.sqlite3'}"
