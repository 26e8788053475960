"""/api/auto-trade/: all of the caller's sessions at once, or all of an account's. Paper twins follow by themselves."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import StrictSerializer, query
from trading.api.accounts import owned_account
from trading.api.idempotent import KEY, answer_once
from trading.api.paper import AccountQuerySerializer
from trading.api.refusals import refusals
from trading.api.trades import LARGEST_ID
from trading.idempotency import Answer
from trading.killswitch import killswitch
from trading.models import AutoTradingSession, SessionStatus
from trading.serializers import SessionSerializer, render_session
from trading.sessions import sessions

ACCOUNT = OpenApiParameter("account", OpenApiTypes.INT, description="Account id; default: all of them.")


class AutoTradeSerializer(serializers.Serializer):
    """`is_running`: a session runs, on an account that trades automatically, and no kill switch is engaged."""

    is_running = serializers.BooleanField()
    kill_switch_engaged = serializers.BooleanField()
    running = serializers.IntegerField()
    paused = serializers.IntegerField()
    halted = serializers.IntegerField()
    stopped = serializers.IntegerField()
    sessions = SessionSerializer(many=True)


class RefusalSerializer(serializers.Serializer):
    session = serializers.IntegerField()
    code = serializers.CharField()
    message = serializers.CharField()


class AutoTradeStepSerializer(AutoTradeSerializer):
    changed = serializers.ListField(child=serializers.IntegerField(), help_text="Ids of sessions.")
    refused = RefusalSerializer(many=True, help_text="Halted ones: each is resumed by itself.")


class WhichSerializer(StrictSerializer):
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True)


def _body(request: Request, account_id: int | None) -> dict[str, Any]:
    owned = AutoTradingSession.objects.owned_by(request.user).filter(  # type: ignore[arg-type]
        account__closed_at=None, shadow_of=None
    )
    if account_id is not None:
        owned = owned.filter(account=account_id)
    listed = list(owned.shown().select_related("account", "algorithm", "shadow").order_by("pk"))
    engaged = killswitch.engaged(int(request.user.pk or 0)) is not None
    counts = {status: sum(item.status == status for item in listed) for status in SessionStatus}
    trading = any(_trades(item) for item in listed)
    return {
        "is_running": trading and not engaged,
        "kill_switch_engaged": engaged,
        "running": counts[SessionStatus.RUNNING],
        "paused": counts[SessionStatus.PAUSED],
        "halted": counts[SessionStatus.HALTED],
        "stopped": counts[SessionStatus.STOPPED],
        "sessions": [render_session(session) for session in listed],
    }


def _trades(session: AutoTradingSession) -> bool:
    account = session.account
    return session.status == SessionStatus.RUNNING and account.is_enabled and account.auto_trading_enabled


class AutoTradeStatusView(APIView):
    @extend_schema(responses=AutoTradeSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """How the sessions stand."""
        asked = query(request, AccountQuerySerializer).get("account")
        return Response(_body(request, None if asked is None else owned_account(request, asked).pk))


class AutoTradeStepView(APIView):
    """`action` is the step of rules/session_states.py. Repeated, it changes nothing."""

    action: str = "STOP"

    @extend_schema(request=WhichSerializer, responses=AutoTradeStepSerializer, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Start, stop, pause or resume all sessions that stand where the step leads on. Halted ones are stopped, and
        else left as they are.
        """
        given = WhichSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data.get("account")
        account_id = None if asked is None else owned_account(request, asked).pk

        def handle() -> Answer:
            with refusals():
                changed, refused = sessions.take_all(
                    owner_id=int(request.user.pk or 0), action=self.action, account_id=account_id
                )
            done = {"changed": [item.pk for item in changed], "refused": [asdict(item) for item in refused]}
            return 200, {**_body(request, account_id), **done}

        return answer_once(request, handle)
