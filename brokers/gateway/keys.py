"""What the gateway keeps in Redis, and the steps that must be one.

Redis' own clock times requests, so that machines need not agree on theirs.
"""

PREFIX = "signalist:gateway"

WRITES = frozenset({"place_order", "amend_order", "cancel_order", "cancel_all_orders"})
READS = frozenset(
    {"capabilities", "get_connection_status", "get_order", "open_orders", "executions_since", "positions",
     "get_balance", "get_candles", "get_instrument_info", "quote"}
)  # fmt: skip
WATCH = "watch"  # begin a stream, named by its topic

ORDERS = "orders"
QUOTES = "quotes"
TRADES = "trades"

# KEYS: owner, queue. ARGV: request, ms until it expires. 0 when nobody serves the account; nothing is queued then.
PUSH = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
local deadline = time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2])
redis.call('RPUSH', KEYS[2], string.format('%d', deadline) .. ' ' .. ARGV[1])
redis.call('PEXPIRE', KEYS[2], tonumber(ARGV[2]) + 60000)
return 1
"""

# KEYS: claim. ARGV: deadline (ms), who claims, ms to keep the claim. 1 when it may be executed, once; -1 when expired.
CLAIM = """
local time = redis.call('TIME')
if time[1] * 1000 + math.floor(time[2] / 1000) >= tonumber(ARGV[1]) then return -1 end
if redis.call('SET', KEYS[1], ARGV[2], 'NX', 'PX', ARGV[3]) then return 1 end
return 0
"""

# KEYS: owner. ARGV: who, ms. Takes a free account, or keeps one that is held.
HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# KEYS: owner. ARGV: who.
RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

# KEYS: interest. ARGV: topic, ms. The topic is wanted for that long.
WANT = """
local time = redis.call('TIME')
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000) + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 600000)
return 1
"""

# KEYS: interest. The topics that are wanted now.
WANTED = """
local time = redis.call('TIME')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', time[1] * 1000 + math.floor(time[2] / 1000))
return redis.call('ZRANGE', KEYS[1], 0, -1)
"""


def queue(account: str) -> str:
    """List of requests."""
    return f"{PREFIX}:{account}:requests"


def owner(account: str) -> str:
    """Which server holds the account's connection."""
    return f"{PREFIX}:{account}:owner"


def interest(account: str) -> str:
    """Sorted set of topics, by the time (ms) until which somebody wants them."""
    return f"{PREFIX}:{account}:interest"


def events(account: str, topic: str) -> str:
    """Stream of a topic's events."""
    return f"{PREFIX}:{account}:events:{topic}"


def reply(request_id: str) -> str:
    return f"{PREFIX}:reply:{request_id}"


def claim(request_id: str) -> str:
    return f"{PREFIX}:claim:{request_id}"
