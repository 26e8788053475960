"""Secrets at rest: AES-256-GCM under a ring of named keys. Nothing else reads or writes a row's cipher text.

Broker keys live here, and the secrets of other floors, too: whatever model has a `vault_binding` holds some.
"""

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.db.models import Model

from brokers.errors import BrokerError
from brokers.interface import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_VARIABLE = "SIGNALIST_VAULT_KEYS"


class VaultError(BrokerError):
    """The secrets of a row cannot be had. The message names the row, never what is in it."""

    code = "vault_error"


class UnknownKey(VaultError):
    """The row was written under a key that the ring does not hold."""

    code = "vault_key_unknown"


class Tampered(VaultError):
    """The row is not as it was written: changed, moved to another owner, or its cipher text taken from another row."""

    code = "credential_tampered"


class BadKeyRing(ValueError):
    """The key ring's text is wrong; the message says where, and shows no key."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys of 32 bytes by their id; `current` is the one that new secrets are written under."""

    keys: Mapping[str, bytes] = field(repr=False)
    current: str

    @classmethod
    def parse(cls, text: str) -> "KeyRing":
        """From "id:base64,id2:base64", the current key first. Raises BadKeyRing."""
        keys: dict[str, bytes] = {}
        for number, item in enumerate(filter(None, (part.strip() for part in text.split(","))), 1):
            key_id, colon, encoded = item.partition(":")
            if not colon or not _KEY_ID.fullmatch(key_id):
                raise BadKeyRing(f"{_VARIABLE}: key {number} is not written as id:base64")
            if key_id in keys:
                raise BadKeyRing(f"{_VARIABLE}: the id {key_id} stands for two keys")
            keys[key_id] = _decoded(key_id, encoded)
        if not keys:
            raise BadKeyRing(f"{_VARIABLE}: there is no key in it")
        return cls(keys, next(iter(keys)))


def _decoded(key_id: str, encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded.translate(str.maketrans("-_", "+/")), validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyRing(f"{_VARIABLE}: the key {key_id} is not base64") from None
    if len(key) != KEY_BYTES:
        raise BadKeyRing(f"{_VARIABLE}: the key {key_id} has {len(key)} bytes, {KEY_BYTES} are needed")
    return key


@lru_cache(maxsize=4)
def _parsed(text: str) -> KeyRing:
    return KeyRing.parse(text)


def key_ring() -> KeyRing:
    """The ring that the settings hold. Raises BadKeyRing."""
    return _parsed(settings.VAULT_KEYS)


class SealedRow(Protocol):
    """A row that holds secrets: `fields` are their names, `binding` is drawn at random for each row."""

    pk: Any
    owner_id: int
    binding: UUID
    key_id: str
    nonce: Any
    ciphertext: Any
    fields: Any

    @property
    def label(self) -> str: ...

    def vault_binding(self) -> list[Any]:
        """What the cipher text is bound to, as JSON values: the kind of row, `binding`, and all that must not change
        behind the secrets' back.
        """
        ...


def sealed_models() -> list[type[Model]]:
    """The models of every app whose rows hold secrets."""
    return [model for model in apps.get_models() if hasattr(model, "vault_binding")]


def seal(row: SealedRow, secrets: Mapping[str, Secret], ring: KeyRing | None = None) -> None:
    """Encrypt `secrets` into the row's fields under the ring's current key; the caller saves it."""
    ring = ring or key_ring()
    row.key_id, row.nonce = ring.current, os.urandom(NONCE_BYTES)
    row.fields = sorted(secrets)
    plain = json.dumps({name: secret.reveal() for name, secret in sorted(secrets.items())}).encode()
    row.ciphertext = AESGCM(ring.keys[ring.current]).encrypt(row.nonce, plain, _associated(row))


def unseal(row: SealedRow, ring: KeyRing | None = None) -> dict[str, Secret]:
    """The row's secrets by name. Raises UnknownKey, or Tampered when the row is not as it was written."""
    ring = ring or key_ring()
    key = ring.keys.get(row.key_id)
    if key is None:
        raise UnknownKey(
            f"The keys of {row.label!r} were encrypted under the vault key {row.key_id!r}, which {_VARIABLE} does not "
            "hold: bring that key back, or remove these and add them again."
        )
    try:
        plain = AESGCM(key).decrypt(bytes(row.nonce), bytes(row.ciphertext), _associated(row))
    except (InvalidTag, ValueError):  # ValueError: a nonce of a length that no nonce has
        raise Tampered(
            f"The keys of {row.label!r} are not as they were stored, and will not be used: remove them and add them "
            "again."
        ) from None
    return {name: Secret(text) for name, text in json.loads(plain).items()}


def reseal(row: SealedRow, ring: KeyRing | None = None) -> bool:
    """Encrypt the row anew under the current key; False where it is under it already. Raises as `unseal` does."""
    ring = ring or key_ring()
    if row.key_id == ring.current:
        return False
    seal(row, unseal(row, ring), ring)
    return True


def _associated(row: SealedRow) -> bytes:
    return json.dumps(row.vault_binding()).encode()
