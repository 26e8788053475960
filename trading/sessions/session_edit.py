"""Making, changing and removing sessions. From a session's first run on, each change makes the next version of what it
was told.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from signals.strategies.registry import strategy_key, validate_params
from trading.accounts.account_checks import AccountConflict, InvalidAccount, announce, lock_open
from trading.audit import audit
from trading.market import is_replay, wall_now
from trading.models import Account, AutoTradingSession, SessionStatus
from trading.sessions.algorithms import SETTINGS, config_of, new_version

DEFAULT_STRATEGIES: tuple[tuple[str, str], ...] = (("Trend, three candles", "signalist-sma-3c"), ("Razor", "razor"))
# Limits that a session has unless a person says otherwise: sessions made by hand or by a program have none.
DEFAULT_RISK: Mapping[str, float] = {
    "max_drawdown_percent": 20.0,
    "max_consecutive_losses": 5,
    "cool_down_minutes": 30.0,
}
_CHANGEABLE = ("name", *SETTINGS)


@transaction.atomic
def create_session(
    *,
    account: Account,
    name: str,
    strategies: Sequence[Mapping[str, Any]],
    venue: str = "sim",
    timeframe: str = "5s",
    symbols: Sequence[str] | None = None,
    status: SessionStatus = SessionStatus.RUNNING,
    **settings: Any,
) -> AutoTradingSession:
    """A session of the account, told nobody yet; `settings` are further fields of SETTINGS, as they are to be stored.

    Raises StrategyError naming the strategy or the parameter that is wrong.
    """
    if unknown := sorted(set(settings) - set(SETTINGS)):
        raise ValueError(f"{unknown[0]} is not a setting of a session")
    checked = _checked(strategies)
    running = status == SessionStatus.RUNNING
    session = AutoTradingSession.objects.create(
        account=account,
        name=name,
        strategies=checked,
        strategy_keys=_keys(checked),
        venue=venue,
        timeframe=timeframe,
        symbols=list(symbols or ()),
        status=status,
        started_at=wall_now() if running else None,
        peak_equity=account.equity,
        **settings,
    )
    if running:
        new_version(session)
    return session


def create_default_sessions(
    account: Account,
    *,
    venue: str = "sim",
    timeframe: str = "5s",
    symbols: Sequence[str] = (),
    status: SessionStatus = SessionStatus.RUNNING,
) -> None:
    """One session for each built-in strategy, running unless told otherwise, within DEFAULT_RISK.

    Without symbols they follow them all.
    """
    for name, strategy in DEFAULT_STRATEGIES:
        create_session(
            account=account,
            name=name,
            strategies=[{"name": strategy, "params": {}}],
            venue=venue,
            timeframe=timeframe,
            symbols=symbols,
            status=status,
            risk=dict(DEFAULT_RISK),
        )


@transaction.atomic
def add_session(*, account_id: int, values: Mapping[str, Any]) -> AutoTradingSession:
    """A stopped session, its values validated (session_validation.py), for the owner to start.

    Raises InvalidAccount naming the field, AccountClosed.
    """
    account = lock_open(account_id)
    given = {"venue": account.venue or "sim", "timeframe": "1m", "strategies": [], **values}
    check_place(account, given)
    session = create_session(account=account, status=SessionStatus.STOPPED, **given)
    announce(account)
    _record(account, session, "session.created", None, audit.state(session, _CHANGEABLE))
    return session


@transaction.atomic
def update_session(*, session_id: int, changes: Mapping[str, Any]) -> AutoTradingSession:
    """Change some of the session's settings, or its name; values validated (session_validation.py).

    It goes on as it stands. Open trades keep their plans. Raises InvalidAccount naming the field, AccountClosed, and
    AccountConflict for a paper twin.
    """
    if unknown := sorted(set(changes) - set(_CHANGEABLE)):
        raise ValueError(f"{unknown[0]} is not a setting of a session")
    account, session = _lock(session_id)
    if session.shadow_of_id is not None:
        raise AccountConflict("session_is_shadow", "A paper twin is told what its session is told.")
    check_place(account, changes, besides=session.pk)
    before = audit.state(session, changes)
    for name, value in changes.items():
        setattr(session, name, value)
    if "strategies" in changes:
        session.strategies = _checked(changes["strategies"])
        session.strategy_keys = _keys(session.strategies)
    session.save(update_fields=[*changes, "strategy_keys"])
    session.refresh_from_db()  # decimals as they are stored
    if session.algorithm_id is not None or session.status != SessionStatus.STOPPED:
        new_version(session)
    announce(account)
    _record(account, session, "session.changed", before, audit.state(session, changes))
    return session


@transaction.atomic
def delete_session(*, session_id: int) -> None:
    """Remove a session that has never run. Raises AccountConflict for any other."""
    account, session = _lock(session_id)
    if session.status != SessionStatus.STOPPED:
        raise AccountConflict("session_not_stopped", "The session is not stopped; stop it first.")
    before = {"name": session.name, **config_of(session)}
    subject = f"session {session.pk}"
    try:
        session.delete()
    except ProtectedError:  # versions, decisions, trades, alerts, a paper twin
        raise AccountConflict(
            "session_has_history", "The session has a past, which stays; it can only be stopped."
        ) from None
    announce(account)
    audit.record(
        owner_id=account.owner_id,
        action="session.deleted",
        subject=subject,
        before=before,
        after=None,
        account_id=account.pk,
    )


def _lock(session_id: int) -> tuple[Account, AutoTradingSession]:
    account = lock_open(AutoTradingSession.objects.values_list("account_id", flat=True).get(pk=session_id))
    return account, AutoTradingSession.objects.get(pk=session_id)


def _checked(strategies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"name": item["name"], "params": validate_params(item["name"], item.get("params", {}))} for item in strategies
    ]


def _keys(strategies: Sequence[Mapping[str, Any]]) -> list[str]:
    return [strategy_key(item["name"], item["params"]) for item in strategies]


def check_place(account: Account, values: Mapping[str, Any], besides: int | None = None) -> None:
    """That the account has room for a session of this name and venue, as far as given. Raises InvalidAccount."""
    if "name" in values and account.sessions.filter(name=values["name"]).exclude(pk=besides or 0).exists():
        raise InvalidAccount({"name": "The account has a session of that name."})
    if "venue" not in values:
        return
    if is_replay(values["venue"]):
        raise InvalidAccount({"venue": "A replay makes its own sessions."})
    if not account.is_paper and values["venue"] != account.venue:
        raise InvalidAccount({"venue": f"The account trades at {account.venue}, and its sessions follow that market."})


def _record(
    account: Account,
    session: AutoTradingSession,
    action: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    audit.record(
        owner_id=account.owner_id,
        action=action,
        subject=f"session {session.pk}",
        before=before,
        after=after,
        account_id=account.pk,
    )
