"""The candles that a session's recorded signals are traded anew on."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from django.conf import settings

from analytics.backtest.config import BacktestConfig
from analytics.backtest.data import DataError, load_markets
from analytics.backtest.market import Market
from analytics.whatif.recorded import Recorded
from brokers.instruments import instruments_for
from signals.marketdata.gaps import iso
from signals.marketdata.store import CandleStore
from signals.marketdata.timeframes import TIMEFRAMES, bucket_start
from trading.decisions.correlation import WINDOW as CORRELATION_WINDOW
from trading.market import wall_now
from trading.models import AutoTradingSession, SessionStatus, TradeStatus

MOST_CANDLES = 3_000_000  # of all symbols together
MOST_FINER = 300_000  # of the finer candles that decide exits inside one
_SHOWN = 3


class NoCandles(ValueError):
    """Candles that are needed are not in the store; `field` is what of the question it concerns."""

    def __init__(self, message: str, field: str = "session") -> None:
        super().__init__(message)
        self.field = field


@dataclasses.dataclass(frozen=True, slots=True)
class History:
    """Markets in the order of their symbols; `begin` and `end` (epoch ms) is the time that is looked at, before which
    the markets may have candles that averages need. `waiting`: signals behind the last candle, of which nothing can be
    told yet; `missing`: candles that the store lacks in between.
    """

    markets: list[Market]
    begin: int
    end: int
    detail_timeframe: str | None
    waiting: int
    missing: int


def read_history(
    session: AutoTradingSession,
    recorded: Sequence[Recorded],
    configs: Sequence[BacktestConfig],
    *,
    is_part: bool = False,
    venue: str | None = None,
) -> History:
    """Candles of the session's timeframe from the first of its signals to its end, with the finest that are stored.

    is_part: the signals are those of a part of its time, and the candles end with them and their trades; venue: whose
    stored candles are taken, the session's own by default. Raises NoCandles naming the times.
    """
    step = TIMEFRAMES[session.timeframe]
    begin = bucket_start(min(item.time_ms for item in recorded), session.timeframe)
    end = _end(session, recorded, configs[0].fill_model.latency_ms, is_part)
    symbols = sorted({item.decision.signal.symbol for item in recorded if not item.given})
    if (end - begin) // step * len(symbols) > MOST_CANDLES:
        raise NoCandles(f"That is more than {MOST_CANDLES:,} candles; choose a later start.", "start")
    store, source = CandleStore(settings.CANDLE_DIR), venue or session.venue
    detail = _finest(store, source, symbols, session.timeframe, begin, end)
    data = {
        "venue": source,
        "symbols": symbols,
        "timeframe": session.timeframe,
        "start": iso(begin - step * max(_candles_before(config) for config in configs)),
        "end": iso(end),
        "detail_timeframe": detail,
    }
    try:
        loaded = load_markets(data, store=store)
    except DataError as error:
        raise NoCandles(error.message, "venue" if venue else "session") from None
    markets = _with_instruments(loaded.markets, session.venue)
    missing = sum(report.missing for report in loaded.gaps)
    return History(markets, begin, end, detail, _need_all(recorded, markets, step), missing)


def _end(session: AutoTradingSession, recorded: Sequence[Recorded], latency_ms: float, is_part: bool) -> int:
    """The end of the candle of its last signal or exit; now, while it has open trades or is not stopped."""
    held = session.trades.filter(status__in=(TradeStatus.OPEN, TradeStatus.CLOSING)).exists()
    if not is_part and (held or session.status != SessionStatus.STOPPED):
        return round(wall_now().timestamp() * 1000)
    step, last = TIMEFRAMES[session.timeframe], max(item.time_ms for item in recorded)
    exits = [item.trade.closed_at for item in recorded if item.trade is not None and item.trade.closed_at is not None]
    # An exit fills a latency after the price that it was sent at.
    sent = [round(moment.timestamp() * 1000 - latency_ms) for moment in exits]
    return max([bucket_start(last, session.timeframe) + step, *(-(-moment // step) * step for moment in sent)])


def _candles_before(config: BacktestConfig) -> int:
    """How many candles before the first signal its average ranges and correlations are worked out from."""
    told, trailing = config.settings, config.settings.exit_plan.trailing
    needed = [0]
    if told.sizing.method == "VOLATILITY":
        needed.append(10 * told.sizing.atr_period + 1)
    if trailing is not None and trailing.kind == "ATR":
        needed.append(10 * trailing.atr_period + 1)
    if told.risk.max_correlated_percent is not None:
        needed.append(CORRELATION_WINDOW + 1)
    return max(needed)


def _finest(store: CandleStore, venue: str, symbols: Sequence[str], timeframe: str, begin: int, end: int) -> str | None:
    """The finest stored timeframe below the session's own that is not too much of it."""
    for name, step in TIMEFRAMES.items():
        if step >= TIMEFRAMES[timeframe]:
            return None
        if (end - begin) // step * len(symbols) > MOST_FINER:
            continue
        if any(len(store.read(venue, symbol, name, start_ms=begin, end_ms=end)) for symbol in symbols):
            return name
    return None


def _with_instruments(markets: Sequence[Market], venue: str) -> list[Market]:
    """What the session's own market allows, where other candles of it are taken."""
    known = instruments_for({(venue, market.symbol) for market in markets})
    return [
        dataclasses.replace(market, instrument=known.get((venue, market.symbol), market.instrument))
        for market in markets
    ]


def _need_all(recorded: Sequence[Recorded], markets: Sequence[Market], step: int) -> int:
    """How many signals are behind the last candle: the store is written every few minutes. Raises NoCandles naming the
    times at which others have none, or all where none has any.
    """
    waiting, lacking = 0, []
    for market in markets:
        own = [item.time_ms for item in recorded if not item.given and item.decision.signal.symbol == market.symbol]
        moments, times = np.sort(np.array(own, np.int64)), market.candles.time
        place = np.searchsorted(times, moments, side="right") - 1
        covered = (place >= 0) & (times[place] + step > moments)
        behind = (moments >= times[-1] + step) & covered.any()
        waiting += int(np.count_nonzero(behind))
        if len(missing := moments[~covered & ~behind]):
            lacking.append(f"{market.symbol} at {_told(missing)}")
    if lacking:
        raise NoCandles(f"The store has no candles of {'; '.join(lacking)}. `manage.py candles download` brings them.")
    return waiting


def _told(missing: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> str:
    shown = ", ".join(iso(int(moment)) for moment in missing[:_SHOWN])
    more = len(missing) - _SHOWN
    return shown if more <= 0 else f"{shown} and {more:,} times more until {iso(int(missing[-1]))}"
