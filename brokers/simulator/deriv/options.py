"""What can be set on the running desk, over /control/deriv/settings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from brokers.simulator.deriv.symbols import SYMBOLS


@dataclass(frozen=True, slots=True)
class Options:
    """`enforce_limits`: answer RateLimit (429 over REST) beyond Deriv's published budgets. `otp_seconds`: how long a
    one-time password lasts. `idle_seconds`: the silence after which a socket is closed. `closed`: symbols whose market
    is closed. `max_subscriptions`: of one socket.
    """

    enforce_limits: bool = False
    otp_seconds: float = 60.0
    idle_seconds: float = 120.0
    max_subscriptions: int = 100
    closed: tuple[str, ...] = field(default=())

    def changed(self, values: object) -> "Options":
        """With `values` (a JSON object) in place of these. Raises ValueError naming an unknown or wrong field."""
        if not isinstance(values, Mapping):
            raise ValueError("settings: an object is needed")  # noqa: TRY004
        for name, value in values.items():
            if name not in {item.name for item in fields(self)}:
                raise ValueError(f"{name}: there is no such setting")
            _check(name, value)
        given: dict[str, Any] = dict(values)
        if "closed" in given:
            given["closed"] = tuple(given["closed"])
        return replace(self, **given)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"closed": list(self.closed)}


def _check(name: str, value: Any) -> None:
    if name == "enforce_limits":
        sound = isinstance(value, bool)
    elif name == "closed":
        sound = isinstance(value, list) and all(symbol in SYMBOLS for symbol in value)
    else:
        sound = not isinstance(value, bool) and isinstance(value, int | float) and 0 < value < 86_400
        sound = sound and (name != "max_subscriptions" or isinstance(value, int))
    if not sound:
        raise ValueError(f"{name}: {value!r} is not a value for it")
