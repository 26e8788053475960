"""What can be wrong with a notification."""


class InvalidAddress(ValueError):
    """An address that nothing is sent to. The message does not repeat it."""


class NotDelivered(Exception):
    """The service did not take the message; the text says why, without anything of the address."""
