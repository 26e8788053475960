"""Celery entry points: thin and idempotent; each calls one service.

Services are imported where they are called: beat, Flower and the web process know the tasks by name only, and do
without the memory of numpy and TA-Lib. Workers load them before they fork (config/celery.py).
"""

from typing import Any

from celery import shared_task


@shared_task(name="trading.dispatch_signal", queue="signals")
def dispatch_signal(signal_id: int) -> dict[str, int]:
    from trading.dispatch import dispatch_signal

    return dispatch_signal(signal_id)


@shared_task(name="trading.run_strategies", queue="signals", expires=60)
def run_strategies(venue: str, symbol: str, timeframe: str) -> int:
    """Run the sessions' strategies on the market's recent window."""
    from trading.strategy_runs import run_on_recent_window

    return run_on_recent_window(venue, symbol, timeframe)


@shared_task(name="trading.close_triggered", queue="paper_trading")
def close_triggered(hits: list[tuple[int, str, float]], quote: dict[str, Any]) -> int:
    """Close the trades whose trigger a tick crossed: `hits` are (trade id, exit reason, fill price)."""
    from trading.exits import close_triggered

    return close_triggered(hits, quote)


@shared_task(name="trading.check_and_close_paper_trades", queue="paper_trading", ignore_result=False)
def check_and_close_paper_trades() -> dict[str, Any]:
    from trading.sweep import check_open_trades

    return check_open_trades()


@shared_task(name="trading.sweep_outbox", queue="signals")
def sweep_outbox() -> dict[str, int]:
    from trading.outbox import sweep_outbox

    return sweep_outbox()


@shared_task(name="trading.mark_to_market", queue="default")
def mark_to_market() -> int:
    from trading.valuation import mark_to_market

    return mark_to_market()


@shared_task(name="trading.forget_idempotency_keys", queue="default")
def forget_idempotency_keys() -> int:
    from trading.idempotency import forget_old_keys

    return forget_old_keys()
