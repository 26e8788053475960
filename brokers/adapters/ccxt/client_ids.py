"""Client order ids, in the forms that the exchanges take, and the names of the orders that belong to an entry.

Ours are up to 32 characters; the trading floor's are "sg" and 30 hex digits. An entry's own orders (its stop, its
target, an emergency exit) are named after it: a letter for the role, 4 hex digits that count replacements, and 27 of
the entry's digits, the stem. So any process that sees one of them fill finds the others, without a memory of its own.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from brokers.errors import InvalidOrder

_STEM = 27
_ENTRY = re.compile(r"sg([0-9a-f]{30})\Z")
_LEG = re.compile(r"([ptxm])([0-9a-f]{4})([0-9a-f]{27})\Z")
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,32}\Z")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Role(StrEnum):
    STOP = "p"  # the protecting stop
    TARGET = "t"
    EXIT = "x"  # closes an entry whose stop could not be placed
    ESCALATION = "m"  # closes what a triggered stop left open


_NUMBERS = {Role.STOP: 1, Role.TARGET: 2, Role.EXIT: 3, Role.ESCALATION: 4}
_ROLES = {number: role for role, number in _NUMBERS.items()}


class IdFormat(StrEnum):
    """How an exchange writes client order ids."""

    PLAIN = "plain"  # 32 letters and digits
    TEXT28 = "text28"  # Gate.io: "t-" and at most 26 characters
    UUID = "uuid"  # Kraken: 32 hex digits
    INT45 = "int45"  # Bitfinex: a number below 2**45
    INT53 = "int53"  # HTX swaps: a number that a float64 still holds exactly, which ccxt makes of it


# Plain numbers: bits for the stem's hash, and for the generation; 3 more are the role.
_BITS = {IdFormat.INT45: (31, 10), IdFormat.INT53: (40, 10)}


@dataclass(frozen=True, slots=True)
class Leg:
    role: Role
    generation: int
    stem: str


def stem_of(client_order_id: str) -> str:
    """What an entry and its legs have in common."""
    if (leg := parse_leg(client_order_id)) is not None:
        return leg.stem
    return _entry_digits(client_order_id)[:_STEM]


def leg_id(entry_id: str, role: Role, generation: int = 0) -> str:
    return f"{role.value}{generation % 0x10000:04x}{stem_of(entry_id)}"


def parse_leg(client_order_id: str) -> Leg | None:
    """The leg that the id names; None for an entry's or a stranger's."""
    found = _LEG.match(client_order_id)
    return Leg(Role(found[1]), int(found[2], 16), found[3]) if found else None


def to_wire(client_order_id: str, form: IdFormat) -> str:
    """The id as the exchange takes it. Raises InvalidOrder for one that is not up to 32 letters, digits, - and _."""
    if not _PLAIN.match(client_order_id):
        raise InvalidOrder(f"client_order_id: 1 to 32 letters and digits, not {client_order_id!r}")
    if form == IdFormat.PLAIN:
        return client_order_id
    if form == IdFormat.UUID:
        return f"{_number(client_order_id):032x}"
    if form == IdFormat.TEXT28:
        return f"t-{_base62(_number(client_order_id))}"
    return str(_hashed(client_order_id, *_BITS[form]))


def from_wire(text: str | None, form: IdFormat) -> str:
    """Our id again; "" where the exchange's form does not carry it (plain numbers), or it is a stranger's."""
    if not text:
        return ""
    if form == IdFormat.PLAIN:
        return text
    if form == IdFormat.UUID:
        digits = text.replace("-", "").lower()
        return _named(int(digits, 16)) if re.fullmatch(r"[0-9a-f]{32}", digits) else ""
    if form == IdFormat.TEXT28:
        digits = text.removeprefix("t-")
        if len(digits) != 22 or any(digit not in _DIGITS for digit in digits):
            return ""
        number = 0
        for digit in digits:
            number = number * 62 + _DIGITS.index(digit)
        return _named(number)
    return ""


def family_of(client_order_id: str, form: IdFormat) -> str:
    """What the wire ids of an entry's legs have in common at an exchange of that format."""
    stem = stem_of(client_order_id)
    return str(_stem_hash(stem, _BITS[form][0])) if form in _BITS else stem


def leg_of(wire: str, form: IdFormat) -> tuple[Role, int, str] | None:
    """Role, generation and family of the leg that an exchange's id names; None where it names none."""
    if form not in _BITS:
        leg = parse_leg(from_wire(wire, form))
        return (leg.role, leg.generation, leg.stem) if leg else None
    bits, counted = _BITS[form]
    if not wire.isdigit():
        return None
    role = _ROLES.get(int(wire) >> (bits + counted))
    family = str(int(wire) & ((1 << bits) - 1))
    return (role, (int(wire) >> bits) & ((1 << counted) - 1), family) if role else None


def _entry_digits(client_order_id: str) -> str:
    found = _ENTRY.match(client_order_id)
    return found[1] if found else hashlib.sha256(client_order_id.encode()).hexdigest()[:30]


def _number(client_order_id: str) -> int:
    """128 bits: 4 for the role (0 for an entry), then the rest of the id."""
    if (leg := parse_leg(client_order_id)) is not None:
        return (_NUMBERS[leg.role] << 124) | (leg.generation << 108) | int(leg.stem, 16)
    return int(_entry_digits(client_order_id), 16)


def _named(number: int) -> str:
    kind = number >> 124
    if kind == 0:
        return f"sg{number:030x}" if number < 1 << 120 else ""
    role = _ROLES.get(kind)
    return f"{role.value}{(number >> 108) & 0xFFFF:04x}{number & ((1 << 108) - 1):027x}" if role else ""


def _base62(number: int) -> str:
    digits = ""
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits


def _hashed(client_order_id: str, bits: int, counted: int) -> int:
    leg = parse_leg(client_order_id)
    role, generation = (_NUMBERS[leg.role], leg.generation) if leg else (0, _entry_check(client_order_id, counted))
    return (
        (role << (bits + counted)) | (generation % (1 << counted) << bits) | _stem_hash(stem_of(client_order_id), bits)
    )


def _entry_check(client_order_id: str, bits: int) -> int:
    """More of an entry's own digits, where a leg counts its replacements."""
    return int(_entry_digits(client_order_id)[_STEM:], 16) % (1 << bits)


def _stem_hash(stem: str, bits: int) -> int:
    return int(hashlib.sha256(stem.encode()).hexdigest()[:16], 16) % (1 << bits)
