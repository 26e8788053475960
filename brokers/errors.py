"""What can go wrong at a broker: one family."""


class BrokerError(Exception):
    """Base of the family. `code` is stable and lower-case; the message is fit to be shown."""

    code = "broker_error"


class AuthenticationFailed(BrokerError):
    code = "authentication_failed"


class WrongEnvironment(AuthenticationFailed):
    """The keys work, but not for the environment that was asked for: play money for real money, or the reverse."""


class InsufficientFunds(BrokerError):
    code = "insufficient_funds"


class InvalidOrder(BrokerError):
    """The order breaks a rule of the broker or the instrument; the message says which."""

    code = "invalid_order"


class BrokerUnavailable(BrokerError):
    code = "broker_unavailable"


class OutcomeUnknown(BrokerError):
    """The order may or may not have reached the broker: look it up, never send it again blindly."""

    code = "outcome_unknown"


class RateLimited(BrokerError):
    """Too many requests; `retry_after` is in seconds."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
