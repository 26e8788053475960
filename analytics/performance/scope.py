"""What figures are asked of: an account or one of its sessions, a period, and perhaps some of its trades only."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from analytics.daily.dialect import bounds_of, has_tag
from analytics.daily.sums import COUNTED, SINCE_RESET
from trading.models import Account, AutoTradingSession

Where = tuple[str, list[Any]]  # a condition, and its parameters
_FIRST, _LAST = date(1970, 1, 2), date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Scope:
    """`start` and `end` are UTC days, both counted; None: as far as there is anything.

    An account's figures count from its last reset on, a session's from its beginning. `source` is a signal's.
    """

    account: Account
    session: AutoTradingSession | None = None
    start: date | None = None
    end: date | None = None
    strategy: str | None = None
    symbol: str | None = None
    source: str | None = None
    tag: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether only some of the trades are asked of."""
        return any(item is not None for item in (self.strategy, self.symbol, self.source, self.tag))

    def whole(self) -> "Scope":
        """The same account or session and period, with all trades."""
        return replace(self, strategy=None, symbol=None, source=None, tag=None)

    def before(self) -> "Scope | None":
        """The same trades, of the time before the period; None where it has no start."""
        if self.start is None:
            return None
        return replace(self, start=None, end=date.fromordinal(self.start.toordinal() - 1))

    def trades(self) -> Where:
        """Of the closed trades `t` of `analytics.daily.sums.FROM`."""
        parts: list[str] = ["t.account_id = %s", COUNTED]
        values: list[Any] = [self.account.pk]
        if self.start is not None or self.end is not None:
            parts.append("t.closed_at >= %s AND t.closed_at < %s")
            values += bounds_of(self.start or _FIRST, self.end or _LAST)
        if self.session is not None:
            parts.append("t.session_id = %s")
            values.append(self.session.pk)
        elif self.account.reset_at is not None:
            parts.append(SINCE_RESET)
        for column, value in (("t.strategy", self.strategy), ("t.symbol", self.symbol), ("s.source", self.source)):
            if value is not None:
                parts.append(f"COALESCE({column}, '') = %s" if column == "s.source" else f"{column} = %s")
                values.append(value)
        if self.tag is not None:
            parts.append(has_tag("t"))
            values.append(self.tag)
        return " AND ".join(parts), values

    def rows(self) -> Where:
        """Of the rows `d` of DailyPerformance, which know no tags."""
        parts, values = ["d.account_id = %s"], [self.account.pk]
        conditions: list[tuple[str, Any]] = [
            ("d.day >= %s", self.start),
            ("d.day <= %s", self.end),
            ("d.session_id = %s", self.session and self.session.pk),
            ("d.strategy = %s", self.strategy),
            ("d.symbol = %s", self.symbol),
            ("d.source = %s", self.source),
        ]
        for condition, value in conditions:
            if value is not None:
                parts.append(condition)
                values.append(value)
        if self.session is None:
            parts.append("d.since_reset")
        return " AND ".join(parts), values
