"""All accounts' connections in the streamer. An account is held by one streamer at a time (the gateway's hold on it);
the workers' requests to brokers that allow one connection a user come to it over Redis.
"""

import logging
import threading

import redis
from django.db import close_old_connections

from brokers.credentials import reveal
from brokers.errors import BrokerUnavailable
from brokers.gateway.server import GatewayServer
from brokers.interface import ConnectionState, ConnectionStatus, LiveBroker
from brokers.registry import live_broker_for
from trading import quiet
from trading.accounts.connection_state import store_connection
from trading.brokerage.account_stream import AccountStream
from trading.brokerage.pool import credential_of
from trading.models import Account

logger = logging.getLogger(__name__)

LOOK_SECONDS = 2.0


class AccountStreams:
    """Keeps a stream for every enabled account at a broker, and lets go of those that are closed or change keys."""

    def __init__(self, client: "redis.Redis") -> None:
        self._server = GatewayServer(client, self._broker_of)
        self._streams: dict[int, tuple[bytes, AccountStream]] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accounts", daemon=True)

    def start(self) -> None:
        self._server.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=5)
        self._server.stop()
        with self._lock:
            streams = [stream for _, stream in self._streams.values()]
            self._streams.clear()
        for stream in streams:
            stream.stop()

    def brokers(self) -> dict[int, LiveBroker]:
        """The adapters held here, by account."""
        with self._lock:
            return {pk: stream.broker for pk, (_, stream) in self._streams.items()}

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                close_old_connections()
                self._look()
            except Exception:
                logger.exception("the accounts' streams could not be looked after; trying again")
            self._stopped.wait(LOOK_SECONDS)

    def _look(self) -> None:
        accounts = {
            account.pk: account
            for account in Account.objects.filter(is_enabled=True, credential__isnull=False).select_related(
                "credential"
            )
        }
        self._server.serve(str(pk) for pk in accounts)
        held = {int(key) for key in self._server.held()}
        marks = {pk: bytes(credential_of(account).nonce) for pk, account in accounts.items() if pk in held}
        with self._lock:
            gone = [pk for pk, (mark, _) in self._streams.items() if marks.get(pk) != mark]
            ended = [self._streams.pop(pk)[1] for pk in gone]
        for stream in ended:
            stream.stop()
        for pk, mark in marks.items():
            try:
                self._begin(accounts[pk], mark)
            except Exception as error:
                quiet.warn(logger, "account %s cannot be connected (%s)", pk, type(error).__name__)
                told = f"Its keys cannot be used ({type(error).__name__})."
                store_connection(pk, ConnectionStatus(ConnectionState.REFUSED, error=told))

    def _begin(self, account: Account, mark: bytes) -> None:
        with self._lock:
            if account.pk in self._streams:
                return
            broker = live_broker_for(account.broker, reveal(credential=credential_of(account)))
            stream = AccountStream(account.pk, broker)
            self._streams[account.pk] = (mark, stream)
        stream.start()

    def _broker_of(self, reference: str) -> LiveBroker:
        """For the gateway: the adapter behind an account's number."""
        with self._lock:
            held = self._streams.get(int(reference))
        if held is None:
            raise BrokerUnavailable("The account's connection is not up yet.")
        return held[1].broker
