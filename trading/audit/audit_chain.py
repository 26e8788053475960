"""The hash chain of an owner's events: what was changed in the database, past the triggers, shows.

Each event's hash is the SHA-256 of the hash before it (none: an empty text), a line feed, and the event as canonical
JSON: `{"account", "actor", "created_at", "number", "owner", "payload", "type", "via"}`. The owner's counter holds the
last number and hash with a seal, an HMAC-SHA256 under a key that is derived from Django's secret key: who can write to
the database alone can compute a chain anew, and not its seal.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "signalist.events.seal"


def normalized(text: str) -> Any:
    """JSON text as the value that is hashed: the same before it is stored and after a database gave it back.

    PostgreSQL's jsonb keeps numbers as decimals, without exponents and without the sign of -0.0, so that a float which
    is a whole number comes back as an integer: here it is one from the start. Raises ValueError for what is no JSON.
    """
    return json.loads(text, parse_float=_number)


def _number(text: str) -> int | float:
    number = float(text)
    return int(Decimal(text)) if number.is_integer() else number


def event_hash(
    previous: str,
    *,
    owner: int,
    number: int,
    type: str,
    account: int | None,
    actor: int | None,
    via: str,
    payload: Any,
    created_at: datetime,
) -> str:
    """The event's link of the chain, in hex. `payload` is `normalized`; a NaN or an infinity in it is a ValueError."""
    content = {
        "account": account,
        "actor": actor,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "number": number,
        "owner": owner,
        "payload": payload,
        "type": type,
        "via": via,
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(f"{previous}\n{text}".encode()).hexdigest()


def seal(owner: int, last: int, head: str, secret: str | None = None) -> str:
    """The HMAC over the end of the owner's log: its last number and hash."""
    return salted_hmac(_SALT, f"{owner}:{last}:{head}", secret=secret, algorithm="sha256").hexdigest()


def is_sealed(owner: int, last: int, head: str, given: str) -> bool:
    """Whether the seal was made with the secret key, or with one of those before it."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(seal(owner, last, head, key), given) for key in keys)
