"""A connection to a broker that stays away is told, and its return."""

import logging
import time
from collections.abc import Callable

from django.db import DatabaseError, transaction

from brokers.interface import ConnectionState, ConnectionStatus
from trading.alerts import alerts
from trading.models import Account, AlertKind, Severity

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 15.0  # a reconnect takes a few seconds, and is nothing to tell


class ConnectionWatch:
    """Sees every state of one account's connection; it belongs to the thread that keeps the connection."""

    def __init__(self, account_id: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._account_id = account_id
        self._clock = clock
        self._lost_at: float | None = None
        self._told: bool | None = None  # None: not known yet what an earlier process has told

    def see(self, status: ConnectionStatus) -> None:
        """Tell the owner where it is time to. A database that does not answer is logged; the next state tries again."""
        try:
            if status.state in (ConnectionState.CONNECTED, ConnectionState.DEGRADED):
                self._lost_at = None
                if self._told is not False:
                    self._tell_back()
                    self._told = False
            elif not self._told and self._is_lost(status):
                self._tell_lost(status)
                self._told = True
        except DatabaseError:
            logger.exception("account %s: its connection's state could not be told", self._account_id)

    def _is_lost(self, status: ConnectionStatus) -> bool:
        now = self._clock()
        if self._lost_at is None:
            self._lost_at = now
        return status.state == ConnectionState.REFUSED or now - self._lost_at >= PATIENCE_SECONDS

    def _tell_lost(self, status: ConnectionStatus) -> None:
        account = Account.objects.get(pk=self._account_id)
        refused = status.state == ConnectionState.REFUSED
        why = f" ({status.error})" if status.error else ""
        what = "does not accept the account's keys" if refused else "cannot be reached"
        alerts.raise_alert(
            owner_id=account.owner_id,
            kind=AlertKind.CONNECTION,
            code="connection_refused" if refused else "connection_lost",
            severity=Severity.CRITICAL if refused else Severity.WARNING,
            message=f"{account.name}: {account.broker} {what}{why}.",
            account_id=account.pk,
            dedupe_key=self._key,
        )

    def _tell_back(self) -> None:
        account = Account.objects.get(pk=self._account_id)
        with transaction.atomic():
            unread = alerts.settle(owner_id=account.owner_id, dedupe_key=self._key)
            if unread or self._told:
                alerts.raise_alert(
                    owner_id=account.owner_id,
                    kind=AlertKind.CONNECTION,
                    code="connection_back",
                    severity=Severity.INFO,
                    message=f"{account.name}: {account.broker} is connected again.",
                    account_id=account.pk,
                )

    @property
    def _key(self) -> str:
        return f"connection:{self._account_id}"
