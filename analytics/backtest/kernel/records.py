"""The rows that the loop works on. Prices per unit, money in account currency, times epoch ms, percents 0-100.

NaN is "none"; a limit that is not set is infinite.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NEVER = 2**62  # a time that does not come

INSTRUMENT = np.dtype(
    [
        ("tick", "f8"),
        ("lot", "f8"),
        ("min_quantity", "f8"),
        ("min_notional", "f8"),
        ("max_quantity", "f8"),
        ("contract_size", "f8"),
        ("inverse", "?"),
        ("pays_funding", "?"),
        ("buy_entry", "i8"),  # what a draw is made for, as the paper broker codes it
        ("sell_entry", "i8"),
        ("buy_exit", "i8"),
        ("sell_exit", "i8"),
    ],
    align=True,
)

SIGNAL = np.dtype(
    [
        ("bar", "i8"),  # at whose open it is acted upon
        ("symbol", "i8"),
        ("strategy", "i8"),
        ("direction", "i8"),
        ("expires", "i8"),
        ("entry", "f8"),
        ("stop", "f8"),
        ("target", "f8"),
        ("confidence", "f8"),
        ("atr", "f8"),  # for the size
        ("trail_atr", "f8"),  # for a trailing stop
        ("shut", "i8"),  # the gate of hours that is shut then; 0: none
        ("verdict", "i8"),  # out: the first gate that refused it; 0: approved; FAILED: approved and not filled
        ("trade", "i8"),  # out: the row of its trade; -1: none
    ],
    align=True,
)

TRADE = np.dtype(
    [
        ("symbol", "i8"),
        ("strategy", "i8"),
        ("direction", "i8"),
        ("opened", "i8"),
        ("closed", "i8"),
        ("quantity", "f8"),
        ("closed_quantity", "f8"),
        ("entry", "f8"),
        ("exit", "f8"),
        ("stop", "f8"),
        ("target", "f8"),
        ("initial_stop", "f8"),
        ("mover", "i8"),
        ("reason", "i8"),
        ("margin", "f8"),
        ("pnl", "f8"),
        ("fees", "f8"),
        ("slippage", "f8"),
        ("funding", "f8"),
        ("confidence", "f8"),
        ("parts", "i8"),
        ("exit_sum", "f8"),  # of quantity * price (inverse: quantity / price), over the exits
        ("top", "f8"),  # highest and lowest price lived through
        ("bottom", "f8"),
        ("is_walk", "?"),  # its plan moves the stop, or closes portions
        ("best", "f8"),
        ("worst", "f8"),
        ("trail_percent", "f8"),
        ("trail_distance", "f8"),
        ("trail_activation", "f8"),
        ("trail_step", "f8"),
        ("break_even_trigger", "f8"),
        ("break_even_stop", "f8"),
        ("targets_hit", "i8"),
        ("mae", "f8"),
        ("mfe", "f8"),
        ("r", "f8"),
    ],
    align=True,
)

ACCOUNT = np.dtype(
    [
        ("balance", "f8"),
        ("margin_used", "f8"),
        ("peak_equity", "f8"),
        ("is_halted", "?"),
        ("halted_until", "i8"),
        ("streak_since", "i8"),
        ("trades", "i8"),  # rows of trades that are in use
        ("open", "i8"),  # how many of them are open
        ("closed", "i8"),
    ],
    align=True,
)

SETTINGS = np.dtype(
    [
        # the account
        ("leverage", "f8"),
        ("max_position_size", "f8"),
        ("max_open_trades", "i8"),
        ("min_confidence", "f8"),
        ("max_leverage", "f8"),
        ("horizon_weight", "f8"),
        # the session's limits
        ("max_trades_per_day", "f8"),
        ("daily_loss_limit", "f8"),
        ("daily_loss_percent", "f8"),
        ("max_stake", "f8"),
        ("risk_per_trade_percent", "f8"),
        ("max_position_percent", "f8"),
        ("max_exposure_percent", "f8"),
        ("session_open_trades", "f8"),
        ("max_open_per_symbol", "f8"),
        ("max_drawdown_percent", "f8"),
        ("max_consecutive_losses", "f8"),
        ("cool_down_minutes", "f8"),
        ("max_correlated_percent", "f8"),
        ("max_spread_percent", "f8"),
        ("max_slippage_percent", "f8"),
        # sizing
        ("method", "i8"),
        ("amount", "f8"),
        ("percent", "f8"),
        ("fraction", "f8"),
        ("sample", "i8"),
        ("minimum", "i8"),
        # levels and plan
        ("default_stop_percent", "f8"),
        ("default_target_percent", "f8"),
        ("needs_stop", "?"),
        ("has_plan", "?"),
        ("is_walk", "?"),
        ("trail_percent", "f8"),
        ("trail_distance", "f8"),
        ("trail_atrs", "f8"),
        ("activation_percent", "f8"),
        ("step_percent", "f8"),
        ("break_even_trigger_percent", "f8"),
        ("break_even_offset_percent", "f8"),
        ("time_exit_minutes", "f8"),
        ("worst_case", "?"),
        # fills
        ("slippage_bps", "f8"),
        ("commission_rate", "f8"),
        ("latency_ms", "f8"),
        ("partial_probability", "f8"),
        ("partial_minimum", "f8"),
        ("rejection_probability", "f8"),
        ("seed", "i8"),
        ("funding_rate", "f8"),
        ("funding_hours", "f8"),
    ],
    align=True,
)


class Bars(NamedTuple):
    """The bars by which trades live, of all symbols, by start and then by symbol; arrays of one length."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    symbol: NDArray[np.int64]
    open: NDArray[np.float64]
    high: NDArray[np.float64]
    low: NDArray[np.float64]
    close: NDArray[np.float64]


class Closes(NamedTuple):
    """The strategies' candles, for correlations: symbol s has [offset[s], offset[s + 1]); `end` is when each closed.

    `left` and `right` are room to work in: nothing is allocated in the loop.
    """

    offset: NDArray[np.int64]
    end: NDArray[np.int64]
    close: NDArray[np.float64]
    left: NDArray[np.float64]
    right: NDArray[np.float64]


class Book(NamedTuple):
    """All that the loop reads and writes. `account` and `settings` have one row.

    open_rows: rows of the open trades in the order of their entries; closings: rows of the closed ones in the order of
    their exits; last: each symbol's latest price; at: each symbol's bar in the present moment, -1 for none; funded:
    until when its funding is paid; day_starts: when the session's days begin; opened_by_day and pnl_by_day: trades
    opened, and results of trades closed, on each; target_percents and target_portions: the plan's targets, nearest
    first; time, equity and cash: by moment.
    """

    bars: Bars
    closes: Closes
    instruments: Any
    signals: Any
    trades: Any
    account: Any
    settings: Any
    open_rows: NDArray[np.int64]
    closings: NDArray[np.int64]
    last: NDArray[np.float64]
    at: NDArray[np.int64]
    funded: NDArray[np.int64]
    day_starts: NDArray[np.int64]
    opened_by_day: NDArray[np.int64]
    pnl_by_day: NDArray[np.float64]
    target_percents: NDArray[np.float64]
    target_portions: NDArray[np.float64]
    time: NDArray[np.int64]
    equity: NDArray[np.float64]
    cash: NDArray[np.float64]
