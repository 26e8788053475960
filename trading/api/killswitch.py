"""/api/killswitch/: the switch that stops every entry of the caller's, or of everybody's.

Needs the database alone: neither its answer nor its effect waits for Redis.
"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import StrictSerializer
from trading.api.idempotent import KEY, Conflict, answer_once, used_before
from trading.audit.roles import Role, role_of
from trading.idempotency import Answer
from trading.killswitch import enforcement, killswitch
from trading.models import KillSwitch


class AdminOnly(PermissionDenied):
    default_code = "admin_only"
    default_detail = "The kill switch for everybody is an administrator's to move."


class KillSwitchSerializer(serializers.Serializer):
    """The switch that is in force: the caller's own, else the one for everybody; nulls where none is engaged."""

    engaged = serializers.BooleanField()
    everybody = serializers.BooleanField(help_text="Whether it is the one for everybody that is told of here.")
    reason = serializers.CharField()
    close_positions = serializers.BooleanField()
    engaged_at = serializers.DateTimeField(allow_null=True)
    engaged_by = serializers.CharField(allow_null=True, help_text="A username; null: the system.")
    enforced_at = serializers.DateTimeField(
        allow_null=True, help_text="When all that was on its way was cancelled, and closed where asked; null: not yet."
    )
    orders_cancelled = serializers.IntegerField(help_text="Entries of the caller's taken back since.")
    orders_left = serializers.IntegerField(help_text="Entries of the caller's still on their way.")
    positions_left = serializers.IntegerField(help_text="Open positions of the caller's.")


class MoveSerializer(StrictSerializer):
    engaged = serializers.BooleanField()
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")
    close_positions = serializers.BooleanField(default=False, help_text="Close what is open, too.")
    everybody = serializers.BooleanField(default=False, help_text="For everybody's orders: administrators only.")


def shown(owner_id: int, everybody: bool = False) -> dict[str, Any]:
    """The switch in force for the owner, or the one for everybody, with what it has done and what is left."""
    switch = KillSwitch.objects.engaged().filter(owner=None).first() if everybody else killswitch.engaged(owner_id)
    figures = (0, 0, 0) if switch is None else enforcement.figures(owner_id, switch)
    values = {
        "engaged": switch is not None,
        "everybody": switch is not None and switch.owner_id is None,
        "reason": switch.reason if switch else "",
        "close_positions": switch is not None and switch.close_positions,
        "engaged_at": switch.engaged_at if switch else None,
        "engaged_by": switch.engaged_by.get_username() if switch and switch.engaged_by else None,
        "enforced_at": switch.enforced_at if switch else None,
        **dict(zip(("orders_cancelled", "orders_left", "positions_left"), figures, strict=True)),
    }
    return dict(KillSwitchSerializer(values).data)


class KillSwitchView(APIView):
    @extend_schema(responses=KillSwitchSerializer)
    def get(self, request: Request) -> Response:
        """Whether a kill switch is engaged, and how far it has been carried out."""
        return Response(shown(_owner(request)))

    @extend_schema(request=MoveSerializer, responses=KillSwitchSerializer, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Engage the kill switch, or lift it. Both may be repeated.

        Engaged, no entry leaves any more; those on their way are taken back, and with `close_positions` everything that
        is open is closed. It holds until it is lifted.
        """
        given = MoveSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        asked = given.validated_data
        if asked["everybody"] and role_of(_caller(request)) != Role.ADMIN:
            raise AdminOnly
        if not used_before(request):  # outside the answer's transaction: the switch is in force at once
            self._move(request, asked)

        def handle() -> Answer:
            return 200, shown(_owner(request), asked["everybody"])

        return answer_once(request, handle)

    def _move(self, request: Request, asked: dict[str, Any]) -> None:
        owner = None if asked["everybody"] else _owner(request)
        if asked["engaged"]:
            killswitch.engage(
                owner_id=owner,
                actor_id=_caller(request).pk,
                reason=asked["reason"],
                close_positions=asked["close_positions"],
            )
            return
        lifted = killswitch.lift(owner_id=owner, actor_id=_caller(request).pk)
        if lifted is None and killswitch.engaged(_owner(request)) is not None:
            raise Conflict("An administrator has engaged it for everybody, and lifts it.", "kill_switch_of_all")


def _owner(request: Request) -> int:
    pk: Any = request.user.pk
    return int(pk)


def _caller(request: Request) -> Any:
    """The person who calls, whoever the call is for."""
    return getattr(request, "actor", request.user)
