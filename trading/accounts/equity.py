"""The equity curve, thinned for a chart."""

from typing import Any

from trading.models import Account, EquityPoint


def equity_points(account: Account, limit: int) -> list[dict[str, Any]]:
    """At most `limit` points since the last reset, oldest first: of each stretch, its lowest and highest equity."""
    points = EquityPoint.objects.filter(account=account).order_by("time")
    if account.reset_at is not None:
        points = points.filter(time__gte=account.reset_at)
    rows = list(points.values_list("time", "balance", "equity"))
    return [
        {"time": time.isoformat().replace("+00:00", "Z"), "balance": f"{balance:f}", "equity": f"{equity:f}"}
        for time, balance, equity in _thin(rows, limit)
    ]


def _thin(rows: list[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    """The first, the last, and two of each stretch; `limit` is 4 or more."""
    if len(rows) <= limit:
        return rows
    stretch = -(-len(rows) // ((limit - 2) // 2))
    kept = {0, len(rows) - 1}
    for start in range(0, len(rows), stretch):
        indexes = range(start, min(start + stretch, len(rows)))
        kept |= {min(indexes, key=lambda i: rows[i][2]), max(indexes, key=lambda i: rows[i][2])}
    return [rows[index] for index in sorted(kept)]
