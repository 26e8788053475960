"""The streamer's side: holds accounts' connections, executes requests once, and tells events."""

import json
import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import redis

from brokers.errors import BrokerError
from brokers.gateway import codec, keys
from brokers.gateway.publish import Publisher
from brokers.interface import LiveBroker

logger = logging.getLogger(__name__)

_REPLY_KEPT_MS = 60_000
_CLAIM_KEPT_MS = 600_000


class GatewayServer:
    """`broker_of` gives the connected adapter of an account reference, the same each time, or raises BrokerError.

    An account is held by one server at a time, for `ttl` seconds from the last renewal; another takes over when that
    ends. `threads` requests are executed at once.
    """

    def __init__(
        self,
        client: "redis.Redis",
        broker_of: Callable[[str], LiveBroker],
        *,
        ttl: float = 10.0,
        threads: int = 16,
        name: str = "",
    ) -> None:
        self._redis = client
        self._broker_of = broker_of
        self._ttl = ttl
        self._name = name or uuid.uuid4().hex
        self._accounts: set[str] = set()
        self._held: dict[str, Publisher] = {}
        self._used: dict[str, LiveBroker] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="gateway")
        self._loops = [
            threading.Thread(target=loop, name=f"gateway-{label}", daemon=True)
            for label, loop in (("hold", self._hold_loop), ("requests", self._request_loop))
        ]

    def start(self, accounts: Iterable[str] = ()) -> None:
        self.serve(accounts)
        for loop in self._loops:
            loop.start()

    def serve(self, accounts: Iterable[str]) -> None:
        """These accounts, and no others from now on."""
        wanted = set(accounts)
        with self._lock:
            self._accounts = wanted
            gone = [account for account in self._held if account not in wanted]
        for account in gone:
            self._let_go(account)
        self._hold()

    def held(self) -> frozenset[str]:
        with self._lock:
            return frozenset(self._held)

    def stop(self) -> None:
        """Finish what is being executed, give the accounts back, and disconnect their brokers."""
        self._stopped.set()
        for loop in self._loops:
            if loop.is_alive():
                loop.join(timeout=5)
        self._pool.shutdown(wait=True)
        for account in self.held():
            self._let_go(account)

    def _hold_loop(self) -> None:
        while not self._stopped.wait(min(1.0, self._ttl / 3)):
            self._hold()
            with self._lock:
                publishers = list(self._held.items())
            for account, publisher in publishers:
                try:
                    publisher.follow(partial(self._broker, account))
                except (BrokerError, redis.RedisError, OSError) as error:
                    logger.warning("gateway: streams of %s wait (%s)", account, type(error).__name__)

    def _hold(self) -> None:
        """Take the accounts that are free, and keep those that are ours."""
        with self._lock:
            accounts = sorted(self._accounts)
        for account in accounts:
            try:
                ours: Any = self._redis.eval(keys.HOLD, 1, keys.owner(account), self._name, int(self._ttl * 1000))
            except (redis.RedisError, OSError):
                logger.warning("gateway: the hold on %s could not be renewed", account)
                continue
            if ours:
                with self._lock:
                    if account not in self._held:
                        self._held[account] = Publisher(self._redis, account)
            elif account in self.held():
                logger.warning("gateway: another server holds %s now", account)
                self._let_go(account)

    def _let_go(self, account: str) -> None:
        with self._lock:
            publisher = self._held.pop(account, None)
            broker = self._used.pop(account, None)
        try:
            if publisher is not None:
                publisher.end()
            if broker is not None:
                broker.disconnect()
            self._redis.eval(keys.RELEASE, 1, keys.owner(account), self._name)
        except (BrokerError, redis.RedisError, OSError) as error:
            logger.warning("gateway: letting go of %s failed with %s", account, type(error).__name__)

    def _broker(self, account: str) -> LiveBroker:
        broker = self._broker_of(account)
        with self._lock:
            self._used[account] = broker
        return broker

    def _request_loop(self) -> None:
        while not self._stopped.is_set():
            held = sorted(self.held())
            if not held:
                self._stopped.wait(0.1)
                continue
            try:
                found: Any = self._redis.blpop([keys.queue(account) for account in held], timeout=0.5)
            except (redis.RedisError, OSError):
                logger.warning("gateway: requests cannot be read; trying again")
                self._stopped.wait(1.0)
                continue
            if found is not None:
                self._pool.submit(self._serve, found[1])

    def _serve(self, text: bytes) -> None:
        try:
            deadline, _, body = text.partition(b" ")
            request = json.loads(body)
            claimed: Any = self._redis.eval(
                keys.CLAIM, 1, keys.claim(request["id"]), int(deadline), self._name, _CLAIM_KEPT_MS
            )
            if claimed != 1:
                logger.warning(
                    "gateway: a request was %s", "too late" if claimed == -1 else "served before, or taken back"
                )
                return
            reply = json.dumps(self._execute(request))
            key = keys.reply(request["id"])
            with self._redis.pipeline() as pipe:
                pipe.rpush(key, reply)
                pipe.pexpire(key, _REPLY_KEPT_MS)
                pipe.execute()
        except Exception as error:
            logger.warning("gateway: a request failed with %s", type(error).__name__)

    def _execute(self, request: dict[str, Any]) -> dict[str, Any]:
        """The reply: {"result"} or {"error"}. Whatever fails unforeseen leaves the outcome of a write open."""
        method, (arguments, options) = request["method"], request["arguments"]
        if method not in keys.WRITES | keys.READS | {keys.WATCH}:
            return {"error": codec.dump_error(BrokerError(f"{method}: the gateway has no such call"))}
        try:
            values = codec.loads(arguments)
            named = {name: codec.loads(value) for name, value in options.items()}
            broker = self._broker(request["account"])
            if method == keys.WATCH:
                with self._lock:
                    publisher = self._held.get(request["account"])
                return {"result": codec.dumps(publisher is not None and publisher.watch(broker, *values))}
            return {"result": codec.dumps(getattr(broker, method)(*values, **named))}
        except BrokerError as error:
            return {"error": codec.dump_error(error)}
        except Exception as error:
            logger.warning("gateway: %s failed with %s", method, type(error).__name__)
            code = "outcome_unknown" if method in keys.WRITES else "broker_unavailable"
            return {"error": {"code": code, "message": f"{method} failed unforeseen."}}
