"""A past session as a backtest's config: its settings, and its account as it stood when the session began."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.backtest.config import AccountConfig, BacktestConfig, StrategyChoice
from trading.accounts.paper_model import fill_model
from trading.models import Account, AlgorithmConfig, AutoTradingSession, Decision, LedgerEntry
from trading.sessions.algorithms import config_of
from trading.sessions.session_settings import SessionSettings


def config_of_session(
    session: AutoTradingSession, *, algorithm: AlgorithmConfig | None = None, since: datetime | None = None
) -> BacktestConfig:
    """What the session's decisions were made by: the version of its settings that made the last of them, or
    `algorithm`; its account's balance when the first was made, or at `since` (by the clock); paper fills as its
    account's, also of a broker's.

    The account's other settings (leverage, position size, open trades) are as they are now: of them no past is kept.
    """
    told = settings_told(session, algorithm)
    return BacktestConfig(
        strategies=tuple(StrategyChoice(item["name"], item.get("params", {})) for item in told["strategies"]),
        account=_account(session, told, since),
        settings=SessionSettings.read(told),
        fill_model=fill_model(session.account),
        default_stop_percent=float(told["default_stop_percent"]),
        default_target_percent=float(told["default_target_percent"]),
        allow_unprotected=bool(told["allow_unprotected"]),
    )


def settings_told(session: AutoTradingSession, algorithm: AlgorithmConfig | None = None) -> Mapping[str, Any]:
    """The settings as an AlgorithmConfig keeps them; those that the session has now, where none decided yet."""
    chosen = algorithm or last_algorithm(session)
    return config_of(session) if chosen is None else chosen.config


def last_algorithm(session: AutoTradingSession) -> AlgorithmConfig | None:
    """The version of its settings by which the session decided last."""
    decision = session.decisions.exclude(algorithm=None).select_related("algorithm").order_by("-id").first()
    return session.algorithm if decision is None else decision.algorithm


def balance_at_start(session: AutoTradingSession, since: datetime | None = None) -> float:
    """The account's cash at `since`; else when the session first decided, or was started; else as it is now."""
    if since is None:
        first = Decision.objects.filter(session=session).order_by("id").values_list("created_at", flat=True).first()
        since = first or session.started_at
    return float(session.account.balance if since is None else _balance_before(session.account, since))


def _balance_before(account: Account, moment: datetime) -> Any:
    """By the clock, which orders the ledger also where a replay books in market time."""
    entries = LedgerEntry.objects.filter(account=account)
    if (last := entries.filter(created_at__lt=moment).order_by("-sequence").first()) is not None:
        return last.balance_after
    first = entries.order_by("sequence").first()
    return account.balance if first is None else first.balance_before


def _account(session: AutoTradingSession, told: Mapping[str, Any], since: datetime | None) -> AccountConfig:
    account = session.account
    return AccountConfig(
        balance=balance_at_start(session, since),
        currency=account.currency,
        leverage=float(account.leverage),
        max_position_size=float(account.max_position_size),
        max_open_trades=account.max_open_trades,
        min_confidence=max(float(account.min_signal_confidence), float(told["min_confidence"] or 0)),
    )
