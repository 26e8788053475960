"""The records that Monte Carlo starts from: closed trades of a backtest, an account or a session."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import QuerySet, Sum
from numpy.typing import NDArray

from analytics.backtest.data import guess_instrument
from analytics.jobs.stored import trades_of
from analytics.models import Backtest, BacktestData
from analytics.whatif.session_config import balance_at_start
from brokers.instruments import instruments_for
from trading.models import Account, AutoTradingSession, Trade, TradeStatus
from trading.rules.pnl import unit_value

Floats = NDArray[np.float64]

SOURCES = ("backtest", "account", "session")
MOST_TRADES = 20_000
_COLUMNS = ("realized_pnl", "quantity", "entry_price", "contract_size", "inverse")


class NoRecord(ValueError):
    """There are no closed trades to start from."""


@dataclass(frozen=True, slots=True)
class Record:
    """Closed trades in the order of their exits: results and notionals at the entry (account currency, shape (n,)).

    `start` is the balance before the first of them. `of`: how many trades there are; the last MOST_TRADES are taken.
    """

    pnl: Floats
    notional: Floats
    start: float
    currency: str
    of: int


def record_of_backtest(backtest: Backtest) -> Record:
    """Raises NoRecord where it has not ended, or made no trade."""
    stored = BacktestData.objects.filter(backtest=backtest).first()
    trades = None if stored is None else trades_of(stored)
    if stored is None or trades is None or not len(trades):
        raise NoRecord(f"Backtest {backtest.pk} has no trades.")
    order = np.lexsort((np.arange(len(trades)), trades.closed))
    value = _unit_values(backtest, stored.result["symbols"], trades.symbol, trades.entry_price)
    account = backtest.config.get("account", {})
    pnl, notional = trades.pnl[order], (trades.quantity * value)[order]
    start = float(account.get("balance", 10_000.0))
    skipped = max(0, len(pnl) - MOST_TRADES)
    return Record(
        pnl[skipped:],
        notional[skipped:],
        start + float(pnl[:skipped].sum()),
        str(account.get("currency", "USDT")),
        len(pnl),
    )


def record_of_account(account: Account) -> Record:
    """Of the trades since the account's last reset. Raises NoRecord."""
    trades = Trade.objects.filter(account=account)
    if account.reset_at is not None:
        trades = trades.filter(closed_wall__gt=account.reset_at)
    return _record(trades, float(account.initial_balance), account.currency, f"Account {account.pk}")


def record_of_session(session: AutoTradingSession) -> Record:
    """Raises NoRecord."""
    trades = Trade.objects.filter(session=session)
    return _record(trades, balance_at_start(session), session.account.currency, f"Session {session.pk}")


def _record(trades: "QuerySet[Trade]", start: float, currency: str, name: str) -> Record:
    closed = trades.filter(status=TradeStatus.CLOSED).order_by()
    sums = closed.aggregate(pnl=Sum("realized_pnl"))
    last = list(closed.order_by("-closed_at", "-pk").values_list(*_COLUMNS)[:MOST_TRADES])[::-1]
    if not last:
        raise NoRecord(f"{name} has no closed trades.")
    pnl = np.array([float(row[0]) for row in last])
    notional = np.array([_notional(*row[1:]) for row in last])
    earlier = float(sums["pnl"] or 0) - float(pnl.sum())
    count = len(last) if len(last) < MOST_TRADES else closed.count()
    return Record(pnl, notional, start + (earlier if count > len(last) else 0.0), currency, count)


def _notional(quantity: Decimal, entry: Decimal, contract_size: Decimal, inverse: bool) -> float:
    return float(quantity) * unit_value(inverse, float(entry), float(contract_size))


def _unit_values(backtest: Backtest, symbols: list[str], symbol: NDArray[np.int64], entry: Floats) -> Floats:
    """What a unit of each trade was worth at its entry, account currency."""
    venue = str(backtest.data.get("venue", ""))
    known = instruments_for({(venue, name) for name in symbols})
    value = np.empty(len(entry))
    for at, name in enumerate(symbols):
        kind = known.get((venue, name)) or guess_instrument(venue, name)
        own = symbol == at
        value[own] = kind.contract_size / entry[own] if kind.inverse else kind.contract_size * entry[own]
    return value
