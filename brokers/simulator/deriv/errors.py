"""What the desk refuses, in Deriv's own codes."""

from collections.abc import Mapping


class Refused(Exception):
    """A call that is answered with an error. `details` names the offending field, where there is one."""

    def __init__(self, code: str, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = dict(details or {})


def invalid(field: str, message: str) -> Refused:
    """A purchase that breaks a rule of the contract."""
    return Refused("ContractBuyValidationError", message, {"field": field})
