"""Deriv's published limits of the current API (https://developers.deriv.com/docs/limits), enforced where asked for."""

from collections import deque
from collections.abc import Callable

MINUTE, HOUR = 60.0, 3600.0

# Calls that share a budget, and how many of them go in how many seconds.
_SHARED: tuple[tuple[frozenset[str], tuple[tuple[int, float], ...]], ...] = (
    (frozenset({"proposal", "proposal_open_contract", "buy", "sell"}), ((360, MINUTE), (14_400, HOUR))),
    (frozenset({"balance", "statement"}), ((100, MINUTE), (2_000, HOUR))),
    (frozenset({"portfolio", "profit_table"}), ((30, MINUTE), (1_500, HOUR))),
    (frozenset({"ping"}), ((10, 1.0),)),
)
_OTHERS = ((220, MINUTE), (14_400, HOUR))
REST_BY_ADDRESS = ((300, MINUTE), (1_000, 10 * MINUTE))
REST_BY_USER = ((80, MINUTE),)


class Window:
    """So many calls in so many seconds, over a window that slides."""

    def __init__(self, limits: tuple[tuple[int, float], ...], clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._calls: deque[float] = deque(maxlen=max(most for most, _ in limits))

    def take(self) -> bool:
        """Count a call; False, and nothing counted, where it is one too many."""
        now = self._clock()
        for most, seconds in self._limits:
            if len(self._calls) >= most and self._calls[-most] > now - seconds:
                return False
        self._calls.append(now)
        return True


class Budgets:
    """The budgets of one user's sockets."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._shared = [(calls, Window(limits, clock)) for calls, limits in _SHARED]
        self._others = Window(_OTHERS, clock)

    def take(self, call: str) -> bool:
        for calls, window in self._shared:
            if call in calls:
                return window.take()
        return self._others.take()
