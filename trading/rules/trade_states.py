"""The trade's state machine."""

PENDING, OPEN, CLOSING = "PENDING", "OPEN", "CLOSING"
CLOSED, FAILED, CANCELLED = "CLOSED", "FAILED", "CANCELLED"

# From CLOSING back to OPEN: a part was closed, or the broker refused the exit. From an end back to CLOSING: more of the
# entry filled after the trade had ended, and that has to be sold again.
_NEXT: dict[str, frozenset[str]] = {
    PENDING: frozenset({OPEN, FAILED, CANCELLED}),
    OPEN: frozenset({CLOSING, CLOSED}),
    CLOSING: frozenset({OPEN, CLOSED}),
    CLOSED: frozenset(),
    FAILED: frozenset(),
    CANCELLED: frozenset(),
}
STATES = tuple(_NEXT)
ENDED = frozenset({CLOSED, FAILED, CANCELLED})


def may_become(current: str, wanted: str, *, late_fill: bool = False) -> bool:
    """Whether a trade may go from `current` to `wanted`; one that has ended only to CLOSING, for a late fill."""
    if current in ENDED:
        return late_fill and wanted == CLOSING
    return wanted in _NEXT.get(current, frozenset())
