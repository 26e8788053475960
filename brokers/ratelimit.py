"""Request budgets that all processes share: so many calls in any stretch of so many seconds.

Counts are kept in slots of a 60th of the window, and a slot counts until all of it has left the window: never more than
the limit in any window, at the price of waiting up to a slot longer than a perfect count would.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import redis

from brokers.errors import BrokerUnavailable, RateLimited

_SLOTS = 60

# KEYS: one hash a window, then the block. ARGV: cost, then limit and slot length (ms) of each window.
# Redis' own clock is used: processes on several machines agree on it. Answers 0 when taken, else the ms to wait.
_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost = tonumber(ARGV[1])
local blocked = redis.call('PTTL', KEYS[#KEYS])
local wait = blocked > 0 and blocked or 0
for i = 1, #KEYS - 1 do
  local limit, slot = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local first = math.floor(now / slot) - 60
  local rows, sum, slots = redis.call('HGETALL', KEYS[i]), 0, {}
  for j = 1, #rows, 2 do
    local number = tonumber(rows[j])
    if number < first then redis.call('HDEL', KEYS[i], rows[j])
    else sum = sum + rows[j + 1]; slots[#slots + 1] = {number, tonumber(rows[j + 1])} end
  end
  if sum + cost > limit then
    table.sort(slots, function(a, b) return a[1] < b[1] end)
    for _, entry in ipairs(slots) do
      sum = sum - entry[2]
      if sum + cost <= limit then wait = math.max(wait, (entry[1] + 61) * slot - now); break end
    end
  end
end
if wait > 0 then return math.ceil(wait) end
for i = 1, #KEYS - 1 do
  local slot = tonumber(ARGV[2 * i + 1])
  redis.call('HINCRBY', KEYS[i], string.format('%d', math.floor(now / slot)), cost)
  redis.call('PEXPIRE', KEYS[i], slot * 62)
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` calls in any `seconds`. Raises ValueError naming what is not above 0."""

    limit: int
    seconds: float

    def __post_init__(self) -> None:
        for name in ("limit", "seconds"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: must be above 0, not {getattr(self, name)!r}")


@dataclass(frozen=True, slots=True)
class Budget:
    """One counter, by name, under all of its windows at once."""

    name: str
    windows: tuple[Window, ...]


class RateLimiter(Protocol):
    def take(self, budget: Budget, cost: int = 1) -> float:
        """Count `cost` calls and return 0, or count nothing and return the seconds until it may be tried again."""
        ...

    def block(self, budget: Budget, seconds: float) -> None:
        """Let nobody take from the budget for that long: its server has said so."""
        ...


class RedisRateLimiter:
    """Shared by every process on the same Redis. Raises BrokerUnavailable where that cannot be reached."""

    def __init__(self, client: "redis.Redis") -> None:
        self._redis = client
        self._take = client.register_script(_TAKE)

    def take(self, budget: Budget, cost: int = 1) -> float:
        keys = [f"{_key(budget)}:{window.seconds:g}" for window in budget.windows]
        arguments: list[Any] = [cost]
        for window in budget.windows:
            arguments += [window.limit, max(1, int(window.seconds * 1000 / _SLOTS))]
        try:
            answer: Any = self._take(keys=[*keys, f"{_key(budget)}:blocked"], args=arguments)
        except (redis.RedisError, OSError):
            raise BrokerUnavailable("The shared request budget cannot be reached.") from None
        return int(answer) / 1000

    def block(self, budget: Budget, seconds: float) -> None:
        try:
            self._redis.set(f"{_key(budget)}:blocked", 1, px=max(1, int(seconds * 1000)))
        except (redis.RedisError, OSError):
            raise BrokerUnavailable("The shared request budget cannot be reached.") from None


class LocalRateLimiter:
    """The same within one process, for use without Redis; `clock` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, float], dict[int, int]] = defaultdict(dict)
        self._blocked: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, budget: Budget, cost: int = 1) -> float:
        with self._lock:
            now = self._clock()
            wait = max(0.0, self._blocked.get(budget.name, now) - now)
            wait = max([wait, *(self._wait(budget.name, window, cost, now) for window in budget.windows)])
            if wait == 0:
                for window in budget.windows:
                    counts = self._counts[budget.name, window.seconds]
                    slot = int(now * _SLOTS / window.seconds)
                    counts[slot] = counts.get(slot, 0) + cost
            return wait

    def _wait(self, name: str, window: Window, cost: int, now: float) -> float:
        counts, length = self._counts[name, window.seconds], window.seconds / _SLOTS
        for slot in [slot for slot in counts if slot < int(now / length) - _SLOTS]:
            del counts[slot]
        total = sum(counts.values())
        if total + cost <= window.limit:
            return 0.0
        for slot in sorted(counts):
            total -= counts[slot]
            if total + cost <= window.limit:
                return max((slot + _SLOTS + 1) * length - now, length / 1000)
        return 0.0

    def block(self, budget: Budget, seconds: float) -> None:
        with self._lock:
            self._blocked[budget.name] = self._clock() + seconds


def rate_limiter(client: "redis.Redis | None") -> RateLimiter:
    """Shared over Redis; of this process alone where no Redis is given."""
    return LocalRateLimiter() if client is None else RedisRateLimiter(client)


class Throttle:
    """Waits for budgets, up to a bound."""

    def __init__(
        self,
        limiter: RateLimiter,
        *,
        longest_wait: float = 5.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._limiter = limiter
        self._longest_wait = longest_wait
        self._sleep = sleep

    def take(self, budgets: Sequence[Budget]) -> None:
        """Take one call from each budget. Raises RateLimited where that takes longer than `longest_wait` seconds."""
        left = self._longest_wait
        for budget in budgets:
            while wait := self._limiter.take(budget):
                if wait > left:
                    raise RateLimited(f"The request budget {budget.name} is used up.", wait)
                self._sleep(wait)
                left -= wait

    def block(self, budget: Budget, seconds: float) -> None:
        self._limiter.block(budget, seconds)


def _key(budget: Budget) -> str:
    return f"signalist:budget:{budget.name}"
