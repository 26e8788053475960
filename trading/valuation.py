"""Marking accounts and trades to the market."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, Q, Sum, Value, When

from brokers.interface import Quote
from trading.market import REPLAY_PREFIX, quotes, wall_now
from trading.models import Account, AutoTradingSession, EquityPoint, Trade, TradeStatus
from trading.models.fields import to_money
from trading.rules.pnl import gross_pnl

_WIDE = DecimalField(max_digits=40, decimal_places=12)
_SIGN = Case(When(direction="LONG", then=Value(Decimal(1))), default=Value(Decimal(-1)), output_field=_WIDE)
_SIZE = ExpressionWrapper(_SIGN * F("quantity") * F("contract_size"), output_field=_WIDE)


def attach_marks(trades: Iterable[Trade]) -> None:
    """Set `current_price` and `unrealized_pnl` (account currency, before exit costs) on live trades; None elsewhere."""
    listed = list(trades)
    wanted = {
        (trade.venue, trade.symbol) for trade in listed if trade.status in (TradeStatus.OPEN, TradeStatus.CLOSING)
    }
    found = quotes().get_many(wanted) if wanted else {}
    for trade in listed:
        quote = found.get((trade.venue, trade.symbol)) if trade.status != TradeStatus.CLOSED else None
        trade.current_price, trade.unrealized_pnl = _mark(trade, quote)  # type: ignore[attr-defined]


def _mark(trade: Trade, quote: Quote | None) -> tuple[Decimal | None, Decimal | None]:
    if quote is None or trade.entry_price is None:
        return None, None
    pnl = gross_pnl(
        trade.direction_sign, float(trade.quantity), float(trade.entry_price), quote.last, float(trade.contract_size)
    )
    return Decimal(str(quote.last)), to_money(pnl)


def attach_valuation(accounts: Iterable[Account]) -> None:
    """Set `unrealized_pnl` and `open_trades` on the accounts, summing by market in the database."""
    listed = list(accounts)
    sums = list(
        Trade.objects.filter(account__in=listed, status__in=[TradeStatus.OPEN, TradeStatus.CLOSING])
        .order_by()
        .values("account_id", "venue", "symbol")
        .annotate(count=Count("id"), size=Sum(_SIZE), cost=Sum(ExpressionWrapper(_SIZE * F("entry_price"), _WIDE)))
    )
    found = quotes().get_many({(row["venue"], row["symbol"]) for row in sums}) if sums else {}
    for account in listed:
        own = [row for row in sums if row["account_id"] == account.pk]
        priced = [(row, found[key]) for row in own if (key := (row["venue"], row["symbol"])) in found]
        account.unrealized_pnl = sum(  # type: ignore[attr-defined]
            (to_money(row["size"] * Decimal(str(quote.last)) - row["cost"]) for row, quote in priced), Decimal(0)
        )
        account.open_trades = sum(row["count"] for row in own)  # type: ignore[attr-defined]


def mark_to_market(now: datetime | None = None) -> int:
    """Store equity (balance + unrealised P&L), its peak and an equity point for each account where it may have moved.

    That is each with open trades, and each whose last trades have closed since its last mark.

    A replay samples its own account, in its own time.

    Returns the number of accounts marked.
    """
    moment = (now or wall_now()).astimezone(UTC)
    trades = Trade.objects.filter(status=TradeStatus.OPEN)
    moved = Account.objects.filter(Q(pk__in=trades.values("account")) | ~Q(equity=F("balance")))
    replays = AutoTradingSession.objects.filter(venue__startswith=REPLAY_PREFIX)
    accounts = list(moved.exclude(pk__in=replays.values("account")))
    attach_valuation(accounts)
    for account in accounts:
        record_equity(account, account.unrealized_pnl, moment)  # type: ignore[attr-defined]
    return len(accounts)


@transaction.atomic
def record_equity(account: Account, unrealized: Decimal, moment: datetime) -> None:
    """Write one equity point for the account as it stands, and its peak."""
    current = Account.objects.locked().get(pk=account.pk)
    current.equity = current.balance + unrealized
    current.peak_equity = max(current.peak_equity, current.equity)
    current.save(update_fields=["equity", "peak_equity"])
    EquityPoint.objects.update_or_create(
        account=current, time=moment, defaults={"balance": current.balance, "equity": current.equity}
    )
