"""A backtest's trades under the names of the API, as columns or as rows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.metrics.numbers import number

if TYPE_CHECKING:
    from analytics.backtest.result import TradeColumns

_AS_THEY_ARE = ("pnl", "fees", "slippage", "funding", "mae", "mfe", "r", "confidence", "parts")
Columns = Mapping[str, Sequence[Any] | np.ndarray]


def trade_columns(
    trades: "TradeColumns",
    *,
    symbols: Sequence[str],
    strategies: Sequence[str],
    exit_reasons: Sequence[str] | None = None,
) -> dict[str, Sequence[Any] | np.ndarray]:
    """Columns of one length: times datetime64[ms] UTC, names text, prices per unit and money in account currency floats
    (NaN for none). `exit_reasons`: the names of the codes, a backtest's unless told.
    """
    reasons = exit_reasons if exit_reasons is not None else _exit_reasons()
    return {
        "number": np.arange(1, len(trades.pnl) + 1),
        "symbol": _named(symbols, trades.symbol),
        "strategy": _named(strategies, trades.strategy),
        "direction": ["LONG" if side > 0 else "SHORT" for side in trades.direction.tolist()],
        "opened_at": trades.opened.astype("datetime64[ms]"),
        "closed_at": trades.closed.astype("datetime64[ms]"),
        "quantity": trades.quantity,
        "entry_price": trades.entry_price,
        "exit_price": trades.exit_price,
        "initial_stop": trades.initial_stop,
        "exit_reason": _named(reasons, trades.exit_reason),
        **{name: getattr(trades, name) for name in _AS_THEY_ARE},
    }


def trade_rows(columns: Columns, start: int = 0, count: int = 50) -> list[dict[str, Any]]:
    """`count` rows from `start` on, as JSON holds them: times ISO 8601 with a Z, None for NaN."""
    plain = [_plain(values[start : start + count]) for values in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*plain, strict=True)]


def _plain(values: Sequence[Any] | np.ndarray) -> list[Any]:
    if not isinstance(values, np.ndarray):
        return list(values)
    if values.dtype.kind == "M":
        return [f"{text}Z" for text in np.datetime_as_string(values).tolist()]
    return [number(value) for value in values.tolist()] if values.dtype.kind == "f" else values.tolist()


def _named(names: Sequence[str], codes: np.ndarray) -> list[str]:
    return [names[code] for code in codes.tolist()]


def _exit_reasons() -> Sequence[str]:
    from analytics.backtest.result import EXIT_REASONS

    return EXIT_REASONS
