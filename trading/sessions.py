"""Starting and stopping auto-trading sessions."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from signals.strategies.registry import strategy_key, validate_params
from trading import events
from trading.account_checks import AccountClosed
from trading.market import wall_now
from trading.models import Account, AutoTradingSession, EventType, SessionStatus
from trading.serializers import render_account, render_session

DEFAULT_STRATEGIES: tuple[tuple[str, str], ...] = (("Trend, three candles", "signalist-sma-3c"), ("Razor", "razor"))


@transaction.atomic
def create_session(
    *,
    account: Account,
    name: str,
    strategies: list[dict[str, Any]],
    venue: str = "sim",
    timeframe: str = "5s",
    symbols: list[str] | None = None,
    status: SessionStatus = SessionStatus.RUNNING,
) -> AutoTradingSession:
    """A session of the account. Raises StrategyError naming the strategy or the parameter that is wrong."""
    checked = [
        {"name": item["name"], "params": validate_params(item["name"], item.get("params", {}))} for item in strategies
    ]
    return AutoTradingSession.objects.create(
        account=account,
        name=name,
        strategies=checked,
        strategy_keys=[strategy_key(item["name"], item["params"]) for item in checked],
        venue=venue,
        timeframe=timeframe,
        symbols=symbols or [],
        status=status,
        started_at=wall_now() if status == SessionStatus.RUNNING else None,
    )


def create_default_sessions(
    account: Account,
    *,
    venue: str = "sim",
    timeframe: str = "5s",
    symbols: Sequence[str] = (),
    status: SessionStatus = SessionStatus.RUNNING,
) -> None:
    """One session for each built-in strategy, running unless told otherwise. Without symbols they follow them all."""
    for name, strategy in DEFAULT_STRATEGIES:
        create_session(
            account=account,
            name=name,
            strategies=[{"name": strategy, "params": {}}],
            venue=venue,
            timeframe=timeframe,
            symbols=list(symbols),
            status=status,
        )


@transaction.atomic
def start_sessions(account: Account) -> int:
    """Set the account's stopped and paused sessions running; a halted one stays halted. Returns how many."""
    startable = account.sessions.filter(status__in=[SessionStatus.STOPPED, SessionStatus.PAUSED])
    return startable.update(status=SessionStatus.RUNNING, status_reason="", started_at=wall_now())


@transaction.atomic
def set_status(session_id: int, status: SessionStatus, reason: str = "") -> AutoTradingSession:
    """Run, pause or stop one session by hand, a halted one too, and tell its owner. Raises AccountClosed."""
    account_id = AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=session_id)
    account = Account.objects.locked().get(pk=account_id)
    if account.is_closed and status != SessionStatus.STOPPED:
        raise AccountClosed
    session = AutoTradingSession.objects.get(pk=session_id)
    session.status, session.status_reason = status, reason
    if status == SessionStatus.RUNNING:
        session.started_at = wall_now()
    session.save(update_fields=["status", "status_reason", "started_at"])
    announce_status(account)
    return session


def announce_status(account: Account) -> None:
    """Tell the owner's dashboards how the account and its sessions stand. Call it last in a transaction."""
    sessions = [render_session(session) for session in account.sessions.order_by("pk")]
    payload = {"account": render_account(account), "sessions": sessions}
    events.emit(account.owner_id, [events.Draft(EventType.STATUS, payload, account.pk)])
