"""A run's settings, account and instruments as the rows that the compiled loop reads."""

import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.backtest.config import BacktestConfig
from analytics.backtest.kernel.records import ACCOUNT, INSTRUMENT, NEVER, SETTINGS
from analytics.backtest.market import Market
from brokers.catalog import broker_info
from trading.rules import gates, horizons
from trading.rules.quantities import METHOD_CODES

_WHOLE = 1.0 - 1e-9


def instrument_rows(markets: Sequence[Market]) -> NDArray[Any]:
    rows = np.zeros(len(markets), INSTRUMENT)
    for row, market in zip(rows, markets, strict=True):
        kind = market.instrument
        row["tick"], row["lot"] = kind.tick_size, kind.lot_size
        row["min_quantity"], row["min_notional"] = kind.min_quantity, kind.min_notional
        row["max_quantity"], row["contract_size"] = kind.max_quantity, kind.contract_size
        row["inverse"], row["pays_funding"] = kind.inverse, kind.market_type == "FUTURES"
        for name, side, is_exit in (
            ("buy_entry", "BUY", False),
            ("sell_entry", "SELL", False),
            ("buy_exit", "BUY", True),
            ("sell_exit", "SELL", True),
        ):
            row[name] = zlib.crc32(f"{kind.symbol}:{side}:{is_exit}".encode())
    return rows


def account_row(config: BacktestConfig) -> NDArray[Any]:
    rows = np.zeros(1, ACCOUNT)
    rows["balance"] = rows["peak_equity"] = config.account.balance
    rows["streak_since"] = -NEVER
    return rows


def _unlimited(value: float | None) -> float:
    return math.inf if value is None else float(value)


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def settings_row(config: BacktestConfig, step: int) -> NDArray[Any]:
    rows = np.zeros(1, SETTINGS)
    for name, value in {**_account_settings(config, step), **_limits(config), **_sizing(config)}.items():
        rows[name] = value
    for name, value in {**_plan(config), **_fills(config)}.items():
        rows[name] = value
    return rows


def _account_settings(config: BacktestConfig, step: int) -> dict[str, Any]:
    account, weights = config.account, config.settings.timeframe_weights
    own = _unlimited(config.settings.risk.max_leverage)
    return {
        "leverage": account.leverage,
        "max_position_size": account.max_position_size,
        "max_open_trades": account.max_open_trades,
        "min_confidence": account.min_confidence,
        "max_leverage": min(own, float(broker_info("paper").max_leverage or 1), gates.MAX_LEVERAGE),
        "horizon_weight": float(weights.get(horizons.HORIZONS[horizons.horizon_of(step)], 0.0)),
    }


def _limits(config: BacktestConfig) -> dict[str, Any]:
    risk = config.settings.risk
    same = (
        "max_trades_per_day",
        "daily_loss_limit",
        "daily_loss_percent",
        "max_stake",
        "risk_per_trade_percent",
        "max_position_percent",
        "max_exposure_percent",
        "max_open_per_symbol",
        "max_drawdown_percent",
        "max_consecutive_losses",
        "max_correlated_percent",
        "max_spread_percent",
        "max_slippage_percent",
    )
    return {
        **{name: _unlimited(getattr(risk, name)) for name in same},
        "session_open_trades": _unlimited(risk.max_open_trades),
        "cool_down_minutes": risk.cool_down_minutes,
    }


def _sizing(config: BacktestConfig) -> dict[str, Any]:
    how = config.settings.sizing
    return {
        "method": METHOD_CODES[how.method],
        "amount": how.amount,
        "percent": how.percent,
        "fraction": how.fraction,
        "sample": how.sample,
        "minimum": how.minimum,
    }


def _plan(config: BacktestConfig) -> dict[str, Any]:
    plan = config.settings.exit_plan
    trailing, even, targets = plan.trailing, plan.break_even, plan.targets
    kind = trailing.kind if trailing else ""
    value = trailing.value if trailing else math.nan
    partial = len(targets) > 1 or any(target.portion < _WHOLE for target in targets)
    return {
        "default_stop_percent": config.default_stop_percent,
        "default_target_percent": config.default_target_percent,
        "needs_stop": not config.allow_unprotected,
        "has_plan": bool(trailing or even or targets or plan.time_exit_minutes is not None),
        "is_walk": bool(trailing or even or partial),
        "trail_percent": value if kind == "PERCENT" else math.nan,
        "trail_distance": value if kind == "DISTANCE" else math.nan,
        "trail_atrs": value if kind == "ATR" else math.nan,
        "activation_percent": trailing.activation_percent if trailing else math.nan,
        "step_percent": trailing.step_percent if trailing else 0.0,
        "break_even_trigger_percent": even.trigger_percent if even else math.nan,
        "break_even_offset_percent": even.offset_percent if even else math.nan,
        "time_exit_minutes": _nan(plan.time_exit_minutes),
        "worst_case": config.worst_case,
    }


def _fills(config: BacktestConfig) -> dict[str, Any]:
    model = config.fill_model
    return {
        "slippage_bps": model.slippage_bps,
        "commission_rate": model.commission_rate,
        "latency_ms": model.latency_ms,
        "partial_probability": model.partial_fill_probability,
        "partial_minimum": model.partial_fill_minimum,
        "rejection_probability": model.rejection_probability,
        "seed": model.seed,
        "funding_rate": model.funding_rate,
        "funding_hours": model.funding_interval_hours,
    }
