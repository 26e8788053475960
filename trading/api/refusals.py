"""The account services' refusals as answers."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.exceptions import ValidationError

from brokers.api.errors import answered
from trading.accounts.account_checks import AccountConflict, InvalidAccount
from trading.api.idempotent import Conflict


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the services of accounts raise into errors of the API, and their brokers' errors too."""
    try:
        # An account's mode is what its keys' environment is called there.
        with answered({"environment": "mode"}, keys_field="credential"):
            yield
    except InvalidAccount as error:
        raise ValidationError(error.fields) from None
    except AccountConflict as error:
        raise Conflict(str(error), error.code) from None
