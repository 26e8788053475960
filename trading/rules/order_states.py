"""The order's state machine. Codes are positions in this list, for the arrays that the backtester keeps."""

NEW, SUBMITTED, PARTIALLY_FILLED, FILLED, CANCELLED, REJECTED, UNKNOWN = range(7)

# NEW again only when it is sure that nothing was sent. A cancelled order may still learn of fills: it stays cancelled.
_NEXT = (
    (1 << SUBMITTED) | (1 << CANCELLED) | (1 << REJECTED) | (1 << PARTIALLY_FILLED) | (1 << FILLED),
    (1 << NEW) | (1 << PARTIALLY_FILLED) | (1 << FILLED) | (1 << CANCELLED) | (1 << REJECTED) | (1 << UNKNOWN),
    (1 << FILLED) | (1 << CANCELLED) | (1 << UNKNOWN),
    0,
    0,
    0,
    (1 << SUBMITTED) | (1 << PARTIALLY_FILLED) | (1 << FILLED) | (1 << CANCELLED) | (1 << REJECTED),
)


def may_become(current: int, wanted: int) -> bool:
    """Whether an order in state `current` may go to `wanted`; a final one never does."""
    if current < 0 or current > 6 or wanted < 0 or wanted > 6:
        return False
    return (_NEXT[current] >> wanted) & 1 == 1


def next_state(current: int, reported: int, filled: float, quantity: float) -> int:
    """The state after a broker's report: by what has filled first, by what it says second.

    `filled` and `quantity` in base units. A report that the machine does not allow (late, out of order) leaves the
    state as it is; a whole fill is FILLED whatever the report calls it, and so is an order that was thought cancelled.
    """
    if filled >= quantity and quantity > 0.0 and current != REJECTED:
        return FILLED
    if reported == FILLED and filled < quantity:
        reported = PARTIALLY_FILLED if filled > 0.0 else SUBMITTED
    if reported == SUBMITTED and filled > 0.0:
        reported = PARTIALLY_FILLED
    if may_become(current, reported):
        return reported
    return current
