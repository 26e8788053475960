"""The only writer of money. Entries chain by running balance; database triggers move the account with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trading.models import Account, EntryKind, LedgerEntry
from trading.models.fields import to_money


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount to book (account currency, signed) under a key that can be booked once."""

    kind: EntryKind
    amount: Decimal
    key: str
    market_time: datetime
    trade_id: int | None = None


def post(account: Account, postings: Iterable[Posting]) -> list[LedgerEntry]:
    """Book the postings on an account that the caller has locked, and move `account.balance` along.

    Zero amounts are left out. Raises IntegrityError when a key was booked before or the account was not locked.
    """
    entries = []
    for posting in postings:
        amount = to_money(posting.amount)
        if not amount:
            continue
        account.ledger_sequence += 1
        before, account.balance = account.balance, account.balance + amount
        entries.append(
            LedgerEntry(
                account=account,
                sequence=account.ledger_sequence,
                kind=posting.kind,
                amount=amount,
                balance_before=before,
                balance_after=account.balance,
                trade_id=posting.trade_id,
                idempotency_key=posting.key,
                market_time=posting.market_time,
            )
        )
    return LedgerEntry.objects.bulk_create(entries)
