"""Celery entry points: thin and idempotent; each calls one service.

Services are imported where they are called: beat, Flower and the web process know the tasks by name only, and do
without the memory of numpy and TA-Lib. Workers load them before they fork (config/celery.py).
"""

from typing import Any

from celery import shared_task


@shared_task(name="trading.dispatch_signal", queue="signals")
def dispatch_signal(signal_id: int) -> dict[str, int]:
    from trading.decisions.dispatch import dispatch_signal

    return dispatch_signal(signal_id)


@shared_task(name="trading.run_strategies", queue="signals", expires=60)
def run_strategies(venue: str, symbol: str, timeframe: str) -> int:
    """Run the sessions' strategies on the market's recent window."""
    from trading.stream.strategy_runs import run_on_recent_window

    return run_on_recent_window(venue, symbol, timeframe)


@shared_task(name="trading.close_triggered", queue="paper_trading")
def close_triggered(hits: list[tuple[int, str, float]], quote: dict[str, Any]) -> int:
    """Close the trades whose trigger a tick crossed: `hits` are (trade id, exit reason, fill price)."""
    from trading.exits.ticks import close_triggered

    return close_triggered(hits, quote)


@shared_task(name="trading.move_stops", queue="paper_trading")
def move_stops(trade_ids: list[int], quote: dict[str, Any]) -> int:
    """Move the stops of these trades, whose plans ask for it at the quote's price."""
    from trading.exits.ticks import move_stops

    return move_stops(trade_ids, quote)


@shared_task(name="trading.close_timed_out", queue="paper_trading")
def close_timed_out() -> int:
    from trading.exits.timed_exits import close_timed_out

    return close_timed_out()


@shared_task(name="trading.charge_funding", queue="paper_trading")
def charge_funding() -> int:
    from trading.exits.funding import charge_funding

    return charge_funding()


@shared_task(name="trading.record_excursions", queue="default")
def record_excursions(trade_ids: list[int] | None = None) -> int:
    """Work out the excursions of these trades, by default of those that lack them."""
    from trading.exits.excursions import record_excursions

    return record_excursions(trade_ids)


@shared_task(name="trading.check_and_close_paper_trades", queue="paper_trading", ignore_result=False)
def check_and_close_paper_trades() -> dict[str, Any]:
    from trading.exits.sweep import check_open_trades

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


@shared_task(name="trading.amend_levels", queue="execution", expires=60)
def amend_levels(trade_id: int) -> bool:
    """The trade's legs at its broker follow its stop and target."""
    from trading.brokerage.levels import amend_levels

    return amend_levels(trade_id)


@shared_task(name="trading.enforce_kill_switch", queue="execution")
def enforce_kill_switch(switch_id: int) -> bool:
    from trading.killswitch.enforcement import enforce

    return enforce(switch_id)


@shared_task(name="trading.cancel_entry", queue="execution")
def cancel_entry(order_id: int) -> None:
    from trading.brokerage.closing import cancel_entry

    cancel_entry(order_id)


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


@shared_task(name="trading.mirror_decision", queue="paper_trading")
def mirror_decision(decision_id: int) -> bool:
    from trading.shadow.shadow import mirror_decision

    return mirror_decision(decision_id)


@shared_task(name="trading.mark_to_market", queue="default")
def mark_to_market() -> int:
    from trading.accounts.valuation import mark_to_market

    return mark_to_market()


@shared_task(name="trading.check_limits", queue="paper_trading")
def check_limits(account_id: int) -> list[int]:
    """Halt the account's sessions that have reached a limit."""
    from trading.sessions.limits import check_limits

    return check_limits(account_id=account_id)


@shared_task(name="trading.watch_sessions", queue="paper_trading")
def watch_sessions() -> dict[str, int]:
    from trading.sessions.limits import watch_sessions

    return watch_sessions()


@shared_task(name="trading.enforce_session", queue="execution")
def enforce_session(session_id: int) -> int:
    """Take back what a killed session has under way."""
    from trading.sessions.sessions import enforce_kill

    return enforce_kill(session_id)


@shared_task(name="trading.forget_idempotency_keys", queue="default")
def forget_idempotency_keys() -> int:
    from trading.idempotency import forget_old_keys

    return forget_old_keys()


@shared_task(name="trading.deliver_notification", queue="default")
def deliver_notification(delivery_id: int) -> str:
    from trading.notifications.delivery import deliver

    return deliver(delivery_id)


@shared_task(name="trading.sweep_notifications", queue="default")
def sweep_notifications() -> int:
    from trading.notifications.delivery import sweep_deliveries

    return sweep_deliveries()


@shared_task(name="trading.watch_feeds", queue="default")
def watch_feeds() -> dict[str, int]:
    from trading.alerts.feed_watch import watch_feeds

    return watch_feeds()
