"""Figures as a person reads them; "–" where there is none."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from trading.money import format_money

NONE = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def money(value: float | None, currency: str, *, signed: bool = False) -> str:
    return NONE if value is None else format_money(Decimal(repr(float(value))), currency, signed=signed)


def percent(value: float | None, *, signed: bool = False) -> str:
    """`value` 0-100: "12.35%"."""
    return NONE if value is None else f"{_zeroed(value, 2):{'+' if signed and value else ''},.2f}%"


def ratio(value: float | None) -> str:
    return NONE if value is None else f"{_zeroed(value, 2):,.2f}"


def multiple(value: float | None) -> str:
    """A multiple of the risk: "+0.45 R"."""
    return NONE if value is None else f"{_zeroed(value, 2):+,.2f} R"


def count(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f}"


def plain(value: float | None) -> str:
    """A price or a quantity: up to 8 places, none of them idle."""
    if value is None:
        return NONE
    return f"{value:,.8f}".rstrip("0").rstrip(".")


def duration(seconds: float | None) -> str:
    """The two largest units: "3 d 4 h", "5 min"."""
    if seconds is None:
        return NONE
    whole = round(seconds)
    if whole >= _DAY:
        return _pair(whole, _DAY, "d", _HOUR, "h")
    if whole >= _HOUR:
        return _pair(whole, _HOUR, "h", _MINUTE, "min")
    return _pair(whole, _MINUTE, "min", 1, "s") if whole >= _MINUTE else f"{whole} s"


def moment(iso: str | None) -> str:
    """UTC, to the minute: "2022-01-03 04:30"."""
    return NONE if not iso else iso[:16].replace("T", " ")


def stamp(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def words(constant: str) -> str:
    """A constant's name: "STOP_LOSS" is "Stop loss"."""
    return constant.replace("_", " ").capitalize() or NONE


def compact(value: float, step: float) -> str:
    """An axis' label, as exact as its steps ask: "10.2k"."""
    for size, suffix in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size and step >= size / 1000.0:
            return _trimmed(value / size, step / size) + suffix
    return _trimmed(value, step)


def flat(settings: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Every setting that is set, with its dotted name; lists of plain values in one."""
    found = []
    for name, value in settings.items():
        found += _flat(value, f"{prefix}{name}")
    return found


def _flat(value: Any, name: str) -> list[tuple[str, str]]:
    if value is None or (isinstance(value, str | list | tuple) and not value):
        return []
    if isinstance(value, Mapping):
        return flat(value, f"{name}.")
    if isinstance(value, list | tuple):
        if any(isinstance(item, Mapping | list | tuple) for item in value):
            return [row for place, item in enumerate(value) for row in _flat(item, f"{name}.{place}")]
        return [(name, ", ".join(_setting(item) for item in value))]
    return [(name, _setting(value))]


def _setting(value: Any) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value) if isinstance(value, int | float) else str(value)


def _pair(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    rest = seconds % large // small
    return f"{seconds // large} {large_name}" + (f" {rest} {small_name}" if rest else "")


def _zeroed(value: float, places: int) -> float:
    return round(value, places) + 0.0


def _trimmed(value: float, step: float) -> str:
    places = next((places for places in range(9) if abs(step * 10**places - round(step * 10**places)) < 1e-6), 8)
    return f"{value + 0.0:,.{places}f}"
