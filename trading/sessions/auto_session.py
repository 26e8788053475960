"""The one session that /api/deriv/auto-trading/ drives for an account: made when it is first started."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.db import transaction

from trading.accounts.account_checks import InvalidAccount, lock_open
from trading.models import LIVE_STATUSES, Account, AutoTradingSession, Order, OrderPurpose, SessionStatus
from trading.rules.figures import percent_of
from trading.sessions import sessions
from trading.sessions.algorithms import current_settings
from trading.sessions.limit_figures import Figures
from trading.sessions.limit_uses import LimitUse, limit_use, limit_uses

NAME = "Auto-trading"


def find(account: Account) -> AutoTradingSession | None:
    """The account's session, if it was ever started."""
    return account.sessions.filter(name=NAME, shadow_of=None).select_related("account").first()


def start(
    *, account_id: int, strategy: Mapping[str, Any] | None, risk: Mapping[str, Any], filters: Mapping[str, Any]
) -> tuple[AutoTradingSession, bool]:
    """Tell the session what is given, and set it running, a halted one too. Whether it was made now is the second.

    Limits that are not named stay as they were; null removes one. Raises InvalidAccount and AccountConflict, as
    sessions.add_session and sessions.start do.
    """
    with transaction.atomic():
        account = lock_open(account_id)
        session = find(account)
        changes: dict[str, Any] = {**filters, **({"strategies": [strategy]} if strategy is not None else {})}
        if session is None:
            if strategy is None:
                raise InvalidAccount({"strategy": "The first start must name one."})
            made = sessions.add_session(account_id=account.pk, values={**changes, "name": NAME, "risk": dict(risk)})
            return sessions.start(session_id=made.pk), True
        if risk:
            changes["risk"] = {**session.risk, **risk}
        if changes:
            sessions.update_session(session_id=session.pk, changes=changes)
        run = sessions.resume if session.status == SessionStatus.HALTED else sessions.start
        return run(session_id=session.pk), False


def risk_uses(session: AutoTradingSession, now: Figures, names: Iterable[str]) -> list[dict[str, Any]]:
    """The limits of these names, set or not, and how full they are: a limit on each trade by the largest live one."""
    uses = {use.name: use for use in [*limit_uses(session, now), *_per_trade(session, now)]}
    nothing = {"figure": None, "limit": None, "percent": None, "message": "No limit is set."}
    return [asdict(uses[name]) if name in uses else {"name": name, **nothing} for name in names]


def _per_trade(session: AutoTradingSession, now: Figures) -> list[LimitUse]:
    risk = current_settings(session).risk
    if risk.max_stake is None and risk.risk_per_trade_percent is None:
        return []
    live = Order.objects.filter(
        trade__session=session, trade__status__in=LIVE_STATUSES, purpose=OrderPurpose.ENTRY, decision__isnull=False
    )
    plans = list(live.values_list("decision__plan", flat=True))
    stake = max((float(plan.get("notional") or 0.0) for plan in plans), default=0.0)
    at_stake = max((float(plan.get("risk") or 0.0) for plan in plans), default=0.0)
    share = percent_of(at_stake, float(session.account.balance))
    found = [
        limit_use(session, now, "max_stake", stake),
        limit_use(session, now, "risk_per_trade_percent", share),
    ]
    return [use for use in found if use is not None]
