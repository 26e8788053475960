"""Speaks to a running simulator's control endpoints."""

from typing import Any

import requests


class SimulatorControl:
    """Each call raises requests.RequestException, with the simulator's own message in it where it refused."""

    def __init__(self, url: str) -> None:
        self._url = f"{url.rstrip('/')}/control"

    def set_faults(self, *rules: dict[str, Any]) -> None:
        """Put these rules in place of all there are; none: nothing goes wrong any more."""
        self._call("PUT", "/faults", {"rules": list(rules)})

    def faults(self) -> dict[str, Any]:
        """`rules`, and `drawn`: how often each kind was drawn."""
        return self._call("GET", "/faults")

    def accounts(self) -> dict[str, Any]:
        return self._call("GET", "/accounts")

    def truth(self, venue: str, account: str) -> dict[str, Any]:
        """Balances, positions, orders, fills and ledger, amounts as strings."""
        return self._call("GET", f"/accounts/{venue}/{account}")

    def prices(self) -> dict[str, Any]:
        return self._call("GET", "/prices")

    def set_price(self, symbol: str, price: float) -> None:
        """Of the market's symbol, e.g. BTC, at every venue."""
        self._call("PUT", f"/prices/{symbol}", {"price": price})

    def advance(self, steps: int = 1) -> None:
        """Let the market tick `steps` times."""
        self._call("POST", "/advance", {"steps": steps})

    def set_clock(self, offset: float) -> None:
        """Let the simulator's clock run `offset` seconds ahead of the real one."""
        self._call("PUT", "/clock", {"offset": offset})

    def advance_clock(self, seconds: float) -> None:
        self._call("PUT", "/clock", {"advance": seconds})

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        reply = requests.request(method, self._url + path, json=body, timeout=30)
        if not reply.ok:
            raise requests.HTTPError(f"{reply.status_code}: {reply.text}", response=reply)
        result: dict[str, Any] = reply.json()
        return result
