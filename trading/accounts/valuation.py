"""Marking accounts and trades to the market."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, DecimalField, ExpressionWrapper, F, Q, Sum, Value, When

from brokers.interface import Quote
from trading.accounts.contract_terms import attach_contracts
from trading.market import REPLAY_PREFIX, quotes, seen_quotes, wall_now
from trading.models import Account, AutoTradingSession, Contract, EquityPoint, SessionStatus, Trade, TradeStatus
from trading.models.fields import to_money
from trading.rules.pnl import position_pnl

_WIDE = DecimalField(max_digits=40, decimal_places=12)
_SIGN = Case(When(direction="LONG", then=Value(Decimal(1))), default=Value(Decimal(-1)), output_field=_WIDE)
_SIZE = ExpressionWrapper(_SIGN * (F("quantity") - F("closed_quantity")) * F("contract_size"), output_field=_WIDE)
_HELD = (TradeStatus.OPEN, TradeStatus.CLOSING)


def attach_marks(trades: Iterable[Trade], *, if_quoted: bool = False) -> None:
    """Set `current_price` and `unrealized_pnl` (account currency, before exit costs) on live trades, None elsewhere;
    and `bought`, the contract, on those that are one.

    With `if_quoted` a Redis that is down leaves the marks out: what is booked does not wait for them.
    """
    listed = list(trades)
    held = [trade for trade in listed if trade.status in _HELD]
    found = _latest({(trade.venue, trade.symbol) for trade in held}, if_quoted)
    attach_contracts(listed)
    for trade in listed:
        quote = found.get((trade.venue, trade.symbol)) if trade.status != TradeStatus.CLOSED else None
        price, pnl = _mark(trade, quote)
        if trade.market_type == "CONTRACT":
            contract: Contract | None = trade.bought  # type: ignore[attr-defined]
            pnl = contract.profit if contract is not None and trade.status in _HELD else None
        trade.current_price, trade.unrealized_pnl = price, pnl  # type: ignore[attr-defined]


def _latest(markets: Collection[tuple[str, str]], if_quoted: bool) -> dict[tuple[str, str], Quote]:
    if not markets:
        return {}
    return seen_quotes(markets) if if_quoted else quotes().get_many(markets)


def _mark(trade: Trade, quote: Quote | None) -> tuple[Decimal | None, Decimal | None]:
    if quote is None or trade.entry_price is None:
        return None, None
    pnl = position_pnl(
        trade.inverse,
        trade.direction_sign,
        float(trade.open_quantity),
        float(trade.entry_price),
        quote.last,
        float(trade.contract_size),
    )
    return Decimal(str(quote.last)), to_money(pnl)


def attach_valuation(accounts: Iterable[Account], *, if_quoted: bool = False) -> None:
    """Set `unrealized_pnl`, `tied_up` (the stakes of open contracts) and `open_trades` on the accounts.

    Equity is the balance and both. Trades are summed by market in the database. `if_quoted` as in `attach_marks`.
    """
    listed = list(accounts)
    held = Trade.objects.filter(account__in=listed, status__in=_HELD).order_by()
    sums = list(
        held.values("account_id", "venue", "symbol", "market_type", "inverse").annotate(
            count=Count("id"),
            size=Sum(_SIZE),
            cost=Sum(ExpressionWrapper(_SIZE * F("entry_price"), _WIDE)),
            inverse_cost=Sum(ExpressionWrapper(_SIZE / F("entry_price"), _WIDE)),
        )
    )
    found = _latest({(row["venue"], row["symbol"]) for row in sums}, if_quoted)
    for account in listed:
        own = [row for row in sums if row["account_id"] == account.pk]
        account.open_trades = sum(row["count"] for row in own)  # type: ignore[attr-defined]
        account.unrealized_pnl = sum(  # type: ignore[attr-defined]
            (_worth(row, found.get((row["venue"], row["symbol"]))) for row in own), Decimal(0)
        )
        account.tied_up = Decimal(0)  # type: ignore[attr-defined]
    _add_contracts([account for account in listed if account.sells_contracts])


def _worth(row: Mapping[str, Any], quote: Quote | None) -> Decimal:
    """A market's unrealised profit: size * price - cost; of inverse contracts, size/entry - size/price."""
    if quote is None or row["market_type"] == "CONTRACT" or row["cost"] is None:
        return Decimal(0)
    last = Decimal(str(quote.last))
    return to_money(row["inverse_cost"] - row["size"] / last if row["inverse"] else row["size"] * last - row["cost"])


def _add_contracts(accounts: list[Account]) -> None:
    if not accounts:
        return
    held = Contract.objects.filter(account__in=accounts, settled_at=None).order_by()
    for account_id, stake, profit in held.values_list("account_id", "stake", "profit"):
        account = next(item for item in accounts if item.pk == account_id)
        account.tied_up += stake  # type: ignore[attr-defined]
        account.unrealized_pnl += profit or 0  # type: ignore[attr-defined]


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
        record_equity(account, account.unrealized_pnl + account.tied_up, moment)  # type: ignore[attr-defined]
    return len(accounts)


@transaction.atomic
def record_equity(account: Account, beyond_cash: Decimal, moment: datetime) -> None:
    """Write an equity point for the account, of its cash and what is beyond it; raise its peak, and its sessions'.

    What was booked since the account was read would count twice, or not at all: it is valued again then.
    """
    current = Account.objects.locked().get(pk=account.pk)
    if current.ledger_sequence != account.ledger_sequence:
        attach_valuation([current])
        beyond_cash = current.unrealized_pnl + current.tied_up  # type: ignore[attr-defined]
    current.equity = current.balance + beyond_cash
    current.peak_equity = max(current.peak_equity, current.equity)
    current.save(update_fields=["equity", "peak_equity"])
    current.sessions.exclude(status=SessionStatus.STOPPED).filter(peak_equity__lt=current.equity).update(
        peak_equity=current.equity
    )
    EquityPoint.objects.update_or_create(
        account=current, time=moment, defaults={"balance": current.balance, "equity": current.equity}
    )
