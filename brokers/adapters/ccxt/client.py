"""The synchronous ccxt exchange behind an adapter: made once, called one call at a time, its errors translated."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from brokers.adapters.ccxt.errors import Journey, translate
from brokers.adapters.ccxt.venue import Venue
from brokers.errors import BrokerError, InvalidOrder
from brokers.interface import Credentials, Environment

TIMEOUT_MS = 10_000
_SECRET_FIELDS = {"api_key": "apiKey", "api_secret": "secret", "password": "password", "passphrase": "password"}


class WatchedSession(requests.Session):
    """Knows how far its last request came. One request at a time: the client's lock sees to it."""

    def __init__(self) -> None:
        super().__init__()
        # Not one try more than asked for: a request that is sent again is an order that is sent again.
        for scheme in ("https://", "http://"):
            self.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=4))
        self.journey = Journey.NOT_SENT
        self.headers_seen: Mapping[str, str] = {}
        self.status = 0
        self.latency_ms: float | None = None

    def request(self, *arguments: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        self.journey, self.status, self.headers_seen = Journey.SENT, 0, {}
        options["allow_redirects"] = False  # a redirected POST would arrive as something else
        started = time.perf_counter()
        try:
            response = super().request(*arguments, **options)
        except (requests.ConnectTimeout, requests.exceptions.InvalidURL):
            self.journey = Journey.NOT_SENT
            raise
        except requests.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
                self.journey = Journey.NOT_SENT
            raise
        self.journey = Journey.FAILED if response.status_code >= 500 else Journey.ANSWERED
        self.status, self.headers_seen = response.status_code, dict(response.headers)
        self.latency_ms = (time.perf_counter() - started) * 1000
        return response


class Client:
    """Calls to one exchange with one account's keys, from any thread.

    `read` raises BrokerUnavailable where the network fails, `act` OutcomeUnknown: see `errors.translate`.
    Neither sends a request twice.
    """

    def __init__(
        self,
        venue: Venue,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.time,
        timeout_ms: int = TIMEOUT_MS,
    ) -> None:
        self.venue, self.name = venue, venue.name
        self._clock = clock
        self._secrets = tuple(secret.reveal() for secret in credentials.secrets.values())
        self._lock = threading.RLock()
        self.session = WatchedSession()
        self.exchange = make_exchange("ccxt", venue, credentials, timeout_ms, session=self.session)

    def read(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._call(False, method, arguments, options)

    def act(self, method: str, *arguments: Any, **options: Any) -> Any:
        return self._call(True, method, arguments, options)

    def markets(self, *, reload: bool = False) -> dict[str, Any]:
        """ccxt's markets by unified symbol, read on first use."""
        if reload or not self.exchange.markets:
            self.read("load_markets", reload)
        return dict(self.exchange.markets)

    def _call(self, acting: bool, method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        raised: BrokerError
        with self._lock:
            for is_last in (False, True):
                self.session.journey, self.session.status = Journey.NOT_SENT, 0
                try:
                    answer = getattr(self.exchange, method)(*arguments, **options)
                except Exception as error:  # ccxt's own, and whatever a broken answer makes of its parsers
                    journey, headers = self.session.journey, self.session.headers_seen
                    raised = translate(
                        error,
                        self.name,
                        acting=acting,
                        journey=journey,
                        status=self.session.status,
                        headers=headers,
                        secrets=self._secrets,
                    )
                    if is_last or journey != Journey.ANSWERED or not self.venue.cured(self, error):
                        break
                else:
                    return answer
        # Raised here, without the original as its context: that one carries the request with its headers.
        raise raised

    def close(self) -> None:
        self.session.close()


def make_exchange(
    library: str, venue: Venue, credentials: Credentials, timeout_ms: int = TIMEOUT_MS, *, session: Any = None
) -> Any:
    """A ccxt exchange (`library` "ccxt", or "ccxt.pro" for streams). Raises InvalidOrder where it has no test side."""
    import importlib

    options: dict[str, Any] = {**venue.options, "maxRetriesOnFailure": 0, "warnOnFetchOpenOrdersWithoutSymbol": False}
    config: dict[str, Any] = {"enableRateLimit": True, "timeout": timeout_ms, "options": options}
    for ours, theirs in _SECRET_FIELDS.items():
        if text := credentials.get(ours):
            config[theirs] = text
    if session is not None:
        config["session"] = session
    exchange = getattr(importlib.import_module(library), venue.ccxt_id)(config)
    if not venue.fetches_currencies:
        exchange.has["fetchCurrencies"] = False  # only for withdrawals, and load_markets asks with the keys
    exchange.logger = _silent()  # ccxt logs whole requests at DEBUG, keys in their headers
    simulated = venue.point_at(exchange, credentials.environment)
    if credentials.environment == Environment.TEST and not simulated:
        if not venue.has_sandbox:
            raise InvalidOrder(f"environment: {venue.name} has no test environment")
        exchange.set_sandbox_mode(True)
    return exchange


def _silent() -> logging.Logger:
    logger = logging.Logger("brokers.adapters.ccxt.silent")
    logger.disabled = True
    return logger
