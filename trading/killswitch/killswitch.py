"""The kill switch: from the moment it is engaged no entry leaves, until a person lifts it.

Its row is committed by itself, before anything else is done, and every order's transaction reads it under its account's
lock. So it needs neither Redis nor a worker, holds after a restart, and an order either left before `engage` returned
(and is taken back: see trading/killswitch/enforcement.py) or does not leave.
"""

import logging
from collections.abc import Collection
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Q

from trading.alerts import alerts
from trading.audit import audit
from trading.killswitch import enforcement
from trading.killswitch.enforcement import enforce, enforce_session
from trading.market import wall_now
from trading.models import Account, AlertKind, KillSwitch, Severity
from trading.prepared import Prepared

__all__ = ["enforce", "enforce_session", "engage", "engaged", "lift"]

logger = logging.getLogger(__name__)

_ENGAGED = Prepared(
    lambda owners: KillSwitch.objects.engaged().filter(Q(owner__in=owners) | Q(owner=None)).order_by("pk")
)


def engaged(owner_id: int) -> KillSwitch | None:
    """The switch that stops the owner's entries: the owner's own, else the one for everybody."""
    return engaged_among([owner_id]).get(owner_id)


def engaged_among(owner_ids: Collection[int]) -> dict[int, KillSwitch]:
    """The same of several owners, by owner, for those who have one."""
    by_owner: dict[int | None, KillSwitch] = {}
    for item in _ENGAGED(list(owner_ids)):
        by_owner.setdefault(item.owner_id, item)
    return {pk: switch for pk in owner_ids if (switch := by_owner.get(pk) or by_owner.get(None)) is not None}


def engage(
    *, owner_id: int | None, actor_id: int | None, reason: str = "", close_positions: bool = False
) -> KillSwitch:
    """Engage the owner's switch (without an owner: everybody's), and with `close_positions` close what is open.

    Safe to repeat; positions that are to be closed stay so. When it returns, no order of theirs goes out any more, and
    what had gone out is being taken back. Raises RuntimeError inside a transaction: the row is to be seen at once.
    """
    switch, changed = _write(owner_id, actor_id, reason, close_positions)
    transaction.on_commit(partial(enforcement.begin, switch.pk))
    enforcement.withdraw_entries(owner_id)
    if changed:
        logger.warning("%s was engaged", switch)
        _announce(switch, actor_id, "engaged", Severity.CRITICAL)
    return switch


def lift(*, owner_id: int | None, actor_id: int | None) -> KillSwitch | None:
    """Lift the owner's switch (without an owner: everybody's); None where it was not engaged.

    Who may is for the caller to see to.
    """
    with transaction.atomic():
        switch = KillSwitch.objects.select_for_update(of=("self",)).engaged().filter(owner=owner_id).first()
        if switch is None:
            return None
        switch.lifted_by_id, switch.lifted_at = actor_id, wall_now()
        switch.save(update_fields=["lifted_by", "lifted_at"])
    logger.warning("%s was lifted", switch)
    _announce(switch, actor_id, "lifted", Severity.INFO)
    return switch


def _write(owner_id: int | None, actor_id: int | None, reason: str, close_positions: bool) -> tuple[KillSwitch, bool]:
    """The engaged row, and whether this has made or widened it."""
    row = KillSwitch(
        owner_id=owner_id,
        engaged_by_id=actor_id,
        engaged_at=wall_now(),
        reason=reason[:200],
        close_positions=close_positions,
    )
    try:
        with transaction.atomic(durable=True):
            row.save()
    except IntegrityError:
        return _widen(owner_id, actor_id, reason, close_positions)
    return row, True


def _widen(owner_id: int | None, actor_id: int | None, reason: str, close_positions: bool) -> tuple[KillSwitch, bool]:
    """The one that is engaged already, which closes positions from now on where that is asked for."""
    with transaction.atomic():
        held = KillSwitch.objects.select_for_update(of=("self",)).engaged().filter(owner=owner_id).first()
        if held is not None:
            widened = close_positions and not held.close_positions
            if widened:
                held.close_positions, held.enforced_at = True, None
                held.save(update_fields=["close_positions", "enforced_at"])
            return held, widened
    return _write(owner_id, actor_id, reason, close_positions)  # it was lifted in this very moment


def _announce(switch: KillSwitch, actor_id: int | None, what: str, severity: Severity) -> None:
    """Tell everyone whose orders it is about, and keep who did it in their logs."""
    if switch.owner_id is not None:
        owners = {switch.owner_id}
    else:
        owners = {*Account.objects.values_list("owner_id", flat=True).distinct(), *([actor_id] if actor_id else [])}
    whose = "Your kill switch" if switch.owner_id is not None else "The kill switch for everybody"
    message = f"{whose} was {what}{f': {switch.reason}' if switch.reason and what == 'engaged' else '.'}"
    details = {"close_positions": switch.close_positions, "everybody": switch.owner_id is None}
    state = {"engaged": what == "engaged", "reason": switch.reason, **details}
    for owner_id in sorted(owners):
        with transaction.atomic():
            audit.record(
                owner_id=owner_id,
                action=f"kill_switch.{what}",
                subject=f"kill switch {switch.pk}",
                before={"engaged": what != "engaged"},
                after=state,
            )
            alerts.raise_alert(
                owner_id=owner_id,
                kind=AlertKind.KILL_SWITCH,
                code=f"kill_switch_{what}",
                message=message,
                severity=severity,
                details=details,
            )
