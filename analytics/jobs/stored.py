"""Trades and equity of a backtest as Parquet, in and out of BacktestData."""

import dataclasses
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.backtest.result import BacktestResult, Floats, Ints, TradeColumns
from analytics.models import Backtest, BacktestData

if TYPE_CHECKING:
    import polars

COLUMNS = tuple(item.name for item in dataclasses.fields(TradeColumns))


def save_result(backtest: Backtest, result: BacktestResult, more: dict[str, Any]) -> None:
    """Keep the result's trades and equity in place of earlier ones; `more` goes beside its counts."""
    counts = {
        "symbols": list(result.symbols),
        "strategies": list(result.strategies),
        "signals": result.signals,
        "approved": result.approved,
        "failed": result.failed,
        "blocked": dict(result.blocked),
    }
    values = {
        "trades": _packed(_trade_frame(result.trades)),
        "equity": _packed(_equity_frame(result)),
        "result": {**counts, **more},
    }
    BacktestData.objects.update_or_create(backtest=backtest, defaults=values)


def trades_of(stored: BacktestData) -> TradeColumns:
    frame = _unpacked(stored.trades)
    return TradeColumns(**{name: np.array(frame[name].to_numpy()) for name in COLUMNS})


def equity_of(stored: BacktestData) -> tuple[Ints, Floats, Floats]:
    """time (epoch ms), equity and balance (account currency), of one length."""
    frame = _unpacked(stored.equity)
    return tuple(np.array(frame[name].to_numpy()) for name in ("time", "equity", "balance"))  # type: ignore[return-value]


def _trade_frame(trades: TradeColumns) -> "polars.DataFrame":
    import polars

    return polars.DataFrame({name: getattr(trades, name) for name in COLUMNS})


def _equity_frame(result: BacktestResult) -> "polars.DataFrame":
    import polars

    return polars.DataFrame({"time": result.time, "equity": result.equity, "balance": result.balance})


def _packed(frame: "polars.DataFrame") -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _unpacked(stored: Any) -> "polars.DataFrame":
    import polars

    return polars.read_parquet(io.BytesIO(bytes(stored)))
