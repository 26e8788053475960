"""Finding a purchase whose reply was lost, in the account's own history. Nothing is ever bought here."""

from collections.abc import Callable, Iterable

from brokers.adapters.deriv.frames import Dialect
from brokers.adapters.deriv.history import Call, Row, closed_rows, open_rows, transaction_rows
from brokers.adapters.deriv.journal import Purchase, PurchaseJournal
from brokers.errors import OutcomeUnknown

CLOCKS_APART = 5.0  # seconds that our clock and Deriv's may differ; purchase times are whole seconds
LATEST = 60.0  # seconds after its sending at which a purchase may still have been made
UNDER_WAY = 15.0  # seconds for which a purchase may still be waiting for its own reply


def find_purchase(
    call: Call, dialect: Dialect, journal: PurchaseJournal, purchase: Purchase, now: float, *, thorough: bool = True
) -> str:
    """The contract that the purchase became, claimed for it in the journal; "" when Deriv shows none.

    A candidate has the purchase's symbol, type and stake, was bought in its time, and belongs to no other order. Where
    several purchases of the same terms have lost their replies, each gets one of the contracts: they are alike.
    The statement comes first: Deriv allows it most often. Only a `thorough` search asks the two lists as well.
    Raises OutcomeUnknown while a candidate may be the contract of another purchase whose reply is still to come.
    """
    since = purchase.sent_at - CLOCKS_APART
    sources: tuple[Callable[[], Iterable[Row]], ...] = (
        lambda: transaction_rows(call, dialect, since),
        lambda: open_rows(call, dialect),
        lambda: closed_rows(call, dialect, since),
    )
    for source in sources if thorough else sources[:1]:
        candidates = _candidates(list(source()), purchase, journal.known_contract_ids())
        if candidates and any(candidates[0].bought_at >= moment for moment in _rivals(journal, purchase, now)):
            raise OutcomeUnknown("Another purchase on the same terms is under way; look again in a moment.")
        for row in candidates:
            if journal.claim(purchase.client_order_id, row.contract_id):
                return row.contract_id
    return ""


def _rivals(journal: PurchaseJournal, purchase: Purchase, now: float) -> list[float]:
    """From when on a contract may belong to another purchase like this one that waits for its reply (epoch s)."""
    return [
        other.sent_at - CLOCKS_APART
        for other in journal.unclaimed()
        if other.client_order_id != purchase.client_order_id
        and other.symbol == purchase.symbol
        and (other.terms.contract_type, other.terms.stake) == (purchase.terms.contract_type, purchase.terms.stake)
        and other.sent_at > now - UNDER_WAY
    ]


def strangers(call: Call, dialect: Dialect, journal: PurchaseJournal, symbol: str, since: float) -> list[str]:
    """Contracts bought since on the symbol that no order of ours is tied to."""
    rows = [*open_rows(call, dialect), *transaction_rows(call, dialect, since - CLOCKS_APART)]
    known = journal.known_contract_ids()
    found = [row for row in rows if row.bought_at >= since - CLOCKS_APART and row.contract_id not in known]
    kinds = ("CALL", "PUT", "MULTUP", "MULTDOWN", "ACCU")
    return sorted({row.contract_id for row in found if any(row.is_of(symbol, row.kind or kind) for kind in kinds)})


def _candidates(rows: Iterable[Row], purchase: Purchase, known: frozenset[str]) -> list[Row]:
    first, last = purchase.sent_at - CLOCKS_APART, purchase.sent_at + LATEST
    fitting = [
        row
        for row in rows
        if row.contract_id not in known
        and row.is_of(purchase.symbol, purchase.terms.contract_type.value)
        and row.price == purchase.terms.stake
        and first <= row.bought_at <= last
    ]
    return sorted(fitting, key=lambda row: (row.bought_at, row.contract_id))
