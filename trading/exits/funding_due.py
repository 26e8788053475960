"""What a paper trade owes, or is owed, in funding: postings for the ledger, and the trade's figures moved with them."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from brokers.adapters.paper import FillModel
from signals.models import MarketType
from trading import ledger
from trading.exits.level_changes import moment
from trading.models import EntryKind, Trade
from trading.models.fields import to_money
from trading.rules.funding import funding_payment, funding_step_ms, funding_times


def charged_until(trade: Trade) -> datetime | None:
    """The market time up to which the trade's funding was looked at; None before its entry."""
    if trade.opened_at is None:
        return None
    return max(trade.opened_at, trade.funded_until or trade.opened_at)


def funding_due(
    trade: Trade, model: FillModel, *, price: float, until_ms: int, after_ms: int | None = None
) -> list[ledger.Posting]:
    """Charge the trade's open quantity at `price` (per unit) for each funding time in (after_ms, until_ms], epoch ms of
    market time; by default after what was charged before. Nothing is saved; what is no perpetual future pays nothing.

    A time is done with even where nothing is paid for it, so that a rate that is set later changes no past.
    """
    since = charged_until(trade)
    if trade.market_type != MarketType.FUTURES or since is None:
        return []
    after = int(since.timestamp() * 1000) if after_ms is None else after_ms
    if not funding_times(after, until_ms, model.funding_interval_hours):
        return []
    amount = _amount(trade, model.funding_rate, price)
    times = list(_times(after, until_ms, model.funding_interval_hours))
    trade.funded_until = moment(times[-1])
    trade.funding += amount * len(times)
    trade.realized_pnl += amount * len(times)
    return [
        ledger.Posting(EntryKind.FUNDING, amount, f"funding:{trade.pk}:{time}", moment(time), trade.pk)
        for time in (times if amount else ())
    ]


def _amount(trade: Trade, rate: float, price: float) -> Decimal:
    """What one funding time brings (above 0) or takes, account currency."""
    quantity, size = float(trade.open_quantity), float(trade.contract_size)
    return to_money(funding_payment(trade.inverse, trade.direction_sign, quantity, price, size, rate))


def _times(after_ms: int, until_ms: int, interval_hours: float) -> Iterator[int]:
    """The funding times in (after_ms, until_ms], epoch ms, oldest first."""
    step = funding_step_ms(interval_hours)
    return iter(range((after_ms // step + 1) * step, until_ms + 1, step))
