"""The brokers' tables."""

from brokers.models.credential import BrokerCredential, CredentialStatus
from brokers.models.instrument import InstrumentRecord

__all__ = ["BrokerCredential", "CredentialStatus", "InstrumentRecord"]
