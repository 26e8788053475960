"""The brokers' errors as answers: which status, which code, and the field that is meant."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rest_framework.exceptions import APIException, ValidationError

from brokers.catalog import BrokerClosed, UnknownBroker
from brokers.credentials import CredentialInUse, InvalidCredentials
from brokers.errors import AuthenticationFailed, BrokerError, BrokerUnavailable, RateLimited, WrongEnvironment
from brokers.vault import VaultError

_STATUS: tuple[tuple[type[BrokerError], int], ...] = (
    (AuthenticationFailed, 400),
    (BrokerClosed, 400),
    (UnknownBroker, 400),
    (BrokerUnavailable, 503),
    (RateLimited, 503),
    (CredentialInUse, 409),
    (VaultError, 409),
)


class BrokerRefusal(APIException):
    """An error answer with a code of its own, and messages by field."""

    def __init__(self, error: BrokerError, status: int, fields: Mapping[str, list[str]]) -> None:
        super().__init__(str(error) or "The broker refused.", error.code)
        self.status_code = status
        self.fields = dict(fields)
        if isinstance(error, RateLimited):
            self.wait = error.retry_after  # becomes the header Retry-After


@contextmanager
def answered(names: Mapping[str, str] | None = None, *, keys_field: str = "credentials") -> Iterator[None]:
    """Turn the brokers' errors into answers.

    `names` renames fields to those of the request; `keys_field` is the one blamed for keys that are not accepted.
    """
    try:
        yield
    except InvalidCredentials as error:
        raise ValidationError({(names or {}).get(key, key): value for key, value in error.fields.items()}) from None
    except BrokerError as error:
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 502)
        blamed = {(names or {}).get(key, key): value for key, value in _blamed(error, keys_field).items()}
        raise BrokerRefusal(error, status, blamed) from None


def _blamed(error: BrokerError, keys_field: str) -> dict[str, list[str]]:
    if isinstance(error, WrongEnvironment):
        return {"environment": [str(error)]}
    if isinstance(error, AuthenticationFailed):
        return {keys_field: [str(error)]}
    return {"broker": [str(error)]} if isinstance(error, BrokerClosed | UnknownBroker) else {}
