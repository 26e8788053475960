"""Deriv's published budgets (developers.deriv.com/docs/limits): calls of one row draw on one counter."""

import hashlib

from brokers.ratelimit import Budget, Window


def _windows(minute: int, hour: int) -> tuple[Window, ...]:
    return Window(minute, 60), Window(hour, 3600)


RETRY_LIMITED_SECONDS = 1.0  # how long nobody calls after a refusal that our own count did not foresee

_TRADING = frozenset({"proposal", "proposal_open_contract", "buy", "sell"})
_MONEY = frozenset({"balance", "statement"})
_HISTORY = frozenset({"portfolio", "profit_table"})


def user_key(token: str) -> str:
    """Names a user's counters without giving the token away."""
    return hashlib.sha256(f"deriv:{token}".encode()).hexdigest()[:16]


def socket_budget(user: str, call: str) -> Budget | None:
    """The budget that a WebSocket call draws on; None for ping, which lies outside of them."""
    if call == "ping":
        return None
    if call in _TRADING:
        return Budget(f"deriv:{user}:trading", _windows(360, 14_400))
    if call in _MONEY:
        return Budget(f"deriv:{user}:money", _windows(100, 2_000))
    if call in _HISTORY:
        return Budget(f"deriv:{user}:history", _windows(30, 1_500))
    return Budget(f"deriv:{user}:other", _windows(220, 14_400))


def rest_budgets(user: str) -> tuple[Budget, ...]:
    """A REST call counts against the address it comes from (ours is taken to be one) and against the user."""
    return (
        Budget("deriv:rest:address", (Window(300, 60), Window(1_000, 600))),
        Budget(f"deriv:{user}:rest", (Window(80, 60),)),
    )
