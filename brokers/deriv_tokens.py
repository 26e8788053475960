"""One Deriv token for each account type: the short way to connect Deriv, over the same vault as all keys."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brokers import credentials
from brokers.connection_check import DEMO, REAL, Check, check
from brokers.errors import AuthenticationFailed
from brokers.interface import Environment, Secret
from brokers.models import BrokerCredential, CredentialStatus

if TYPE_CHECKING:
    from django.db.models import QuerySet

BROKER = "deriv"
# Deriv's own app for trying its API out; the current API's tokens name the app that they were made for.
PUBLIC_APP_ID = "1089"
_LABELS = {DEMO: "Deriv demo token", REAL: "Deriv real token"}
_ENVIRONMENTS = {DEMO: Environment.TEST, REAL: Environment.LIVE}


@dataclass(frozen=True, slots=True)
class TokenState:
    """What Deriv last said to a token; empty where it never accepted it. `balance` in `currency`, a decimal string."""

    account_type: str
    account_id: str = ""
    balance: str = "0.00"
    currency: str = ""
    is_valid: bool = False


def tokens(*, owner_id: int, account_type: str | None = None) -> "QuerySet[BrokerCredential]":
    """The owner's stored Deriv tokens, the one stored last first."""
    own = BrokerCredential.objects.filter(owner=owner_id, broker=BROKER).order_by("-pk")
    return own if account_type is None else own.filter(environment=_ENVIRONMENTS[account_type].value)


def store(
    *, owner_id: int, token: Secret, account_type: str, app_id: str = "", api: str = ""
) -> tuple[BrokerCredential, TokenState]:
    """Try the token out and store it in the place of the one stored before for that account type.

    Raises AuthenticationFailed, other broker errors, InvalidCredentials naming the field.
    """
    secrets, found = _tried(token, account_type, app_id, api)
    label = _LABELS[account_type]
    known = BrokerCredential.objects.filter(owner=owner_id, broker=BROKER, label=label).first()
    if known is not None:
        row = credentials.replace(credential=known, secrets=secrets, account_id=found.account_id, checked=found)
    else:
        row = credentials.add(
            owner_id=owner_id,
            broker=BROKER,
            environment=_ENVIRONMENTS[account_type],
            secrets=secrets,
            label=label,
            account_id=found.account_id,
            checked=found,
        )
    return row, state_of(row)


def try_out(*, token: Secret, account_type: str, app_id: str = "", api: str = "") -> TokenState:
    """What Deriv says to a token that is not stored. Raises as `store` does."""
    _, found = _tried(token, account_type, app_id, api)
    return _state(account_type, found)


def revalidate(*, credential: BrokerCredential) -> TokenState:
    """Try a stored token out. One that Deriv does not accept (any more) is not valid, which is no error here."""
    try:
        credentials.validate(credential=credential)
    except AuthenticationFailed:
        credential.refresh_from_db()
    return state_of(credential)


def remove(*, owner_id: int, account_type: str | None = None) -> int:
    """Forget the tokens; returns how many there were. Raises CredentialInUse."""
    found = list(tokens(owner_id=owner_id, account_type=account_type))
    for row in found:
        credentials.remove(credential=row)
    return len(found)


def state_of(row: BrokerCredential) -> TokenState:
    facts = row.last_check
    account_type = DEMO if row.environment == Environment.TEST else REAL
    money: dict[str, str] = next(iter(facts.get("balances", [])), {})
    return TokenState(
        account_type=account_type,
        account_id=row.account_id,
        balance=_cents(money.get("total", "0")),
        currency=money.get("currency", ""),
        is_valid=row.status == CredentialStatus.VALID,
    )


def _tried(token: Secret, account_type: str, app_id: str, api: str) -> tuple[dict[str, Secret], Check]:
    app_id = app_id or os.environ.get("DERIV_APP_ID", "") or PUBLIC_APP_ID
    secrets = {"token": token, "app_id": Secret(app_id)} | ({"api": Secret(api)} if api else {})
    given = credentials.make(broker=BROKER, environment=_ENVIRONMENTS[account_type], secrets=secrets)
    found = check(BROKER, given)
    if found.account_type != account_type:
        raise credentials.InvalidCredentials(
            {"environment": f"The token reaches a {found.account_type} account, not a {account_type} one."}
        )
    return secrets, found


def _state(account_type: str, found: Check) -> TokenState:
    money = found.balances[0] if found.balances else None
    return TokenState(
        account_type=account_type,
        account_id=found.account_id,
        balance=_cents(f"{money.total:f}") if money else "0.00",
        currency=money.currency if money else "",
        is_valid=True,
    )


def _cents(amount: str) -> str:
    """With two places at least, as Deriv shows money."""
    whole, _, places = amount.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}"
