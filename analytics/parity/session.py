"""A past session run again through the backtester, and each difference with its likely cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from analytics.backtest.config import BacktestConfig
from analytics.backtest.data import DataError, load_markets
from analytics.backtest.kernel.verdicts import APPROVED, FAILED, GATES
from analytics.backtest.market import Market
from analytics.backtest.result import BacktestResult
from analytics.backtest.run import run_backtest
from analytics.backtest.signals import SignalColumns, strategy_signals
from analytics.parity.compare import Difference, ParityTrade, compare, recorded_trades, replayed_trades
from analytics.whatif.recorded import read_recorded, signal_columns
from analytics.whatif.session_config import config_of_session
from signals.marketdata.timeframes import TIMEFRAMES
from trading.models import AutoTradingSession, Decision, Verdict
from trading.replay.replay import WINDOW

RECORDED, STRATEGIES = "recorded", "strategies"


class NotComparable(ValueError):
    """The session cannot be run again; the message says why."""


@dataclass(frozen=True, slots=True)
class Explained:
    difference: Difference
    cause: str


@dataclass(frozen=True, slots=True)
class ParityReport:
    """What both made, and where they differ. `missing` candles: how many the data lacks in the session's time."""

    recorded: list[ParityTrade]
    replayed: list[ParityTrade]
    differences: list[Explained]
    missing: int

    @property
    def agreeing(self) -> int:
        """Trades that agree in everything."""
        return len(self.recorded) - sum(item.difference.recorded is not None for item in self.differences)


def parity_of_session(
    session: AutoTradingSession, *, signals: str = STRATEGIES, markets: Sequence[Market] | None = None
) -> ParityReport:
    """Run the session again on `markets`, by default on the stored candles of its time, with the signals that its
    strategies fire on them or (RECORDED) those that it decided upon.

    Raises NotComparable where the session made no decision, trades contracts, or lacks candles.
    """
    if session.account.sells_contracts:
        raise NotComparable("The session trades contracts, whose fills the broker makes; candles do not tell them.")
    recorded = recorded_trades(session)
    span = _span(session)
    missing = 0
    if markets is None:
        markets, missing = _stored(session, span)
    config = config_of_session(session)
    markets = [_until(market, _end_ms(session, span, config)) for market in markets]
    result = _again(session, config, markets, signals)
    exact = session.venue.startswith("replay-")
    replayed = replayed_trades(result)
    found = compare(recorded, replayed, within_ms=0 if exact else TIMEFRAMES[session.timeframe])
    causes = _Causes(session, markets, result)
    return ParityReport(recorded, replayed, [Explained(item, causes.of(item)) for item in found], missing)


def _span(session: AutoTradingSession) -> tuple[datetime, datetime]:
    times = Decision.objects.filter(session=session).order_by("market_time").values_list("market_time", flat=True)
    first, last = times.first(), times.last()
    if first is None or last is None:
        raise NotComparable("The session has not decided upon any signal.")
    closed = session.trades.exclude(closed_at=None).order_by("-closed_at").values_list("closed_at", flat=True).first()
    return first, max(last, closed or last)


def _end_ms(session: AutoTradingSession, span: tuple[datetime, datetime], config: BacktestConfig) -> int:
    """Candles from then on (epoch ms) the session did not see: behind its last exit's order and its last decision."""
    last = session.decisions.order_by("-market_time").values_list("market_time", flat=True).first() or span[1]
    decided = int(last.timestamp() * 1000) // TIMEFRAMES[session.timeframe] * TIMEFRAMES[session.timeframe]
    sent = int(span[1].timestamp() * 1000 - config.fill_model.latency_ms)
    return max(decided + TIMEFRAMES[session.timeframe], sent)


def _until(market: Market, end_ms: int) -> Market:
    kept = int(np.searchsorted(market.candles.time, end_ms))
    return Market(market.instrument, market.candles.slice(0, kept), market.detail)


def _stored(session: AutoTradingSession, span: tuple[datetime, datetime]) -> tuple[list[Market], int]:
    """The stored candles, with as many before the session's first decision as its strategies look back on."""
    step = timedelta(milliseconds=TIMEFRAMES[session.timeframe])
    symbols = sorted(set(Decision.objects.filter(session=session).values_list("signal__symbol", flat=True)))
    data = {
        "venue": session.venue,
        "symbols": symbols,
        "timeframe": session.timeframe,
        "start": (span[0] - (WINDOW + 1) * step).isoformat(),
        "end": (span[1] + step).isoformat(),
        "detail_timeframe": None,
    }
    try:
        loaded = load_markets(data)
    except DataError as error:
        raise NotComparable(f"{error.message} Give the candles with --data, or download them.") from None
    return loaded.markets, sum(gap.missing for gap in loaded.gaps)


def _again(session: AutoTradingSession, config: BacktestConfig, markets: Sequence[Market], how: str) -> BacktestResult:
    if how == RECORDED:
        found = signal_columns(read_recorded(session), [market.symbol for market in markets])
    else:
        found = strategy_signals(config, markets, session.timeframe, window=WINDOW)
    return run_backtest(config, markets, session.timeframe, signals=[_while_it_ran(session, found)])


def _while_it_ran(session: AutoTradingSession, found: SignalColumns) -> SignalColumns:
    """Those from the session's first decision on; what its strategies would have said before, nobody heard."""
    first = session.decisions.order_by("signal__market_time").values_list("signal__market_time", flat=True).first()
    kept = found.time >= (0 if first is None else round(first.timestamp() * 1000))
    columns: list[Any] = [column[kept] for column in found.columns()]
    return SignalColumns(*columns)


class _Causes:
    """Why a trade is in one record and not in the other, as far as the decisions tell."""

    def __init__(self, session: AutoTradingSession, markets: Sequence[Market], result: BacktestResult) -> None:
        self._session = session
        self._step = TIMEFRAMES[session.timeframe]
        self._markets = {market.symbol: market for market in markets}
        self._result = result
        self._earlier = False

    def of(self, difference: Difference) -> str:
        after, self._earlier = self._earlier, True
        if difference.replayed is None:
            return self._not_replayed(difference.trade)
        if difference.recorded is None:
            return self._not_recorded(difference.trade)
        return self._otherwise(difference, after)

    def _not_replayed(self, trade: ParityTrade) -> str:
        if not self._has_candle(trade):
            return "no candle is stored of that time"
        decided, symbol = self._result.decisions, self._result.symbols.index(trade.symbol)
        if decided is None:
            return "the backtest kept no decisions"
        near = np.flatnonzero(
            (decided.symbol == symbol)
            & (decided.direction == trade.direction)
            & (np.abs(decided.time - trade.opened) <= self._step)
        )
        if not len(near):
            return "the strategies fire no such signal on these candles"
        verdict = int(decided.verdict[near[0]])
        if verdict == FAILED:
            return "the backtest's order was refused by the fill model"
        return "an earlier difference" if verdict == APPROVED else f"the backtest's gate {GATES[verdict]} refused it"

    def _not_recorded(self, trade: ParityTrade) -> str:
        moment = datetime.fromtimestamp(trade.opened / 1000, UTC)
        around = timedelta(milliseconds=self._step)
        near = Decision.objects.filter(
            session=self._session,
            signal__symbol=trade.symbol,
            signal__direction="LONG" if trade.direction > 0 else "SHORT",
            market_time__gte=moment - around,
            market_time__lte=moment + around,
        ).first()
        if near is None:
            return "the session heard no such signal: it was not running, or its feed's candles were others"
        if near.verdict == Verdict.REJECTED:
            return f"the session refused it: {near.reason}"
        return "the session's entry was not filled, or its trade is open still"

    def _otherwise(self, difference: Difference, after: bool) -> str:
        fields = set(difference.fields)
        if self._session.venue.startswith("replay-"):
            return "an earlier difference" if after else "not explained: please report it"
        if fields <= {"slippage", "opened", "closed", "mae", "mfe"}:
            return "times and prices between two candles, which candles do not tell"
        if "reason" in fields:
            return "inside a candle the prices came in another order than the worst, or a hand moved the trade"
        if "entry" in fields or "exit" in fields:
            return "filled at a quote inside the candle, not at its open or at the level"
        return "an earlier difference changed the balance" if after else "the account's settings were others then"

    def _has_candle(self, trade: ParityTrade) -> bool:
        market = self._markets.get(trade.symbol)
        if market is None:
            return False
        time = market.candles.time
        at = int(np.searchsorted(time, trade.opened, side="right")) - 1
        return at >= 0 and trade.opened < int(time[at]) + self._step
