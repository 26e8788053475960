"""Figures of closed trades: what they made, how often, how long. Money in account currency, pnl net of costs.

A win made more than 0, a loss less; a trade of exactly 0 is neither, and counts among the trades (quantstats leaves it
out of its win rate).
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from analytics.metrics.numbers import Floats, Ints, divided, iso, number, percent

if TYPE_CHECKING:
    from analytics.backtest.result import TradeColumns

_DAY_SECONDS = 86_400.0
_LEAST_R = 0.01  # of smaller results the risk in money cannot be told


def core(trades: "TradeColumns", initial_balance: float) -> dict[str, Any]:
    """Sums and means of results. profit_factor: gross profit / |gross loss|, None without a loss; expectancy: mean pnl;
    payoff: average win / |average loss|; average_r: mean R multiple of the trades that had a stop; expectancy_r:
    expectancy / |average loss|, which is the expected R where a loss is 1 R (Van K. Tharp, Trade Your Way to Financial
    Freedom).
    """
    pnl = trades.pnl
    count = len(pnl)
    won, lost = pnl > 0.0, pnl < 0.0
    wins, losses = int(won.sum()), int(lost.sum())
    profit, loss, total = float(pnl[won].sum()), float(pnl[lost].sum()), float(pnl.sum())
    expectancy, average_loss = total / count if count else 0.0, loss / losses if losses else 0.0
    return {
        "trades": count,
        "wins": wins,
        "losses": losses,
        "win_rate_percent": percent(wins, count),
        "total_pnl": number(total),
        "roi_percent": percent(total, initial_balance) if initial_balance > 0.0 else None,
        "profit_factor": divided(profit, -loss),
        "expectancy": number(expectancy) if count else None,
        "payoff": divided(profit / wins, -average_loss) if wins else None,
        "average_win": divided(profit, wins),
        "average_loss": divided(loss, losses),
        "best_trade": number(pnl.max()) if count else None,
        "worst_trade": number(pnl.min()) if count else None,
        "gross_profit": number(profit),
        "gross_loss": number(loss),
        "fees": number(trades.fees.sum()),
        "slippage": number(trades.slippage.sum()),
        "funding": number(trades.funding.sum()),
        "average_r": mean(trades.r),
        "expectancy_r": divided(expectancy, -average_loss),
    }


def activity(trades: "TradeColumns", time: Ints) -> dict[str, Any]:
    """How much was traded in the time from the first mark (epoch ms) to the last.

    trades_per_day: over that time, a day at least; exposure_percent: the share of it with a position open; streaks in
    the order of closing, current_streak below 0 for losses.
    """
    span = float(time[-1] - time[0]) / 1000.0 if len(time) else 0.0
    held = (trades.closed - trades.opened) / 1000.0
    count = len(held)
    winning, losing, current = streaks(trades.pnl[_by_close(trades)])
    return {
        "trades_per_day": number(count / max(span / _DAY_SECONDS, 1.0)),
        "exposure_percent": number(min(100.0 * open_seconds(trades, time) / span, 100.0)) if span else None,
        "average_holding_seconds": number(held.mean()) if count else None,
        "median_holding_seconds": number(np.median(held)) if count else None,
        "longest_winning_streak": winning,
        "longest_losing_streak": losing,
        "current_streak": current,
        "first_trade": iso(trades.opened.min()) if count else None,
        "last_trade": iso(trades.closed.max()) if count else None,
    }


def excursions(trades: "TradeColumns") -> dict[str, Any]:
    """Means of the maximum adverse and favorable excursion, in money and in multiples of the risk to the first stop;
    edge_ratio: average MFE / |average MAE|, above 1 where entries were better than chance.

    Sources: John Sweeney, Maximum Adverse Excursion; Curtis Faith, Way of the Turtle (there normalized by volatility).
    """
    mae, mfe = mean(trades.mae), mean(trades.mfe)
    risk = risks(trades)
    return {
        "average_mae": mae,
        "average_mfe": mfe,
        "average_mae_r": mean(trades.mae / risk),
        "average_mfe_r": mean(trades.mfe / risk),
        "edge_ratio": divided(mfe, -mae) if mae is not None and mfe is not None else None,
    }


def risks(trades: "TradeColumns") -> Floats:
    """What each trade risked to its first stop, account currency: its result before costs over its R multiple, so that
    no contract's size need be known. NaN without a stop, and where the result was too small to tell.
    """
    gross = trades.pnl + trades.fees - trades.funding
    known = (np.abs(trades.r) >= _LEAST_R) & (gross * trades.r > 0.0)  # False for NaN
    return np.divide(gross, trades.r, out=np.full(len(gross), np.nan), where=known)


def mean(values: Floats) -> float | None:
    """Of those that are not NaN; None if all are."""
    known = values[~np.isnan(values)]
    return number(known.mean()) if len(known) else None


def streaks(pnl: Floats) -> tuple[int, int, int]:
    """(longest run of wins, longest run of losses, the last run: above 0 of wins, below of losses, 0 for neither)."""
    if not len(pnl):
        return 0, 0, 0
    signs = np.sign(pnl).astype(np.int64)
    starts = np.flatnonzero(np.concatenate([[True], signs[1:] != signs[:-1]]))
    lengths, kinds = np.diff(starts, append=len(signs)), signs[starts]
    longest = [int(lengths[kinds == kind].max(initial=0)) for kind in (1, -1)]
    return longest[0], longest[1], int(lengths[-1] * kinds[-1])


def open_seconds(trades: "TradeColumns", time: Ints) -> float:
    """How long at least one position was open, from the first mark to the last."""
    if not len(trades.pnl) or not len(time):
        return 0.0
    order = np.argsort(trades.opened, kind="stable")
    opened = np.clip(trades.opened[order], time[0], time[-1])
    until = np.maximum.accumulate(np.clip(trades.closed[order], time[0], time[-1]))
    already = np.concatenate([[time[0]], until[:-1]])
    return float(np.maximum(until - np.maximum(opened, already), 0).sum()) / 1000.0


def _by_close(trades: "TradeColumns") -> Ints:
    return np.lexsort((trades.opened, trades.closed))
