"""Celery entry points: thin and idempotent; each calls one service."""

from typing import Any

from celery import shared_task

from brokers.interface import Quote
from signals.marketdata.window import CandleWindow
from trading import dispatch, outbox, strategy_runs, sweep, valuation
from trading.exits import Exit, close_trades
from trading.idempotency import forget_old_keys
from trading.market import redis_client
from trading.models import ExitReason


@shared_task(name="trading.dispatch_signal", queue="signals")
def dispatch_signal(signal_id: int) -> dict[str, int]:
    return dispatch.dispatch_signal(signal_id)


@shared_task(name="trading.run_strategies", queue="signals", expires=60)
def run_strategies(venue: str, symbol: str, timeframe: str) -> int:
    """Run the sessions' strategies on the market's recent window."""
    window = CandleWindow(redis_client()).read(venue, symbol, timeframe)
    return strategy_runs.run_strategies(venue, symbol, timeframe, window)


@shared_task(name="trading.close_triggered", queue="paper_trading")
def close_triggered(hits: list[tuple[int, str, float]], quote: dict[str, Any]) -> int:
    """Close the trades whose trigger a tick crossed: `hits` are (trade id, exit reason, fill price)."""
    market = Quote(**quote)
    exits = [Exit(trade_id, ExitReason(reason), market, price) for trade_id, reason, price in hits]
    return len(close_trades(exits))


@shared_task(name="trading.check_and_close_paper_trades", queue="paper_trading", ignore_result=False)
def check_and_close_paper_trades() -> dict[str, Any]:
    return sweep.check_open_trades()


@shared_task(name="trading.sweep_outbox", queue="signals")
def sweep_outbox() -> dict[str, int]:
    return outbox.sweep_outbox()


@shared_task(name="trading.mark_to_market", queue="default")
def mark_to_market() -> int:
    return valuation.mark_to_market()


@shared_task(name="trading.forget_idempotency_keys", queue="default")
def forget_idempotency_keys() -> int:
    return forget_old_keys()
