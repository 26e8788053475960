"""Re-encrypt every stored secret under the vault's current key."""

import argparse
import base64
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model, QuerySet

from brokers import vault
from brokers.signals import secrets_resealed

_AT_ONCE = 50
_EVERY = 100


class Command(BaseCommand):
    help = (
        "Re-encrypt stored secrets (broker keys, notification channels, Telegram bots) under the first key of "
        "SIGNALIST_VAULT_KEYS. Each row by itself: it may be interrupted at any moment and run again."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            "--new-key",
            action="store_true",
            help="first step: put a new key in front of those in the data directory's vault.key; then restart",
        )
        group.add_argument(
            "--drop-old-keys",
            action="store_true",
            help="last step: take the keys that no row uses any more out of the data directory's vault.key",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            ring = vault.key_ring()
        except vault.BadKeyRing as error:
            raise CommandError(str(error)) from None
        if options["new_key"]:
            self._add_key()
        elif options["drop_old_keys"]:
            self._drop_old_keys()
        else:
            self._rotate(ring)

    def _rotate(self, ring: vault.KeyRing) -> None:
        total = sum(_behind(model, ring).count() for model in vault.sealed_models())
        self.stdout.write(f"{total} rows are not under the key {ring.current} yet.")
        done = failed = 0
        for model in vault.sealed_models():
            last: Any = 0
            while waiting := _waiting(model, ring, last):
                for last in waiting:
                    try:
                        done += _rotate_row(model, last, ring)
                    except vault.VaultError as error:
                        failed += 1
                        self.stderr.write(f"{model._meta.verbose_name} {last}: {error}")
                    if (done + failed) % _EVERY == 0:
                        self.stdout.write(f"{done + failed} of {total}")
        self.stdout.write(f"{done} re-encrypted under {ring.current}.")
        if failed:
            raise CommandError(f"{failed} could not be read and were left as they are.")

    def _add_key(self) -> None:
        path = _key_file()
        text = path.read_text(encoding="utf-8").strip()
        taken = vault.KeyRing.parse(text).keys
        number = next(number for number in range(1, len(taken) + 2) if f"k{number}" not in taken)
        new = base64.b64encode(secrets.token_bytes(vault.KEY_BYTES)).decode()
        _replace(path, f"k{number}:{new},{text}")
        self.stdout.write(f"{path} starts with the new key k{number}. Restart Signalist, then run rotate_keys.")

    def _drop_old_keys(self) -> None:
        path = _key_file()
        ring = vault.KeyRing.parse(path.read_text(encoding="utf-8").strip())
        used = {ring.current}
        for model in vault.sealed_models():
            used |= set(model._default_manager.order_by().values_list("key_id", flat=True).distinct())
        kept = [f"{name}:{base64.b64encode(key).decode()}" for name, key in ring.keys.items() if name in used]
        _replace(path, ",".join(kept))
        self.stdout.write(f"{len(ring.keys) - len(kept)} keys dropped, {len(kept)} kept.")


def _behind(model: type[Model], ring: vault.KeyRing) -> "QuerySet[Any]":
    return model._default_manager.exclude(key_id=ring.current)


def _waiting(model: type[Model], ring: vault.KeyRing, after: int) -> list[int]:
    rows = _behind(model, ring).filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:_AT_ONCE])


def _rotate_row(model: type[Model], pk: int, ring: vault.KeyRing) -> int:
    """1 when the row was re-encrypted; 0 when it is gone, or was done by somebody else meanwhile."""
    with transaction.atomic():
        row: Any = model._default_manager.select_for_update().filter(pk=pk).first()
        before = row and row.key_id
        if row is None or not vault.reseal(row, ring):
            return 0
        row.save(update_fields=["key_id", "nonce", "ciphertext", "fields"])
        secrets_resealed.send(model, row=row, before=before)
        return 1


def _key_file() -> Path:
    if os.environ.get("SIGNALIST_VAULT_KEYS"):
        raise CommandError("The keys come from SIGNALIST_VAULT_KEYS: change them there, the new one first.")
    return Path(settings.DATA_DIR) / "vault.key"


def _replace(path: Path, text: str) -> None:
    """All or nothing, readable by the owner alone."""
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    os.replace(draft, path)
