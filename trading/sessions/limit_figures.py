"""What the limits of sessions count, as it is now: a few indexed queries, however many sessions and however old."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import redis

from trading.decisions.holdings import ContractWorth, Holding, read_contracts, read_holdings, unrealized_of
from trading.market import is_replay, quotes, wall_now
from trading.models import Account, AutoTradingSession
from trading.rules import figures
from trading.sessions.algorithms import current_settings
from trading.sessions.session_figures import ClosedToday, Streak, closed_today, day_began, day_so_far, losing_streaks


@dataclass(frozen=True, slots=True)
class Figures:
    """A session's standing at `moment` (market time). Money in account currency, percents 0-100.

    What open trades are worth is not known while Redis is down: `equity`, losses of the day and drawdown are NaN then.
    """

    moment: datetime
    currency: str
    equity: float
    drawdown_percent: float
    trades_today: int
    pnl_today: float
    loss_today: float
    loss_today_percent: float
    losses_in_a_row: int
    open_trades: int
    most_per_symbol: int
    exposure_percent: float
    leverage: float


@dataclass(frozen=True, slots=True)
class _Books:
    """What the sessions' accounts hold; `unrealized` by trade, None while it is not known."""

    holdings: dict[int, list[Holding]]
    contracts: dict[int, ContractWorth]
    unrealized: dict[int, float] | None
    closed: dict[int, ClosedToday]
    streaks: dict[int, Streak]


def read_figures(sessions: Sequence[AutoTradingSession], *, now: datetime | None = None) -> dict[int, Figures]:
    """By session; rows need their account selected. `now` is market time, needed for a replay's: they are left out
    without it.
    """
    heard = [item for item in sessions if now is not None or not is_replay(item.venue)]
    if not heard:
        return {}
    moment = now or wall_now()
    days = {item.pk: day_began(item, moment, current_settings(item).schedule.time_zone) for item in heard}
    books = _read_books(heard, days)
    return {item.pk: _figures(item, moment, days[item.pk], books) for item in heard}


def _read_books(sessions: Sequence[AutoTradingSession], days: Mapping[int, datetime]) -> _Books:
    accounts = {item.account_id: item.account for item in sessions}
    holdings, contracts = read_holdings(accounts), read_contracts(accounts.values())
    return _Books(
        holdings=holdings,
        contracts=contracts,
        unrealized=_unrealized(holdings, contracts),
        closed=closed_today(days),
        streaks=losing_streaks(sessions),
    )


def _unrealized(
    holdings: Mapping[int, Iterable[Holding]], contracts: Mapping[int, ContractWorth]
) -> dict[int, float] | None:
    markets = {item.market for held in holdings.values() for item in held}
    try:
        seen = quotes().get_many(markets) if markets else {}
    except (redis.RedisError, OSError):
        return None
    found: dict[int, float] = {}
    for account_id, held in holdings.items():
        found |= unrealized_of(held, seen, contracts.get(account_id))
    return found


def _figures(session: AutoTradingSession, moment: datetime, day: datetime, books: _Books) -> Figures:
    account, held = session.account, books.holdings[session.account_id]
    own = [item for item in held if item.session_id == session.pk]
    streak, balance = books.streaks.get(session.pk), float(account.balance)
    today = day_so_far(day, own, books.closed.get(session.pk), _worth(own, books.unrealized), balance)
    loss = figures.loss_of(today.pnl)
    equity = _equity(account, held, books)
    symbols = [item.symbol for item in own]
    return Figures(
        moment=moment,
        currency=account.currency,
        equity=equity,
        drawdown_percent=figures.drawdown_percent(equity, float(session.peak_equity)),
        trades_today=today.opened,
        pnl_today=today.pnl,
        loss_today=loss,
        loss_today_percent=figures.percent_of(loss, today.balance_at_start),
        losses_in_a_row=streak.losses if streak else 0,
        open_trades=len(own),
        most_per_symbol=max((symbols.count(symbol) for symbol in set(symbols)), default=0),
        exposure_percent=figures.percent_of(sum(item.notional for item in held), balance),
        leverage=1.0 if account.sells_contracts else float(account.leverage),
    )


def _worth(held: Iterable[Holding], unrealized: Mapping[int, float] | None) -> float:
    return math.nan if unrealized is None else sum(unrealized.get(item.trade_id, 0.0) for item in held)


def _equity(account: Account, held: Iterable[Holding], books: _Books) -> float:
    contracts = books.contracts.get(account.pk)
    return float(account.balance) + _worth(held, books.unrealized) + (contracts.stakes if contracts else 0.0)
