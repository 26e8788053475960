"""Secrets at rest: what was sealed comes back, and nothing that was touched does."""

import base64
import itertools
import os
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import vault
from brokers.interface import Secret
from brokers.models import BrokerCredential
from brokers.vault import BadKeyRing, KeyRing, Tampered, UnknownKey

KEYS = [bytes([number]) * 32 for number in range(1, 4)]


def text_of(*named: tuple[str, bytes]) -> str:
    return ",".join(f"{name}:{base64.b64encode(key).decode()}" for name, key in named)


RING = KeyRing.parse(text_of(("new", KEYS[0]), ("old", KEYS[1])))
OLD_RING = KeyRing.parse(text_of(("old", KEYS[1])))

names = st.sampled_from(["api_key", "api_secret", "password", "token"])
secrets = st.dictionaries(names, st.text(min_size=1, max_size=80).map(Secret), min_size=1)


def row(**values: object) -> BrokerCredential:
    settings = {"owner_id": 7, "broker": "deribit", "label": "mine", "environment": "live", "binding": uuid.uuid4()}
    return BrokerCredential(**{**settings, **values})


@given(secrets)
def test_what_was_sealed_comes_back(given_secrets: dict[str, Secret]) -> None:
    sealed = row()
    vault.seal(sealed, given_secrets, RING)
    assert vault.unseal(sealed, RING) == given_secrets
    assert sealed.key_id == "new"
    assert sealed.fields == sorted(given_secrets)


@given(st.text(min_size=12, max_size=80, alphabet=st.characters(min_codepoint=33, max_codepoint=126)))
def test_the_cipher_text_shows_nothing_and_never_repeats(text: str) -> None:
    one, other = row(), row()
    for sealed in (one, other):
        vault.seal(sealed, {"token": Secret(text)}, RING)
        assert text.encode() not in sealed.ciphertext
    assert one.ciphertext != other.ciphertext
    assert one.nonce != other.nonce


@given(st.data())
def test_any_flipped_bit_is_noticed(data: st.DataObject) -> None:
    sealed = row()
    vault.seal(sealed, {"token": Secret("a token of some length")}, RING)
    field = data.draw(st.sampled_from(["nonce", "ciphertext"]))
    changed = bytearray(getattr(sealed, field))
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= 1 << data.draw(st.integers(0, 7))
    setattr(sealed, field, bytes(changed))
    with pytest.raises(Tampered):
        vault.unseal(sealed, RING)


@given(st.sampled_from(["nonce", "ciphertext"]), st.binary(max_size=80))
def test_other_bytes_are_noticed(field: str, other: bytes) -> None:
    sealed = row()
    vault.seal(sealed, {"token": Secret("a token")}, RING)
    setattr(sealed, field, other)
    with pytest.raises(Tampered):
        vault.unseal(sealed, RING)


@pytest.mark.parametrize(
    "moved",
    [
        {"binding": uuid.uuid4()},
        {"owner_id": 8},
        {"broker": "delta"},
        {"environment": "test"},
    ],
)
def test_a_secret_does_not_move(moved: dict[str, object]) -> None:
    """Into another row, to another owner, to another broker or another environment."""
    sealed = row()
    vault.seal(sealed, {"token": Secret("a token")}, RING)
    for name, value in moved.items():
        setattr(sealed, name, value)
    with pytest.raises(Tampered, match="'mine'"):
        vault.unseal(sealed, RING)


def test_a_row_takes_no_other_rows_cipher_text() -> None:
    one, other = row(), row()
    vault.seal(one, {"token": Secret("one")}, RING)
    vault.seal(other, {"token": Secret("other")}, RING)
    other.nonce, other.ciphertext = one.nonce, one.ciphertext
    with pytest.raises(Tampered):
        vault.unseal(other, RING)


def test_a_label_may_change() -> None:
    sealed = row()
    vault.seal(sealed, {"token": Secret("one")}, RING)
    sealed.label = "another"
    assert vault.unseal(sealed, RING) == {"token": Secret("one")}


def test_two_keys() -> None:
    """What an older key wrote is read with the ring that holds both, and moved to the current one."""
    sealed = row()
    vault.seal(sealed, {"token": Secret("one")}, OLD_RING)
    assert sealed.key_id == "old"
    assert vault.unseal(sealed, RING) == {"token": Secret("one")}
    assert vault.reseal(sealed, RING) is True
    assert sealed.key_id == "new"
    assert vault.unseal(sealed, RING) == {"token": Secret("one")}
    assert vault.reseal(sealed, RING) is False
    with pytest.raises(UnknownKey, match="'new'"):
        vault.unseal(sealed, OLD_RING)


def test_a_key_of_the_same_name_is_not_the_same_key() -> None:
    sealed = row()
    vault.seal(sealed, {"token": Secret("one")}, OLD_RING)
    with pytest.raises(Tampered):
        vault.unseal(sealed, KeyRing.parse(text_of(("old", KEYS[2]))))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no key"),
        (" , ", "no key"),
        ("nothing", "key 1 is not written as id:base64"),
        (f"{text_of(('a', KEYS[0]))},x y:AAAA", "key 2 is not written"),
        ("a:???", "the key a is not base64"),
        ("a:QUJD", "the key a has 3 bytes, 32 are needed"),
        (text_of(("a", KEYS[0]), ("a", KEYS[1])), "the id a stands for two keys"),
    ],
)
def test_a_wrong_ring_is_named_without_its_keys(text: str, message: str) -> None:
    with pytest.raises(BadKeyRing, match=message) as caught:
        KeyRing.parse(text)
    assert "SIGNALIST_VAULT_KEYS" in str(caught.value)
    assert base64.b64encode(KEYS[0]).decode() not in str(caught.value)


def test_a_ring_prints_no_key() -> None:
    for key, shown in itertools.product(RING.keys.values(), (repr(RING), str(RING))):
        assert base64.b64encode(key).decode() not in shown
        assert repr(key) not in shown


def test_keys_may_be_url_safe() -> None:
    key = bytes([255]) * 32
    assert KeyRing.parse(f"a:{base64.urlsafe_b64encode(key).decode()}").keys["a"] == key


def test_the_settings_hold_a_ring() -> None:
    assert vault.key_ring().current == "k1"
    assert len(vault.key_ring().keys["k1"]) == 32


def test_a_generated_key_is_random() -> None:
    assert vault.key_ring().keys["k1"] != os.urandom(32)
    assert len(set(vault.key_ring().keys["k1"])) > 8
