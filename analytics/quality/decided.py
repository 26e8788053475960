"""The decisions that are looked at: the latest of an account or session in a period."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from analytics.daily.dialect import as_parameter
from trading.models import Account, AutoTradingSession


@dataclass(frozen=True, slots=True)
class Decided:
    """`start` and `end` are UTC days of the decisions' market time, both counted. `most`: so many of the latest."""

    account: Account
    session: AutoTradingSession | None = None
    start: date | None = None
    end: date | None = None
    most: int = 20_000

    def query(self, columns: str) -> tuple[str, list[Any]]:
        """SELECT of these columns of the decisions, and its parameters."""
        parts = ["session_id = %s" if self.session else "account_id = %s"]
        values: list[Any] = [self.session.pk if self.session else self.account.pk]
        if self.start is not None:
            parts.append("market_time >= %s")
            values.append(as_parameter(datetime.combine(self.start, time(), UTC)))
        if self.end is not None:
            parts.append("market_time < %s")
            values.append(as_parameter(datetime.combine(self.end + timedelta(days=1), time(), UTC)))
        where = " AND ".join(parts)
        statement = f"SELECT {columns} FROM trading_decision WHERE {where} ORDER BY id DESC LIMIT {self.most}"  # noqa: S608
        return statement, values


def fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
