"""Seeded draws without a generator's state: a number is a pure hash of what it is drawn for.

The multipliers are full-period modulo 2**31 - 1 (Park and Miller 1988; L'Ecuyer 1999). Every intermediate stays below
2**62, so that Python's integers and numba's int64 agree bit for bit.
"""

import math

PRIME = 2147483647  # 2**31 - 1


def mix(state: int, key: int) -> int:
    """`state` stirred with the non-negative `key` (below 2**62), in [0, 2**31 - 1)."""
    state = (state * 48271 + key % PRIME + 12345) % PRIME
    state = (state ^ (state >> 15)) % PRIME
    state = (state * 69621 + key // PRIME % PRIME + 1) % PRIME
    state = (state ^ (state >> 13)) % PRIME
    return (state * 16807 + 7) % PRIME


def uniform(seed: int, first: int, second: int, salt: int) -> float:
    """A number in [0, 1) that depends on the four non-negative integers alone."""
    state = 1
    for _ in range(2):
        state = mix(state, seed)
        state = mix(state, first)
        state = mix(state, second)
        state = mix(state, salt)
    return state / PRIME


def normal(seed: int, first: int, second: int, salt: int) -> float:
    """A standard normal number (Box and Muller 1958) of two uniform draws, salted `salt` and `salt + 1`."""
    u = 1.0 - uniform(seed, first, second, salt)
    v = uniform(seed, first, second, salt + 1)
    return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
