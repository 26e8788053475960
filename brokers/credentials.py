"""Keys to brokers: stored, tried out, removed. Their text leaves the vault here, for the length of a call."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from brokers import vault
from brokers.catalog import BrokerClosed, BrokerInfo, UnknownBroker, brokers, open_broker
from brokers.connection_check import Check, check
from brokers.errors import AuthenticationFailed, BrokerError
from brokers.interface import Credentials, Environment, Secret
from brokers.models import BrokerCredential, CredentialStatus
from brokers.redaction import redact, texts_of
from brokers.signals import credential_added, credential_checked, credential_removed, credential_replaced

if TYPE_CHECKING:
    from django.db.models import QuerySet

LONGEST_SECRET = 8192
LONGEST_ERROR = 200
_ENVIRONMENTS = {
    **dict.fromkeys(("live", "real", "production", "mainnet"), Environment.LIVE),
    **dict.fromkeys(("test", "testnet", "demo", "sandbox", "paper"), Environment.TEST),
}


class InvalidCredentials(BrokerError):
    """What was given cannot be keys of that broker; `fields` holds messages by the name of the field."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = {name: [message] for name, message in fields.items()}
        super().__init__("; ".join(f"{name}: {message}" for name, message in fields.items()))


class CredentialInUse(BrokerError):
    """An account is reached with these keys."""

    code = "in_use"


def make(
    *, broker: str, environment: Environment | str, secrets: Mapping[str, Secret], account_id: str = ""
) -> Credentials:
    """Credentials that are complete for that broker. Raises InvalidCredentials naming each field that is wrong."""
    try:
        info = open_broker(broker)
    except UnknownBroker as error:
        raise InvalidCredentials({"broker": str(error)}) from None
    wrong = _wrong_fields(info, secrets)
    if environment == Environment.TEST and not info.testnet_available:
        wrong["environment"] = f"{info.name} has no test environment."
    if wrong:
        raise InvalidCredentials(wrong)
    given = {name: Secret(text) for name, secret in secrets.items() if (text := secret.reveal().strip())}
    return Credentials(given, Environment(environment), account_id)


def _wrong_fields(info: BrokerInfo, secrets: Mapping[str, Secret]) -> dict[str, str]:
    """Messages by field; none repeats what was given."""
    wrong = {}
    for name in secrets:
        if info.field(name) is None:
            wrong[f"credentials.{name[:30]}"] = f"{info.name} has no such field."
    for field in info.credentials:
        text = secrets[field.name].reveal().strip() if field.name in secrets else ""
        if not text and field.required:
            wrong[f"credentials.{field.name}"] = f"{field.label}: {info.name} needs it."
        elif len(text) > LONGEST_SECRET or not all(char.isprintable() or char in "\r\n" for char in text):
            wrong[f"credentials.{field.name}"] = f"{field.label}: this is not one."
        elif text and field.choices and text not in field.choices:
            wrong[f"credentials.{field.name}"] = f"{field.label}: one of {', '.join(field.choices)}."
    return wrong


def add(
    *,
    owner_id: int,
    broker: str,
    environment: Environment | str,
    secrets: Mapping[str, Secret],
    label: str = "",
    account_id: str = "",
    checked: Check | None = None,
) -> BrokerCredential:
    """Store keys, encrypted. With `checked`, what the broker said to them, they are VALID from the start.

    Raises InvalidCredentials naming the field, BrokerClosed.
    """
    given = make(broker=broker, environment=environment, secrets=secrets, account_id=account_id)
    row = BrokerCredential(
        owner_id=owner_id,
        broker=broker,
        label=label or _free_label(owner_id, broker, given.environment),
        environment=given.environment.value,
        account_id=account_id,
    )
    vault.seal(row, given.secrets)
    if checked is not None:
        _note(row, checked)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            credential_added.send(BrokerCredential, credential=row)
    except IntegrityError:
        raise _label_taken() from None
    return row


def need_free_label(*, owner_id: int, label: str) -> None:
    """Raises InvalidCredentials when the owner has keys of that name."""
    if label and BrokerCredential.objects.filter(owner=owner_id, label=label).exists():
        raise _label_taken()


def _label_taken() -> InvalidCredentials:
    return InvalidCredentials({"label": "You have keys of that name."})


def replace(
    *, credential: BrokerCredential, secrets: Mapping[str, Secret], account_id: str, checked: Check
) -> BrokerCredential:
    """Put other keys, tried out already, in the place of the row's; the accounts that use them stay connected to it.

    Raises InvalidCredentials naming the field.
    """
    given = make(broker=credential.broker, environment=credential.environment, secrets=secrets, account_id=account_id)
    with transaction.atomic():
        row = _locked(credential)
        before = row.shown()
        row.account_id = account_id
        vault.seal(row, given.secrets)
        _note(row, checked)
        row.save()
        credential_replaced.send(BrokerCredential, credential=row, before=before)
    return row


def remove(*, credential: BrokerCredential) -> None:
    """Forget the keys. Raises CredentialInUse while an account is reached with them."""
    try:
        with transaction.atomic():
            row = _locked(credential)
            credential_removed.send(BrokerCredential, credential=row)
            row.delete()
    except ProtectedError:
        raise CredentialInUse(f"An account is reached with {credential.label!r}; close the account first.") from None


def validate(*, credential: BrokerCredential, symbols: Sequence[str] = ()) -> Check:
    """Try the stored keys out, look `symbols` up while at it, and note what came of the keys.

    Raises AuthenticationFailed (they are INVALID then), other broker errors (noted, the status stays), VaultError.
    """
    given = reveal(credential=credential)
    try:
        found = check(credential.broker, given, symbols=symbols)
    except BrokerError as error:
        _note_failure(credential, error, texts_of(given))
        raise
    with transaction.atomic():
        row = _locked(credential)
        _note(row, found)
        row.save(update_fields=["status", "checked_at", "error", "account_id", "last_check"])
        credential_checked.send(BrokerCredential, credential=row)
    credential.refresh_from_db()
    return found


def reveal(*, credential: BrokerCredential) -> Credentials:
    """The stored keys, to be handed to an adapter at once and kept nowhere. Raises VaultError."""
    return Credentials(vault.unseal(credential), Environment(credential.environment), credential.account_id)


def from_environment(broker: str, variables: Mapping[str, str] | None = None) -> Credentials | None:
    """Keys from {BROKER}_API_KEY, {BROKER}_API_SECRET, {BROKER}_PASSWORD (DERIV_TOKEN, DERIV_APP_ID), or None.

    {BROKER}_ENVIRONMENT is live or test; without it they are for the test environment, where there is one.
    {BROKER}_ACCOUNT_ID picks an account. Raises InvalidCredentials naming the variable, UnknownBroker, BrokerClosed.
    """
    variables = os.environ if variables is None else variables
    info, prefix = open_broker(broker), broker.upper()
    found = {item.name: variables.get(f"{prefix}_{item.name.upper()}", "").strip() for item in info.credentials}
    if not any(found[item.name] for item in info.credentials if item.secret):
        return None
    missing = {
        f"{prefix}_{item.name.upper()}": f"{info.name} needs it."
        for item in info.credentials
        if item.required and not found[item.name]
    }
    given = variables.get(f"{prefix}_ENVIRONMENT", "").strip().lower()
    default = Environment.TEST if info.testnet_available else Environment.LIVE
    environment = _ENVIRONMENTS.get(given) if given else default
    if environment is None:
        missing[f"{prefix}_ENVIRONMENT"] = "It is live or test."
    elif environment == Environment.TEST and not info.testnet_available:
        missing[f"{prefix}_ENVIRONMENT"] = f"{info.name} has no test environment."
    if missing or environment is None:
        raise InvalidCredentials(missing)
    secrets = {name: Secret(text) for name, text in found.items() if text}
    return Credentials(secrets, environment, variables.get(f"{prefix}_ACCOUNT_ID", "").strip())


def import_from_environment(*, owner_id: int, variables: Mapping[str, str] | None = None) -> list[BrokerCredential]:
    """Store the environment's keys as the owner's, under "<Broker> (environment)"; again, it stores what changed.

    Raises InvalidCredentials naming the variable.
    """
    stored = []
    for info in brokers():
        try:
            given = from_environment(info.id, variables)
        except (UnknownBroker, BrokerClosed):
            continue
        if given is not None and (row := _import(owner_id, info, given)) is not None:
            stored.append(row)
    return stored


def _import(owner_id: int, info: BrokerInfo, given: Credentials) -> BrokerCredential | None:
    label = f"{info.name} (environment)" if given.environment == Environment.LIVE else f"{info.name} test (environment)"
    known = BrokerCredential.objects.filter(owner=owner_id, label=label, broker=info.id).first()
    if known is None:
        return add(
            owner_id=owner_id,
            broker=info.id,
            environment=given.environment,
            secrets=given.secrets,
            label=label,
            account_id=given.account_id,
        )
    with transaction.atomic():
        row = _locked(known)
        if row.account_id == given.account_id and vault.unseal(row) == given.secrets:
            return None
        before = row.shown()
        row.account_id, row.status, row.error = given.account_id, CredentialStatus.UNTESTED, ""
        vault.seal(row, given.secrets)
        row.save()
        credential_replaced.send(BrokerCredential, credential=row, before=before)
    return row


def _locked(credential: BrokerCredential) -> BrokerCredential:
    rows: QuerySet[BrokerCredential] = BrokerCredential.objects.select_for_update()
    return rows.get(pk=credential.pk)


def _note(row: BrokerCredential, found: Check) -> None:
    row.status, row.checked_at, row.error = CredentialStatus.VALID, timezone.now(), ""
    row.account_id = row.account_id or found.account_id[:64]
    row.last_check = found.facts()


def _note_failure(credential: BrokerCredential, error: BrokerError, secrets: frozenset[str]) -> None:
    values: dict[str, Any] = {"checked_at": timezone.now(), "error": redact(str(error), secrets)[:LONGEST_ERROR]}
    if isinstance(error, AuthenticationFailed):
        values["status"] = CredentialStatus.INVALID
    with transaction.atomic():
        row = _locked(credential)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        credential_checked.send(BrokerCredential, credential=row)
    credential.refresh_from_db()


def _free_label(owner_id: int, broker: str, environment: Environment) -> str:
    """The broker's name and environment, with a number where the owner has that label already."""
    name = open_broker(broker).name + (" test" if environment == Environment.TEST else "")
    taken = set(BrokerCredential.objects.filter(owner=owner_id, label__startswith=name).values_list("label", flat=True))
    numbers = (int(found[1]) for label in taken if (found := re.fullmatch(rf"{re.escape(name)} (\d{{1,6}})", label)))
    return name if name not in taken else f"{name} {max(numbers, default=1) + 1}"
