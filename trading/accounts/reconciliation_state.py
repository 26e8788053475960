"""What reconciliation has found and not seen resolved."""

from collections.abc import Collection
from typing import Any

from trading.models import Difference


def account_differences(account_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """The open differences between our books and the broker's, by account, the latest first."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in account_ids}
    if not found:
        return found
    for row in Difference.objects.filter(account__in=found, resolved_at=None).order_by("-id"):
        found[row.account_id].append(
            {
                "kind": row.kind,
                "symbol": row.subject,
                "ours": row.ours or None,
                "theirs": row.theirs or None,
                "message": row.message,
                "since": row.since.isoformat().replace("+00:00", "Z"),
            }
        )
    return found
