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
    from trading.closing import close_triggered

    return close_triggered(hits, quote)


@shared_task(name="trading.check_and_close_paper_trades", queue="paper_trading", ignore_result=False)
def check_and_close_paper_trades() -> dict[str, Any]:
    from trading.sweep import check_open_trades

    return check_open_trades()


@shared_task(name="trading.sweep_outbox", queue="signals")
def sweep_outbox() -> dict[str, int]:
    from trading.outbox import sweep_outbox

    return sweep_outbox()


@shared_task(name="trading.submit_order", queue="execution")
def submit_order(order_id: int) -> str:
    from trading.brokerage.submit import submit_order

    return submit_order(order_id).value


@shared_task(name="trading.resolve_order", queue="execution", expires=60)
def resolve_order(order_id: int) -> str:
    from trading.brokerage.resolve import resolve_order

    return resolve_order(order_id).value


@shared_task(name="trading.run_exit", queue="execution")
def run_exit(trade_id: int) -> None:
    from trading.brokerage.closing import run_exit

    run_exit(trade_id)


@shared_task(name="trading.cancel_legs", queue="execution")
def cancel_legs(trade_id: int) -> None:
    from trading.brokerage.closing import cancel_legs

    cancel_legs(trade_id)


@shared_task(name="trading.protect_trade", queue="execution", expires=60)
def protect_trade(trade_id: int) -> bool:
    from trading.brokerage.protect import protect_trade

    return protect_trade(trade_id)


@shared_task(name="trading.check_broker_exit", queue="execution")
def check_broker_exit(trade_id: int, reason: str) -> None:
    from trading.brokerage.closing import check_broker_exit

    check_broker_exit(trade_id, reason)


@shared_task(name="trading.reconcile_account", queue="execution", expires=120)
def reconcile_account(account_id: int) -> bool:
    from trading.brokerage.reconcile import try_to_reconcile

    return try_to_reconcile(account_id)


@shared_task(name="trading.reconcile_accounts", queue="execution")
def reconcile_accounts() -> int:
    from trading.brokerage.reconcile import reconcile_all

    return reconcile_all()


@shared_task(name="trading.mark_to_market", queue="default")
def mark_to_market() -> int:
    from trading.valuation import mark_to_market

    return mark_to_market()


@shared_task(name="trading.forget_idempotency_keys", queue="default")
def forget_idempotency_keys() -> int:
    from trading.idempotency import forget_old_keys

    return forget_old_keys()
