"""Which trades a question is about, from the query parameters."""

from datetime import date
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from analytics.performance.scope import Scope
from analytics.quality.decided import Decided
from signals.api.strict import query
from signals.models import SignalSource
from trading.api.sessions import owned_session
from trading.api.trades import LARGEST_ID
from trading.models import Account

FIRST, LAST = date(1970, 1, 2), date(2199, 12, 31)
BACKWARDS = "It must not be before the start."


class DayField(serializers.DateField):
    """A UTC day."""

    default_error_messages = {"range": f"A day from {FIRST} to {LAST} is needed."}

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST <= day <= LAST:
            self.fail("range")
        return day


class PeriodQuerySerializer(serializers.Serializer):
    """Of an account, or of a session. Days are UTC, both counted; left out: as far as there is anything."""

    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    session = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    start = DayField(required=False)
    end = DayField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "account" not in attrs and "session" not in attrs:
            raise ValidationError({"account": ["Name an account or a session."]})
        if attrs.get("start") and attrs.get("end") and attrs["end"] < attrs["start"]:
            raise ValidationError({"end": [BACKWARDS]})
        return attrs


class ScopeQuerySerializer(PeriodQuerySerializer):
    strategy = serializers.CharField(max_length=60, required=False)
    symbol = serializers.CharField(max_length=40, required=False)
    source = serializers.ChoiceField(SignalSource.choices, required=False)  # type: ignore[assignment]
    tag = serializers.CharField(max_length=40, required=False)


class ScopeSerializer(serializers.Serializer):
    """What was asked for; null: not narrowed by it."""

    account = serializers.IntegerField()
    session = serializers.IntegerField(allow_null=True)
    start = serializers.DateField(allow_null=True)
    end = serializers.DateField(allow_null=True)
    strategy = serializers.CharField(allow_null=True)
    symbol = serializers.CharField(allow_null=True)
    source = serializers.ChoiceField(SignalSource.choices, allow_null=True)  # type: ignore[assignment]
    tag = serializers.CharField(allow_null=True)


def scope_of(request: Request, kind: type[PeriodQuerySerializer] = ScopeQuerySerializer) -> Scope:
    """The caller's. Raises NotFound for another's, and ValidationError naming what is wrong."""
    asked = query(request, kind)
    account_id, session_id = asked.pop("account", None), asked.pop("session", None)
    session = owned_session(request, session_id) if session_id is not None else None
    if session is None:
        return Scope(_owned_account(request, account_id), **asked)
    if account_id not in (None, session.account_id):
        raise NotFound("The account has no such session.")
    return Scope(session.account, session, **asked)


def decided_of(request: Request) -> Decided:
    """The caller's account or session, and the period. Raises as `scope_of`."""
    scope = scope_of(request, PeriodQuerySerializer)
    return Decided(scope.account, scope.session, scope.start, scope.end)


def rendered(scope: Scope) -> dict[str, Any]:
    """As ScopeSerializer describes it."""
    return {
        "account": scope.account.pk,
        "session": scope.session and scope.session.pk,
        "start": scope.start and scope.start.isoformat(),
        "end": scope.end and scope.end.isoformat(),
        **{name: getattr(scope, name) for name in ("strategy", "symbol", "source", "tag")},
    }


def _owned_account(request: Request, account_id: int) -> Account:
    """Also one that was closed: its past stays."""
    owned = Account.objects.owned_by(request.user)  # type: ignore[arg-type]
    account = owned.filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such account.")
    return account
