"""Asking for a backtest."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from analytics.jobs.request import validated
from analytics.jobs.steps import RUN
from analytics.models import Backtest
from trading import queueing
from trading.audit import audit


class TooMany(Exception):
    """The owner has as many as he may have; `code` says of what (too_many_running, too_many_kept)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def create_backtest(
    *, owner_id: int, kind: str, config: Any, data: Any, search: Any = None, name: str = ""
) -> Backtest:
    """A queued backtest of the owner's, handed to the workers once it is committed.

    Raises ValidationError (rest_framework) naming the field, and TooMany.
    """
    request = validated(kind=kind, config=config, data=data, search=search, name=name)
    with transaction.atomic():
        check_room(owner_id)
        backtest = Backtest.objects.create(
            owner_id=owner_id,
            name=request.name,
            kind=request.kind,
            config=request.config,
            data=request.data,
            search=request.search,
            total=request.total,
        )
        transaction.on_commit(partial(queueing.send, RUN, backtest.pk))
        after = {"name": backtest.name, "kind": backtest.kind, "data": backtest.data, "trials": backtest.total}
        tell(backtest, "backtest.created", None, after)
    return backtest


def check_room(owner_id: int, *, more: int = 1) -> None:
    """Raises TooMany where the owner may not have another active backtest, or keep `more`. Within a transaction: the
    owner's row is locked, so that two at once count one another.
    """
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=owner_id)
    owned = Backtest.objects.filter(owner=owner_id)
    if owned.active().count() >= settings.BACKTESTS_AT_ONCE:
        raise TooMany(
            "too_many_running",
            f"{settings.BACKTESTS_AT_ONCE} backtests may be queued or running at once; wait for one, or cancel it.",
        )
    if owned.count() + more > settings.BACKTESTS_KEPT:
        raise TooMany("too_many_kept", f"{settings.BACKTESTS_KEPT} backtests are kept; delete some first.")


def tell(backtest: Backtest, action: str, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """Record what a person did to the backtest; last in the transaction."""
    subject = f"backtest {backtest.pk}"
    audit.record(owner_id=backtest.owner_id, action=action, subject=subject, before=before, after=after)
