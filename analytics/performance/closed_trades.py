"""The closed trades of a scope as rows, a few at a time."""

import math
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from analytics.daily.sums import FROM
from analytics.performance.daily_sums import fetched
from analytics.performance.scope import Scope
from trading.models import Trade
from trading.rules.exit_plan import r_multiple

AT_ONCE = 2000
_PLAIN = ("venue", "symbol", "market_type", "direction", "strategy")
_NUMBERS = ("quantity", "contract_size", "entry_price", "exit_price", "initial_stop")
_MONEY = {
    "pnl": "realized_pnl",
    "fees": "fees",
    "slippage": "slippage",
    "funding": "funding",
    "mae": "mae",
    "mfe": "mfe",
}
# What a column holds, for files that keep types.
COLUMNS: dict[str, type] = {
    "id": int,
    "account": int,
    "session": int,
    **dict.fromkeys(_PLAIN, str),
    "source": str,
    "opened_at": datetime,
    "closed_at": datetime,
    **dict.fromkeys(_NUMBERS, Decimal),
    "exit_reason": str,
    **dict.fromkeys(_MONEY, Decimal),
    "r": float,
    "confidence": Decimal,
    "rating": int,
    "tags": str,
}


def rows_after(scope: Scope, last_id: int) -> list[tuple[Any, ...]]:
    """The next AT_ONCE rows of COLUMNS, of trades with greater ids than `last_id`; [] when there are no more."""
    where, values = scope.trades()
    ids = fetched(f"SELECT t.id {FROM} WHERE {where} AND t.id > %s ORDER BY t.id LIMIT {AT_ONCE}", [*values, last_id])
    return [row_of(trade) for trade in _in_order([pk for (pk,) in ids])]


def latest(scope: Scope, count: int) -> list[Trade]:
    """The trades that closed last, the last first, their signals selected."""
    where, values = scope.trades()
    order = f"ORDER BY t.closed_at DESC, t.id DESC LIMIT {count}"
    ids = [pk for (pk,) in fetched(f"SELECT t.id {FROM} WHERE {where} {order}", values)]
    places = {pk: place for place, pk in enumerate(ids)}
    return sorted(_in_order(ids), key=lambda trade: places[trade.pk])


def all_rows(scope: Scope) -> Iterator[list[tuple[Any, ...]]]:
    """Every row, AT_ONCE at a time."""
    rows = rows_after(scope, 0)
    while rows:
        yield rows
        rows = rows_after(scope, rows[-1][0])


def row_of(trade: Trade) -> tuple[Any, ...]:
    return (
        trade.pk,
        trade.account_id,
        trade.session_id,
        *(getattr(trade, name) for name in _PLAIN),
        trade.signal.source if trade.signal else "",
        trade.opened_at,
        trade.closed_at,
        *(_short(getattr(trade, name)) for name in _NUMBERS),
        trade.exit_reason,
        *(_short(getattr(trade, name)) for name in _MONEY.values()),
        r_of(trade),
        _short(trade.confidence),
        trade.rating,
        ";".join(trade.tags),
    )


def r_of(trade: Trade) -> float | None:
    """The result in multiples of the risk to the first stop."""
    if trade.entry_price is None or trade.exit_price is None or trade.initial_stop is None:
        return None
    found = r_multiple(
        trade.direction_sign, float(trade.entry_price), float(trade.initial_stop), float(trade.exit_price)
    )
    return None if math.isnan(found) else found


def _in_order(ids: list[int]) -> list[Trade]:
    return list(Trade.objects.filter(pk__in=ids).select_related("signal").order_by("pk"))


def _short(value: Decimal | None) -> Decimal | None:
    """Without trailing zeros, and never as 0E-8."""
    if value is None:
        return None
    short = value.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short
