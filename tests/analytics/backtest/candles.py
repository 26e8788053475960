"""Candles to run backtests on."""

import random
from typing import Any

import numpy as np

from analytics.backtest.config import AccountConfig, BacktestConfig, StrategyChoice
from analytics.backtest.market import Market
from analytics.backtest.signals import SignalColumns
from brokers.adapters.paper import FillModel
from brokers.interface import Instrument
from signals.marketdata.candles import CandleArrays
from trading.sessions.session_settings import SessionSettings

MINUTE = 60_000
START = 1_700_006_340_000  # 23:59 UTC: a day ends in the second minute
FREE = FillModel(slippage_bps=0.0, commission_rate=0.0, latency_ms=0.0)


def wild_candles(count: int, seed: int, step: int = MINUTE, start: int = START) -> CandleArrays:
    """A seeded walk with gaps, long shadows and jumps."""
    dice, price, rows = random.Random(seed), 100.0, []
    for number in range(count):
        open_ = round(price * (1 + (dice.gauss(0, 0.006) if dice.random() < 0.05 else 0.0)), 2)
        close = round(open_ * (1 + dice.gauss(0, 0.003)), 2)
        high = round(max(open_, close) * (1 + abs(dice.gauss(0, 0.0012))), 2)
        low = round(min(open_, close) * (1 - abs(dice.gauss(0, 0.0012))), 2)
        rows.append((start + number * step, open_, high, low, close, 5.0))
        price = close
    return CandleArrays.from_rows(rows)


def bars(*rows: tuple[float, float, float, float], step: int = MINUTE, start: int = START) -> CandleArrays:
    """Candles of (open, high, low, close)."""
    return CandleArrays.from_rows([(start + number * step, *row, 1.0) for number, row in enumerate(rows)])


def instrument(symbol: str = "ABC", **values: Any) -> Instrument:
    settings: dict[str, Any] = {"market_type": "FUTURES", "tick_size": 0.01, "lot_size": 0.001, **values}
    return Instrument(venue="test", symbol=symbol, min_quantity=settings["lot_size"], min_notional=0.0, **settings)


def market(candles: CandleArrays, symbol: str = "ABC", detail: CandleArrays | None = None) -> Market:
    return Market(instrument(symbol), candles, detail)


def config(model: FillModel = FREE, account: dict[str, Any] | None = None, **told: Any) -> BacktestConfig:
    """Settings as a session's JSON; of strategies one that tests do not ask, since they bring signals."""
    values = {"balance": 1000.0, "max_position_size": 1.0, **(account or {})}
    return BacktestConfig(
        (StrategyChoice("razor"),),
        account=AccountConfig(**values),
        settings=SessionSettings.read({"sizing": {"method": "FIXED", "amount": 100.0}, **told}),
        fill_model=model,
    )


def fire(*rows: tuple[int, int, float, float], market: int = 0, step: int = MINUTE) -> SignalColumns:
    """Signals of (candle, direction, stop, target), known at that candle's close."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * 4
    count = len(rows)
    return SignalColumns(
        market=np.full(count, market, np.int64),
        strategy=np.zeros(count, np.int64),
        time=START + (np.array(columns[0], dtype=np.int64) + 1) * step,
        direction=np.array(columns[1], dtype=np.int64),
        entry=np.full(count, np.nan),
        stop=np.array(columns[2], dtype=np.float64),
        target=np.array(columns[3], dtype=np.float64),
        confidence=np.full(count, 0.9),
    )
