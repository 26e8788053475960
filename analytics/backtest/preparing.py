"""From settings, candles and signals to the rows that the compiled loop works on."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.backtest.config import BacktestConfig
from analytics.backtest.kernel.figures import CORRELATION_WINDOW
from analytics.backtest.kernel.records import SIGNAL, TRADE, Bars, Book, Closes
from analytics.backtest.kernel.verdicts import APPROVED, CALENDAR_OPEN, NOT_IN_BLACKOUT, SCHEDULE_OPEN, UNDECIDED
from analytics.backtest.market import Market
from analytics.backtest.setting_rows import account_row, instrument_rows, settings_row
from analytics.backtest.signals import SignalColumns
from signals import indicators
from signals.marketdata.candles import CandleArrays
from signals.marketdata.timeframes import milliseconds
from trading.exits.bars import one_after_another
from trading.rules.schedule import blackout_at, day_start, is_open, next_day_start
from trading.sessions.calendars import calendar_open
from trading.sessions.session_settings import Schedule

Ints = NDArray[np.int64]
_DAY_MS = 86_400_000
_SHORTEST_LIFE_MS = 30_000  # of a strategy's signal, as trading/stream/strategy_runs.py
_ATR_PERIODS = 10  # as trading/candles.py average_range


def make_book(
    config: BacktestConfig, markets: Sequence[Market], timeframe: str, found: SignalColumns, now_ms: int
) -> Book:
    """A book that nothing has happened in. `found` may be in any order; those without a bar to act upon are left out.

    `now_ms` (epoch ms) is when the run begins, before its first bar.
    """
    step = milliseconds(timeframe)
    bars = merged_bars(markets, timeframe)
    signals = _signals(config, markets, found, bars, step, timeframe)
    trades = np.zeros(len(signals), TRADE)
    targets = sorted(config.settings.exit_plan.targets, key=lambda target: target.percent)
    day_starts = _day_starts(config.settings.schedule, bars)
    moments = (len(bars.start) if len(markets) == 1 else _moments(bars.start)) + 1
    equity = np.empty(moments)
    time, cash = np.empty(moments, np.int64), np.empty(moments)
    time[0], equity[0], cash[0] = now_ms, config.account.balance, config.account.balance
    return Book(
        bars=bars,
        closes=_closes(markets, step),
        instruments=instrument_rows(markets),
        signals=signals,
        trades=trades,
        account=account_row(config),
        settings=settings_row(config, step),
        open_rows=np.zeros(2 * len(markets) + 1, np.int64),
        closings=np.zeros(len(signals), np.int64),
        last=np.full(len(markets), math.nan),
        at=np.full(len(markets), -1, np.int64),
        funded=np.full(len(markets), -1, np.int64),
        day_starts=day_starts,
        opened_by_day=np.zeros(len(day_starts) + 1, np.int64),
        pnl_by_day=np.zeros(len(day_starts) + 1),
        target_percents=np.array([target.percent for target in targets]),
        target_portions=np.array([target.portion for target in targets]),
        time=time,
        equity=equity,
        cash=cash,
    )


def _moments(start: Ints) -> int:
    return int(np.count_nonzero(np.diff(start))) + min(1, len(start))


# --- bars


def merged_bars(markets: Sequence[Market], timeframe: str) -> Bars:
    """The bars of all markets by start, then by market; finer candles in place of the coarser where there are any."""
    columns = [_market_bars(market, timeframe) for market in markets]
    if len(columns) == 1:
        start, end, *prices = columns[0]
        return Bars(start, end, np.zeros(len(start), np.int64), *prices)
    symbol = np.concatenate([np.full(len(part[0]), at, np.int64) for at, part in enumerate(columns)])
    joined = [np.concatenate(parts) for parts in zip(*columns, strict=True)]
    order = np.lexsort((symbol, joined[0]))
    start, end, *prices = (column[order] for column in joined)
    return Bars(start, end, symbol[order], *prices)


def _market_bars(market: Market, timeframe: str) -> tuple[NDArray[Any], ...]:
    candles, step = market.candles, milliseconds(timeframe)
    if market.detail is None or not len(market.detail) or not len(candles):
        return (candles.time, candles.time + step, *(np.ascontiguousarray(item) for item in candles.columns()[1:5]))
    first, last = int(candles.time[0]), int(candles.time[-1]) + step
    fine = market.detail.slice(*np.searchsorted(market.detail.time, [first, last]).tolist())
    found = one_after_another([(_finer(market.detail), fine), (timeframe, candles)], first)
    rows = np.array([(bar.open, bar.high, bar.low, bar.close) for bar in found]).reshape(len(found), 4)
    start = np.array([bar.start for bar in found], dtype=np.int64)
    end = np.array([bar.end for bar in found], dtype=np.int64)
    return (start, end, *(np.ascontiguousarray(column) for column in rows.T))


def _finer(candles: CandleArrays) -> str:
    """The timeframe of candles: the shortest time between two of them."""
    from signals.marketdata.timeframes import TIMEFRAMES

    shortest = int(np.diff(candles.time).min()) if len(candles) > 1 else 60_000
    return min(TIMEFRAMES, key=lambda name: abs(TIMEFRAMES[name] - shortest))


def _closes(markets: Sequence[Market], step: int) -> Closes:
    if len(markets) == 1:  # nothing to be correlated with
        markets = ()
    return Closes(
        offset=np.cumsum([0, *(len(market.candles) for market in markets)]).astype(np.int64),
        end=np.concatenate([np.empty(0, np.int64), *(market.candles.time + step for market in markets)]),
        close=np.concatenate([np.empty(0), *(market.candles.close for market in markets)]),
        left=np.empty(CORRELATION_WINDOW),
        right=np.empty(CORRELATION_WINDOW),
    )


def _day_starts(schedule: Schedule, bars: Bars) -> Ints:
    """The days in the schedule's time zone from the first bar's to two days after the last's (epoch ms)."""
    if not len(bars.start):
        return np.zeros(2, np.int64)
    first, last = int(bars.start[0]), _moment(int(bars.end[-1])) + timedelta(days=3)
    if schedule.time_zone == "UTC":
        return np.arange(first - first % _DAY_MS, int(last.timestamp() * 1000) + _DAY_MS, _DAY_MS, dtype=np.int64)
    found = [day_start(_moment(first), schedule.time_zone)]
    while found[-1] < last:
        found.append(next_day_start(found[-1], schedule.time_zone))
    return np.array([int(item.timestamp() * 1000) for item in found], dtype=np.int64)


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


# --- signals


def _signals(
    config: BacktestConfig, markets: Sequence[Market], found: SignalColumns, bars: Bars, step: int, timeframe: str
) -> NDArray[Any]:
    """In the order in which they are acted upon: by bar, then by strategy."""
    bar = _first_bars(found, bars, len(markets))
    kept = np.flatnonzero(bar >= 0)
    kept = kept[np.lexsort((found.strategy[kept], bar[kept]))]
    rows = np.zeros(len(kept), SIGNAL)
    rows["bar"], rows["symbol"] = bar[kept], found.market[kept]
    rows["expires"] = found.time[kept] + max(_SHORTEST_LIFE_MS, 2 * step)
    for name in ("strategy", "direction", "entry", "stop", "target", "confidence"):
        rows[name] = getattr(found, name)[kept]
    rows["verdict"], rows["trade"] = UNDECIDED, -1
    rows["atr"] = rows["trail_atr"] = math.nan
    sizing, trailing = config.settings.sizing, config.settings.exit_plan.trailing
    if sizing.method == "VOLATILITY":
        rows["atr"] = _ranges(markets, rows, found.time[kept] - step, sizing.atr_period)
    if trailing is not None and trailing.kind == "ATR":
        rows["trail_atr"] = _ranges(markets, rows, found.time[kept] - step, trailing.atr_period)
    rows["shut"] = _shut(config.settings.schedule, bars.start[rows["bar"]])
    return rows


def _first_bars(found: SignalColumns, bars: Bars, markets: int) -> Ints:
    """Each signal's bar: the first of its market that starts when it is known, or later; -1 for none."""
    at = np.full(len(found), -1, np.int64)
    if markets == 1:
        place = np.searchsorted(bars.start, found.time)
        return np.where(place < len(bars.start), place, -1)
    for market in range(markets):
        own = np.flatnonzero(bars.symbol == market)
        wanted = np.flatnonzero(found.market == market)
        place = np.searchsorted(bars.start[own], found.time[wanted])
        inside = place < len(own)
        at[wanted[inside]] = own[place[inside]]
    return at


def _ranges(markets: Sequence[Market], rows: NDArray[Any], opened: Ints, period: int) -> NDArray[np.float64]:
    """Each signal's ATR up to its candle, over as many candles as a live decision reads; NaN where they are too few."""
    found = np.full(len(rows), math.nan)
    for place, (symbol, at_ms) in enumerate(zip(rows["symbol"], opened, strict=True)):
        candles = markets[symbol].candles
        end = int(np.searchsorted(candles.time, at_ms, side="right"))
        start = max(0, end - (_ATR_PERIODS * period + 1))
        if end - start > period:
            part = candles.slice(start, end)
            value = float(indicators.atr(part.high, part.low, part.close, period)[-1])
            found[place] = value if value > 0.0 else math.nan
    return found


def _shut(schedule: Schedule, times: Ints) -> Ints:
    """The gate of hours that refuses each moment (epoch ms); 0 where none does."""
    shut = np.full(len(times), APPROVED, np.int64)
    if schedule == Schedule(time_zone=schedule.time_zone):
        return shut
    for place, at_ms in enumerate(times):
        now = _moment(int(at_ms))
        if not is_open(schedule, now):
            shut[place] = SCHEDULE_OPEN
        elif not calendar_open(schedule.calendar, now):
            shut[place] = CALENDAR_OPEN
        elif blackout_at(schedule, now)[0]:
            shut[place] = NOT_IN_BLACKOUT
    return shut
