"""Holding what a session did against what the backtester makes of the same candles, trade by trade."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analytics.backtest.result import EXIT_REASONS, BacktestResult
from trading.models import AutoTradingSession, Trade, TradeStatus
from trading.models.fields import to_money, to_price

_TIMES = ("opened", "closed")
_MONEY = ("pnl", "fees", "slippage", "funding", "mae", "mfe")
_PRICES = ("quantity", "entry", "exit", "stop")
CENT = 0.005  # of the account's currency: what rounds to one cent agrees
_CLOSE = 1e-9  # relative: prices and sizes


@dataclass(frozen=True, slots=True)
class ParityTrade:
    """A closed trade: times epoch ms, prices per unit (None: none), quantity base units, money account currency."""

    symbol: str
    direction: int
    opened: int
    closed: int
    quantity: float
    entry: float
    exit: float
    stop: float | None
    reason: str
    pnl: float
    fees: float
    slippage: float
    funding: float
    mae: float | None
    mfe: float | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A trade that only one of the two made (`recorded` or `replayed` is None), or whose `fields` differ."""

    recorded: ParityTrade | None
    replayed: ParityTrade | None
    fields: tuple[str, ...] = ()

    @property
    def trade(self) -> ParityTrade:
        """The recorded one, where there is one."""
        if self.recorded is not None:
            return self.recorded
        if self.replayed is None:
            raise ValueError("a difference of nothing")
        return self.replayed


def recorded_trades(session: AutoTradingSession) -> list[ParityTrade]:
    """The session's closed trades, oldest first."""
    trades = Trade.objects.filter(session=session, status=TradeStatus.CLOSED).order_by("opened_at", "pk")
    return [_recorded(trade) for trade in trades.iterator()]


def _recorded(trade: Trade) -> ParityTrade:
    def number(value: Any) -> float | None:
        return None if value is None else float(value)

    return ParityTrade(
        symbol=trade.symbol,
        direction=trade.direction_sign,
        opened=_ms(trade.opened_at),
        closed=_ms(trade.closed_at),
        quantity=float(trade.quantity),
        entry=float(trade.entry_price or 0),
        exit=float(trade.exit_price or 0),
        stop=number(trade.initial_stop),
        reason=trade.exit_reason,
        pnl=float(trade.realized_pnl),
        fees=float(trade.fees),
        slippage=float(trade.slippage),
        funding=float(trade.funding),
        mae=number(trade.mae),
        mfe=number(trade.mfe),
    )


def _ms(moment: Any) -> int:
    return round(moment.timestamp() * 1000)


def replayed_trades(result: BacktestResult) -> list[ParityTrade]:
    """The backtest's trades, oldest first, rounded as the database rounds."""
    columns = result.trades
    return [
        ParityTrade(
            symbol=result.symbols[columns.symbol[at]],
            direction=int(columns.direction[at]),
            opened=int(columns.opened[at]),
            closed=int(columns.closed[at]),
            quantity=_price(columns.quantity[at]),
            entry=_price(columns.entry_price[at]),
            exit=_price(columns.exit_price[at]),
            stop=None if columns.initial_stop[at] != columns.initial_stop[at] else _price(columns.initial_stop[at]),
            reason=EXIT_REASONS[columns.exit_reason[at]],
            **{name: float(to_money(float(getattr(columns, name)[at]))) for name in _MONEY},
        )
        for at in range(len(columns))
    ]


def _price(value: float) -> float:
    return float(to_price(float(value)))


def compare(
    recorded: Iterable[ParityTrade], replayed: Iterable[ParityTrade], *, within_ms: int = 0
) -> list[Difference]:
    """Every difference, in time order. Trades are matched by symbol and direction, those whose entries lie nearest to
    each other and at most `within_ms` apart.
    """
    groups: dict[tuple[str, int], tuple[list[ParityTrade], list[ParityTrade]]] = defaultdict(lambda: ([], []))
    for side, trades in enumerate((recorded, replayed)):
        for trade in trades:
            groups[trade.symbol, trade.direction][side].append(trade)
    found = []
    for left, right in groups.values():
        for one, other in _pairs(left, right, within_ms):
            fields = _differing(one, other) if one is not None and other is not None else []
            if one is None or other is None or fields:
                found.append(Difference(one, other, tuple(fields)))
    return sorted(found, key=lambda item: (item.trade.opened, item.trade.symbol, item.trade.direction))


Pair = tuple[ParityTrade | None, ParityTrade | None]


def _pairs(left: list[ParityTrade], right: list[ParityTrade], within_ms: int) -> list[Pair]:
    left, right = sorted(left, key=lambda item: item.opened), sorted(right, key=lambda item: item.opened)
    pairs: list[Pair] = []
    i = j = 0
    while i < len(left) and j < len(right):
        apart = left[i].opened - right[j].opened
        if abs(apart) <= within_ms:
            pairs.append((left[i], right[j]))
            i, j = i + 1, j + 1
        elif apart < 0:
            pairs.append((left[i], None))
            i += 1
        else:
            pairs.append((None, right[j]))
            j += 1
    return [*pairs, *((item, None) for item in left[i:]), *((None, item) for item in right[j:])]


def _differing(one: ParityTrade, other: ParityTrade) -> list[str]:
    return [
        *(name for name in (*_TIMES, "reason") if getattr(one, name) != getattr(other, name)),
        *(name for name in _PRICES if not _near(getattr(one, name), getattr(other, name), 0.0)),
        *(name for name in _MONEY if not _near(getattr(one, name), getattr(other, name), CENT)),
    ]


def _near(one: float | None, other: float | None, within: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= max(within, _CLOSE * max(abs(one), abs(other)))
