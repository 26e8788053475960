"""Admin pages of the brokers: the instrument cache, and keys without their text."""

from brokers.admin import credentials, instruments

__all__ = ["credentials", "instruments"]
