"""The connection that lasts: reconnects with back-off, restores what was running, and only then serves again."""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from brokers.adapters.deriv.errors import error_for
from brokers.adapters.deriv.frames import Frame, Message, call_of, ping
from brokers.adapters.deriv.limits import RETRY_LIMITED_SECONDS, socket_budget
from brokers.adapters.deriv.login import Login
from brokers.adapters.deriv.rest import DerivAccount
from brokers.adapters.deriv.socket import Listener, NoReplyError, NotSentError, Timing, Wire
from brokers.errors import AuthenticationFailed, BrokerError, BrokerUnavailable, OutcomeUnknown, RateLimited
from brokers.interface import ConnectionState, ConnectionStatus
from brokers.ratelimit import Throttle

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BackOff:
    """Seconds before the n-th attempt: `first` doubled each time up to `longest`, of which jitter takes up to half."""

    first: float = 0.5
    longest: float = 30.0

    def seconds(self, attempt: int, random_source: random.Random) -> float:
        return min(self.longest, self.first * 2.0 ** min(attempt, 16)) * (0.5 + random_source.random() / 2)


class Restorable(Protocol):
    def restore(self) -> None:
        """Bring back, on a new connection, what ran on the old one."""
        ...


class Connection:
    """Calls block, from any thread; work handed to `post` runs in order on one thread, which may call again."""

    def __init__(
        self,
        login: Login,
        throttle: Throttle,
        user: str,
        *,
        timing: Timing | None = None,
        back_off: BackOff | None = None,
        random_source: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._login = login
        self._throttle = throttle
        self._user = user
        self._timing = timing or Timing()
        self._back_off = back_off or BackOff()
        self._random = random_source or random.Random()
        self._clock = clock
        self._lock = threading.Lock()
        self._wire: Wire | None = None
        self._serving = threading.Event()  # set while calls may go out: connected, and restored
        self._stopped = threading.Event()
        self._stopped.set()
        self._restorer = 0  # the thread that is restoring, which may call before the others
        self._restorables: list[Restorable] = []
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._status = ConnectionStatus(ConnectionState.DISCONNECTED)
        self.account: DerivAccount | None = None
        self.generation = 0  # counts the connections made: proposals and subscriptions end with theirs

    def on_reconnect(self, restorable: Restorable) -> None:
        self._restorables.append(restorable)

    def status(self) -> ConnectionStatus:
        wire = self._wire
        latency = wire.latency_ms if wire is not None else self._status.latency_ms
        with self._lock:
            now = self._status
        return ConnectionStatus(
            now.state, latency, now.connected_at, now.last_reconnect_at, now.reconnects, now.error
        )  # fmt: skip

    def open(self) -> None:
        """Connect, once. Raises what the login or the network raises; does nothing when it is open."""
        with self._lock:
            if not self._stopped.is_set():
                return
            self._stopped.clear()
            self._work = queue.SimpleQueue()
        threading.Thread(target=self._run_work, args=(self._work,), name="deriv-callbacks", daemon=True).start()
        self._note(ConnectionState.CONNECTING)
        try:
            self._attach()
        except BrokerError as error:
            self._stop()
            refused = isinstance(error, AuthenticationFailed)
            self._note(ConnectionState.REFUSED if refused else ConnectionState.DISCONNECTED, error=str(error))
            raise
        except BaseException:
            self._stop()
            raise

    def close(self) -> None:
        self._stop()
        self._note(ConnectionState.DISCONNECTED)

    def post(self, work: Callable[[], None]) -> None:
        """Run it on the thread of callbacks, after what was posted before."""
        self._work.put(work)

    def call(
        self, frame: Frame, *, write: bool = False, listener: Listener | None = None, generation: int | None = None
    ) -> Message:
        """The reply to a request; with `generation`, one that makes sense on that connection alone.

        Raises BrokerUnavailable where nothing was done; for a `write` that was sent and not answered, OutcomeUnknown.
        """
        if self._stopped.is_set():
            raise BrokerUnavailable("Deriv is not connected.")
        name = call_of(frame)
        budget = socket_budget(self._user, name)
        if budget is not None:
            self._throttle.take([budget])
        wire = self._wire_to_use()
        if generation is not None and generation != self.generation:
            raise BrokerUnavailable(f"Deriv's connection was lost before {name} was sent.")
        try:
            reply = wire.call(frame, listener)
        except NotSentError:
            raise BrokerUnavailable(f"Deriv's connection was lost before {name} was sent.") from None
        except NoReplyError:
            if write:
                raise OutcomeUnknown(f"Deriv did not answer {name}: it may have been done.") from None
            raise BrokerUnavailable(f"Deriv did not answer {name}.") from None
        error = reply.get("error")
        if error is None:
            return reply
        refusal = error_for(error if isinstance(error, dict) else {}, write=write)
        if isinstance(refusal, RateLimited) and budget is not None:
            self._throttle.block(budget, RETRY_LIMITED_SECONDS)
        raise refusal

    def _wire_to_use(self) -> Wire:
        """The connection, once it serves; the restoring thread need not wait."""
        restoring = threading.get_ident() == self._restorer
        if not restoring and not self._serving.wait(self._timing.connect):
            raise BrokerUnavailable("Deriv is not connected at the moment.")
        wire = self._wire
        if wire is None:
            raise BrokerUnavailable("Deriv is not connected at the moment.")
        return wire

    def _attach(self) -> None:
        """A new connection, logged in and with everything on it that ran before."""
        wire = Wire(self._login.url(), self._timing, self._ended)
        with self._lock:
            self._wire = wire
            self.generation += 1
        self._restorer = threading.get_ident()
        try:
            self.account = self._login.greet(self.call) or self.account
            self.call(ping())  # shows that the connection carries, and how long a round trip takes
            for restorable in self._restorables:
                restorable.restore()
            if wire.ended or self._stopped.is_set():
                raise BrokerUnavailable("Deriv's connection was lost again.")
        except BrokerError:
            self._detach(wire)
            raise
        finally:
            self._restorer = 0
        with self._lock:
            if self._wire is not wire:
                raise BrokerUnavailable("Deriv's connection was lost again.")
            self._serving.set()
        self._note(ConnectionState.CONNECTED)

    def _detach(self, wire: Wire) -> None:
        with self._lock:
            if self._wire is wire:
                self._wire = None
                self._serving.clear()
        wire.close()

    def _ended(self, wire: Wire, reason: str) -> None:
        """Runs on the reader's thread. Only the end of a connection that served starts the reconnecting."""
        with self._lock:
            served = self._wire is wire and self._serving.is_set()
            if self._wire is wire:
                self._wire = None
                self._serving.clear()
        if served and not self._stopped.is_set():
            logger.warning("deriv: connection %s; reconnecting", reason)
            self._note(ConnectionState.CONNECTING, error=f"The connection was {reason}.")
            threading.Thread(target=self._reconnect, name="deriv-reconnect", daemon=True).start()

    def _reconnect(self) -> None:
        attempt = 0
        wait = self._back_off.seconds(attempt, self._random)
        while not self._stopped.wait(wait):
            try:
                self._attach()
            except AuthenticationFailed as error:
                self._stop()
                self._note(ConnectionState.REFUSED, error=str(error))
                return
            except BrokerError as error:
                attempt += 1
                wait = self._back_off.seconds(attempt, self._random)
                if isinstance(error, RateLimited):
                    wait = max(wait, error.retry_after)
                self._note(ConnectionState.CONNECTING, error=str(error))
            else:
                return

    def _note(self, state: ConnectionState, *, error: str = "") -> None:
        with self._lock:
            if self._stopped.is_set() and state in (ConnectionState.CONNECTING, ConnectionState.CONNECTED):
                return
            now, old = self._clock(), self._status
            connected = state == ConnectionState.CONNECTED
            again = connected and old.connected_at is not None
            self._status = ConnectionStatus(
                state,
                old.latency_ms,
                (old.connected_at or now) if connected else old.connected_at,
                now if again else old.last_reconnect_at,
                old.reconnects + again,
                error,
            )

    def _stop(self) -> None:
        self._stopped.set()
        with self._lock:
            wire, self._wire = self._wire, None
            self._serving.clear()
        if wire is not None:
            wire.close()
        self._work.put(None)

    @staticmethod
    def _run_work(work: "queue.SimpleQueue[Callable[[], None] | None]") -> None:
        while (job := work.get()) is not None:
            try:
                job()
            except Exception as error:
                logger.warning("deriv: a callback failed with %s", type(error).__name__)  # its text may hold anything
