"""Looking for a secret everywhere that Signalist writes: the database, its file, Redis."""

import base64
import html
import json
import urllib.parse
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from trading.market import redis_client


def forms(secret: str) -> set[str]:
    """The secret as it is, and as URLs, HTML, JSON, base64 and hex would carry it."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        raw.hex(),
    }


def found_in(text: str, secrets: dict[str, str]) -> list[str]:
    """The names of the secrets that `text` holds in some form."""
    return [name for name, secret in secrets.items() if any(form in text for form in forms(secret))]


def database_text() -> str:
    """Every column of every row."""
    parts: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            parts += [_text(value) for row in cursor.fetchall() for value in row]
    return "\n".join(parts)


def database_files() -> str:
    """The bytes of SQLite's files; empty on another database."""
    if connection.vendor != "sqlite":
        return ""
    path = Path(str(connection.settings_dict["NAME"]))
    return "".join(_text(item.read_bytes()) for item in path.parent.glob(f"{path.name}*"))


def redis_text() -> str:
    """Every value of every key."""
    client: Any = redis_client()
    read = {
        b"string": client.get,
        b"hash": client.hgetall,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"stream": client.xrange,
    }
    return "\n".join(f"{key!r} {read[client.type(key)](key)!r}" for key in client.scan_iter())


def _text(value: Any) -> str:
    return bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


class Watch:
    """Collects what is said; `check` looks for the secrets in it, in the log, and in all that was stored."""

    def __init__(self, caplog: pytest.LogCaptureFixture, secrets: dict[str, str]) -> None:
        self._caplog = caplog
        self._secrets = secrets
        self.said: list[str] = []

    def __call__(self, response: Any) -> Any:
        self.said.append(response.content.decode() + str(dict(response.headers)))
        return response

    def check(self) -> None:
        places = {
            "an answer": "\n".join(self.said),
            "the log": self._caplog.text,
            "a log record": "\n".join(str(vars(record)) for record in self._caplog.records),
            "the database": database_text(),
            "the database's file": database_files(),
            "Redis": redis_text(),
        }
        found = {place: names for place, text in places.items() if (names := found_in(text, self._secrets))}
        assert not found, f"found in {found}"
