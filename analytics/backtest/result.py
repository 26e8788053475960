"""What came of a backtest, as columns."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.backtest.config import BacktestConfig

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Codes of TradeColumns.exit_reason, in the names of trading.models.ExitReason.
EXIT_REASONS = ("", "STOP_LOSS", "TAKE_PROFIT", "TRAILING_STOP", "BREAK_EVEN", "TIME", "END_OF_REPLAY")


@dataclass(frozen=True, slots=True)
class TradeColumns:
    """Closed trades in the order of their entries; arrays of one length n.

    symbol: index into the result's symbols; strategy: into its strategies; direction: 1 or -1; times: epoch ms UTC;
    quantity: base units (contracts); prices: per unit, NaN for "none"; exit_price: mean of the parts; money: account
    currency, pnl net of fees and funding, funding below 0 where it was paid; mae <= 0 <= mfe, before costs;
    r: result in multiples of the risk to the initial stop, NaN without one; parts: exits that it was closed in.
    """

    symbol: Ints
    strategy: Ints
    direction: Ints
    opened: Ints
    closed: Ints
    quantity: Floats
    entry_price: Floats
    exit_price: Floats
    initial_stop: Floats
    exit_reason: Ints
    pnl: Floats
    fees: Floats
    slippage: Floats
    funding: Floats
    mae: Floats
    mfe: Floats
    r: Floats
    confidence: Floats
    parts: Ints

    def __len__(self) -> int:
        return len(self.pnl)


@dataclass(frozen=True, slots=True)
class DecisionColumns:
    """What became of each signal, in the order in which they were acted upon; arrays of one length n.

    symbol, strategy: indexes as in TradeColumns; direction: 1 or -1; time: the open of the bar (epoch ms UTC); verdict:
    index of the first gate that refused it in kernel.verdicts.GATES, 0: approved, -1: approved and not filled; trade:
    index of its trade, -1: none.
    """

    symbol: Ints
    strategy: Ints
    direction: Ints
    time: Ints
    verdict: Ints
    trade: Ints

    def __len__(self) -> int:
        return len(self.verdict)


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """`time` (epoch ms) and `equity` (account currency, marked to market at each bar's close) have one length; the
    first point is the start, with the initial balance. `balance` is the cash at the same times.

    `signals` counts what the strategies fired, `approved` what passed every gate, `blocked` by gate what it was the
    first to refuse, `failed` the entries that were not filled.
    """

    config: BacktestConfig
    symbols: tuple[str, ...]
    strategies: tuple[str, ...]
    trades: TradeColumns
    time: Ints
    equity: Floats
    balance: Floats
    signals: int
    approved: int
    blocked: Mapping[str, int]
    failed: int = 0
    decisions: DecisionColumns | None = None

    @property
    def initial_balance(self) -> float:
        return self.config.account.balance

    @property
    def final_balance(self) -> float:
        return float(self.balance[-1])
