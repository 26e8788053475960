"""One account's connection in the streamer: its order updates booked as they come, its state told every two seconds."""

import logging
import queue
import threading

from django.db import close_old_connections

from brokers.errors import AuthenticationFailed, BrokerError
from brokers.interface import ConnectionState, ConnectionStatus, LiveBroker, OrderReport
from trading import queueing
from trading.accounts.connection_state import store_connection
from trading.brokerage.apply import apply_report
from trading.brokerage.connection_alerts import ConnectionWatch
from trading.brokerage.matching import find_order
from trading.models import Account, OrderPurpose

logger = logging.getLogger(__name__)

STATUS_SECONDS = 2.0
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_SETTLE_SECONDS = 3.0  # an order's own task may still be booking what the stream tells of it


class AccountStream:
    """Owns the account's adapter in this process. `stop` ends its threads and disconnects."""

    def __init__(self, account_id: int, broker: LiveBroker) -> None:
        self.account_id = account_id
        self.broker = broker
        self._reports: queue.Queue[OrderReport | None] = queue.Queue()
        self._stopped = threading.Event()
        self._reconnects = 0
        self._alerts = ConnectionWatch(account_id)
        self._threads = [
            threading.Thread(target=target, name=f"account-{account_id}-{name}", daemon=True)
            for name, target in (("orders", self._drain), ("connection", self._keep))
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._reports.put(None)
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(timeout=5)
        try:
            self.broker.disconnect()
        except BrokerError as error:
            logger.warning("account %s: %s", self.account_id, error)

    def _keep(self) -> None:
        """Connect, and again after failures with a growing pause; then watch the connection."""
        pause = _FIRST_PAUSE
        while not self._stopped.is_set():
            try:
                self.broker.connect()
                self.broker.subscribe_orders(self._reports.put)
                self._reconcile()
                pause = _FIRST_PAUSE
                self._watch()
            except AuthenticationFailed as error:
                self._tell(ConnectionStatus(ConnectionState.REFUSED, error=str(error)))
                pause = _LONGEST_PAUSE
            except BrokerError as error:
                self._tell(ConnectionStatus(ConnectionState.DISCONNECTED, error=str(error)))
            except Exception as error:
                logger.exception("account %s: its connection failed", self.account_id)
                self._tell(ConnectionStatus(ConnectionState.DISCONNECTED, error=type(error).__name__))
            self._stopped.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _watch(self) -> None:
        """Tell the state until the adapter gives up; reconcile whenever it has reconnected."""
        while not self._stopped.is_set():
            status = self.broker.get_connection_status()
            self._tell(status)
            if status.state == ConnectionState.REFUSED:
                raise AuthenticationFailed(status.error or "The broker does not accept the keys.")
            if status.reconnects > self._reconnects and status.state == ConnectionState.CONNECTED:
                self._reconnects = status.reconnects
                self._reconcile()
            self._stopped.wait(STATUS_SECONDS)

    def _reconcile(self, after: float = 0) -> None:
        queueing.send("trading.reconcile_account", self.account_id, after=after)

    def _tell(self, status: ConnectionStatus) -> None:
        store_connection(self.account_id, status)
        close_old_connections()
        self._alerts.see(status)

    def _drain(self) -> None:
        while (report := self._reports.get()) is not None:
            close_old_connections()
            try:
                self._book(report)
            except Exception:
                logger.exception("account %s: a report could not be booked; reconciling", self.account_id)
                self._reconcile(after=_SETTLE_SECONDS)

    def _book(self, report: OrderReport) -> None:
        account = Account.objects.get(pk=self.account_id)
        order = find_order(account, report)
        if order is None or order.purpose == OrderPurpose.EXTERNAL:
            self._reconcile(after=_SETTLE_SECONDS)
            return
        apply_report(order.pk, report)
