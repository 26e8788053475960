"""manage.py rotate_keys: every row moves to the current key, whatever happens in between."""

import base64
import io
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from brokers import credentials, vault
from brokers.interface import Secret
from brokers.models import BrokerCredential
from tests.trading.factories import make_user

OLD, NEW = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))
ONLY_OLD, BOTH, ONLY_NEW = f"old:{OLD}", f"new:{NEW},old:{OLD}", f"new:{NEW}"


def rotate(**options: Any) -> str:
    out = io.StringIO()
    call_command("rotate_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.fixture
def rows(db: None, settings: Any) -> list[BrokerCredential]:
    """Five under the old key; the ring holds the new one, too."""
    settings.VAULT_KEYS = ONLY_OLD
    owner = make_user()
    made = [
        credentials.add(
            owner_id=owner.pk,
            broker="delta",
            environment="test",
            label=f"keys {number}",
            secrets={"api_key": Secret(f"the-key-{number}"), "api_secret": Secret(f"the-secret-{number}")},
        )
        for number in range(5)
    ]
    settings.VAULT_KEYS = BOTH
    return made


def texts() -> list[str]:
    """Each row's key, read through the vault."""
    return [vault.unseal(row)["api_key"].reveal() for row in BrokerCredential.objects.order_by("pk")]


def key_ids() -> list[str]:
    return list(BrokerCredential.objects.order_by("pk").values_list("key_id", flat=True))


EXPECTED = [f"the-key-{number}" for number in range(5)]


def test_every_row_moves(rows: list[BrokerCredential], settings: Any) -> None:
    said = rotate()
    assert key_ids() == ["new"] * 5
    settings.VAULT_KEYS = ONLY_NEW
    assert texts() == EXPECTED
    assert "5 re-encrypted under new." in said
    assert not any(secret in said for secret in (OLD, NEW, *EXPECTED))


def test_again_it_has_nothing_to_do(rows: list[BrokerCredential]) -> None:
    rotate()
    before = list(BrokerCredential.objects.order_by("pk").values_list("ciphertext", flat=True))
    assert "0 re-encrypted" in rotate()
    assert [bytes(item) for item in before] == [
        bytes(item) for item in BrokerCredential.objects.order_by("pk").values_list("ciphertext", flat=True)
    ]


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("where", ["before the row is written", "after it is written"])
def test_an_interruption_loses_nothing(
    rows: list[BrokerCredential], settings: Any, monkeypatch: pytest.MonkeyPatch, at: int, where: str
) -> None:
    original, calls = BrokerCredential.save, []

    def save(self: BrokerCredential, **kwargs: Any) -> None:
        calls.append(self.pk)
        if len(calls) > at:
            if where == "after it is written":
                original(self, **kwargs)
            raise KeyboardInterrupt
        original(self, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(BrokerCredential, "save", save)
        with pytest.raises(KeyboardInterrupt):
            rotate()
    assert key_ids() == ["new"] * at + ["old"] * (5 - at), "a row is whole under one key or the other"
    assert texts() == EXPECTED
    rotate()
    settings.VAULT_KEYS = ONLY_NEW
    assert texts() == EXPECTED


def test_a_row_that_cannot_be_read_holds_up_no_other(rows: list[BrokerCredential]) -> None:
    BrokerCredential.objects.filter(pk=rows[2].pk).update(ciphertext=b"something else")
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 could not be read"):
        call_command("rotate_keys", stdout=out, stderr=out)
    assert key_ids() == ["new", "new", "old", "new", "new"]
    assert f"credential {rows[2].pk}:" in out.getvalue()


def test_a_row_that_goes_meanwhile_is_passed_over(
    rows: list[BrokerCredential], monkeypatch: pytest.MonkeyPatch
) -> None:
    original = vault.reseal

    def reseal(row: BrokerCredential, ring: Any) -> bool:
        BrokerCredential.objects.filter(pk=rows[4].pk).delete()
        return original(row, ring)

    monkeypatch.setattr(vault, "reseal", reseal)
    assert "4 re-encrypted" in rotate()


def test_a_wrong_ring_is_told(rows: list[BrokerCredential], settings: Any) -> None:
    settings.VAULT_KEYS = f"new:{NEW[:-8]}"
    with pytest.raises(CommandError, match="SIGNALIST_VAULT_KEYS: the key new"):
        rotate()


class TestKeyFile:
    """Where the keys live in the data directory, the command writes them."""

    @pytest.fixture
    def path(self, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.delenv("SIGNALIST_VAULT_KEYS", raising=False)
        settings.DATA_DIR = tmp_path
        path = tmp_path / "vault.key"
        path.write_text(f"k1:{OLD}")
        return path

    def test_a_new_key_goes_in_front_and_old_ones_leave_when_unused(
        self, rows: list[BrokerCredential], path: Path, settings: Any
    ) -> None:
        settings.VAULT_KEYS = f"k1:{OLD},old:{OLD}"
        rotate()
        assert key_ids() == ["k1"] * 5
        said = rotate(new_key=True)
        ring = vault.KeyRing.parse(path.read_text())
        assert (ring.current, list(ring.keys)) == ("k2", ["k2", "k1"])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_text().split(",")[0].split(":")[1] not in said
        settings.VAULT_KEYS = path.read_text()
        assert "0 keys dropped, 2 kept" in rotate(drop_old_keys=True)
        rotate()
        assert "1 keys dropped, 1 kept" in rotate(drop_old_keys=True)
        settings.VAULT_KEYS = path.read_text()
        assert vault.key_ring().current == "k2"
        assert texts() == EXPECTED
        assert [item.name for item in path.parent.iterdir()] == ["vault.key"]

    @pytest.mark.parametrize("option", ["new_key", "drop_old_keys"])
    def test_keys_of_the_environment_are_changed_there(
        self, db: None, path: Path, monkeypatch: pytest.MonkeyPatch, option: str
    ) -> None:
        monkeypatch.setenv("SIGNALIST_VAULT_KEYS", f"k1:{OLD}")
        with pytest.raises(CommandError, match="SIGNALIST_VAULT_KEYS"):
            rotate(**{option: True})
        assert path.read_text() == f"k1:{OLD}"
