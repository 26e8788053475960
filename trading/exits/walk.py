"""A trade's levels as prices pass over it: ticks, the candles of the 30-second check and replays, all by the same rule.

Nothing is written here; trading/exits/advance.py does that.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trading.exits.bars import Bar, quote_at
from trading.exits.exit_plans import MOVERS, levels, tick_of
from trading.exits.exits import Exit
from trading.models import ExitReason, StopMover, Trade
from trading.models.fields import to_price
from trading.rules.exit_plan import UNMOVED, advance_on_bar
from trading.rules.exits import NO_EXIT, STOP_LOSS


@dataclass(frozen=True, slots=True)
class StopMove:
    """The plan moved the stop to `stop` (price per unit), at `at_ms` (epoch ms, market time)."""

    stop: Decimal
    mover: StopMover
    at_ms: int


def settled_until(trade: Trade) -> int:
    """The market time (epoch ms) up to which prices say nothing about the trade as it stands: its entry, or the moment
    when its levels last changed.
    """
    moment = trade.levels_since or trade.opened_at
    if moment is None:
        raise ValueError(f"trade {trade.pk} was never opened")
    return int(moment.timestamp() * 1000)


class Walk:
    """One open trade on its way over bars of its market, oldest first."""

    def __init__(self, trade: Trade, *, since: int | None = None) -> None:
        """Bars are judged from `since` (epoch ms) on; default: from where the trade is settled."""
        self._since = settled_until(trade) if since is None else since
        self._at = 0
        self._best = self._worst = math.nan
        self.take_up(trade)

    def take_up(self, trade: Trade) -> None:
        """Go on with the row as it now stands, at the bar that was reached."""
        self.trade = trade
        self.moves: list[StopMove] = []
        self._plan, self._tick = levels(trade), tick_of(trade)
        self._stop, self._target = _float(trade.stop_loss), _float(trade.take_profit)
        if math.isnan(self._best):
            self._best, self._worst = _float(trade.best_price), _float(trade.worst_price)

    @property
    def best(self) -> Decimal | None:
        return None if math.isnan(self._best) else to_price(self._best)

    @property
    def worst(self) -> Decimal | None:
        return None if math.isnan(self._worst) else to_price(self._worst)

    def over(self, bars: Sequence[Bar]) -> Exit | None:
        """Walk on to the first exit, or to the end (None); the stop's moves on the way are added to `moves`.

        After an exit that closes a portion, `take_up` the trade and call again with the same bars.
        """
        while self._at < len(bars):
            bar = bars[self._at].after(self._since)
            if bar is not None and (exit_ := self._on(bar)) is not None:
                return exit_
            self._at += 1
        return None

    def start_over(self) -> None:
        """The next `over` brings new bars."""
        self._at = 0

    def _on(self, bar: Bar) -> Exit | None:
        trade = self.trade
        reason, price, stop, mover, best, worst = advance_on_bar(
            trade.direction_sign,
            _float(trade.entry_price),
            self._stop,
            self._target,
            self._best,
            self._worst,
            self._plan,
            bar.open,
            bar.high,
            bar.low,
            bar.close,
            self._tick,
        )
        if mover != UNMOVED:
            self.moves.append(StopMove(to_price(stop), MOVERS[mover], bar.end))
            self._stop = float(self.moves[-1].stop)  # as the row will have it, to the last digit
        if reason == NO_EXIT:
            self._best, self._worst = best, worst
            return None
        # A portion's price must not move the stop before the rest of its bar is judged: `best` stays as it was.
        kind = ExitReason.STOP_LOSS if reason == STOP_LOSS else ExitReason.TAKE_PROFIT
        return Exit(trade.pk, kind, quote_at(trade.venue, trade.symbol, price, bar.end), price)


def _float(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)
