"""Where the brokers are. With SIGNALIST_SIMULATOR_URL set, every one of them is the simulator at that address."""

import os

from brokers.interface import Environment

_DERIBIT = {Environment.LIVE: "www.deribit.com", Environment.TEST: "test.deribit.com"}
_DELTA_REST = {
    Environment.LIVE: "https://api.india.delta.exchange",
    Environment.TEST: "https://cdn-ind.testnet.deltaex.org",
}
_DELTA_SOCKET = {
    Environment.LIVE: "wss://socket.india.delta.exchange",
    Environment.TEST: "wss://socket-ind.testnet.deltaex.org",
}


def simulator_url() -> str | None:
    """The simulator's address, e.g. http://127.0.0.1:9800, where it stands in for the brokers."""
    return os.environ.get("SIGNALIST_SIMULATOR_URL", "").rstrip("/") or None


def _simulated(path: str, *, socket: bool = False) -> str | None:
    url = simulator_url()
    if url is None:
        return None
    return (f"ws{url.removeprefix('http')}" if socket else url) + path


def deriv_rest() -> str:
    """Base of the current API's REST calls."""
    return _simulated("/deriv") or "https://api.derivws.com"


def deriv_public_socket() -> str:
    path = "/trading/v1/options/ws/public"
    return _simulated(f"/deriv{path}", socket=True) or f"wss://api.derivws.com{path}"


def deriv_legacy_socket(app_id: str) -> str:
    base = _simulated("/deriv/websockets/v3", socket=True) or "wss://ws.derivws.com/websockets/v3"
    return f"{base}?app_id={app_id}"


def deribit_rest(environment: Environment) -> str:
    return _simulated("/deribit/api/v2") or f"https://{_DERIBIT[environment]}/api/v2"


def deribit_socket(environment: Environment) -> str:
    return _simulated("/deribit/ws/api/v2", socket=True) or f"wss://{_DERIBIT[environment]}/ws/api/v2"


def delta_rest(environment: Environment) -> str:
    return _simulated("/delta") or _DELTA_REST[environment]


def delta_socket(environment: Environment) -> str:
    return _simulated("/delta/live", socket=True) or _DELTA_SOCKET[environment]


def binance_rest() -> str | None:
    """The simulator's, or None: ccxt knows the real ones."""
    return _simulated("/binance")


def binance_socket() -> str | None:
    return _simulated("/binance/ws", socket=True)
