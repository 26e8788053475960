"""Keeping what our books and a broker's disagree on: said once when it appears, and once when it is gone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from trading.brokerage.alerts import draft, raise_only, settle
from trading.feed import events
from trading.market import wall_now
from trading.models import Account, Difference, DifferenceKind


@dataclass(frozen=True, slots=True)
class Found:
    """A difference that a reconciliation found; `subject` is its symbol, currency or order."""

    kind: DifferenceKind
    subject: str
    ours: str
    theirs: str
    message: str


@transaction.atomic
def record(account_id: int, found: Iterable[Found]) -> list[Difference]:
    """Replace the account's open differences by `found`: new ones are alerts, those not found again are resolved."""
    account = Account.objects.locked().get(pk=account_id)
    now = wall_now()
    open_ones = {(item.kind, item.subject): item for item in account.differences.filter(resolved_at=None)}
    drafts, current = [], []
    notes: list[tuple[str, str, Found | Difference]] = []
    for item in found:
        known = open_ones.pop((item.kind, item.subject), None)
        if known is None:
            known = Difference(account=account, kind=item.kind, subject=item.subject)
            drafts.append(draft(account, "difference", item.message, kind=item.kind, subject=item.subject))
            notes.append((_code(item.kind), item.message, item))
        known.ours, known.theirs, known.message, known.seen_at = item.ours, item.theirs, item.message, now
        known.save()
        current.append(known)
    for gone in open_ones.values():
        gone.resolved_at = now
        gone.save(update_fields=["resolved_at"])
        message = f"Resolved: {gone.message}"
        drafts.append(draft(account, "difference_resolved", message, subject=gone.subject))
        settle(account, _code(gone.kind), about=f"{gone.kind}:{gone.subject}")
        notes.append(("difference_resolved", message, gone))
    account.reconciled_at = now
    account.save(update_fields=["reconciled_at"])
    events.emit(account.owner_id, drafts)
    for code, message, about in notes:
        more = {"kind": about.kind, "subject": about.subject}
        raise_only(account, code, message, about=f"{about.kind}:{about.subject}", **more)
    return current


def _code(kind: str) -> str:
    return "missing_stop" if kind == DifferenceKind.MISSING_STOP else "difference"
