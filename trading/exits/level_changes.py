"""Moving a trade's stop and target, with a row for each move: the trail that charts show."""

from datetime import UTC, datetime
from decimal import Decimal

from trading.models import LevelChange, StopMover, Trade


def change(
    trade: Trade, *, stop: Decimal | None, target: Decimal | None, moved_by: StopMover, at: datetime
) -> list[LevelChange]:
    """Set the trade's levels from `at` (market time) on, and return the rows that tell of it; nothing is saved.

    The first change brings a row for the levels of the entry along, so that trades whose levels never move have none.
    """
    rows = [] if trade.levels_since is not None else [_row(trade, StopMover.ENTRY, trade.opened_at or at)]
    if stop != trade.stop_loss:
        trade.stop_moved_by = moved_by
    trade.stop_loss, trade.take_profit = stop, target
    trade.levels_since = max(at, trade.levels_since or trade.opened_at or at)
    return [*rows, _row(trade, moved_by, at)]


def moment(at_ms: int) -> datetime:
    """Epoch ms as market time."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def _row(trade: Trade, moved_by: StopMover, at: datetime) -> LevelChange:
    return LevelChange(
        trade=trade, stop_loss=trade.stop_loss, take_profit=trade.take_profit, moved_by=moved_by, market_time=at
    )
