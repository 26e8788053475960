"""/api/sessions/: the caller's auto-trading sessions, their settings and their life."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import StrictSerializer, query
from trading.api.accounts import owned_account
from trading.api.idempotent import KEY, answer_once
from trading.api.refusals import refusals
from trading.api.trades import LARGEST_ID
from trading.idempotency import Answer
from trading.models import AlgorithmConfig, AutoTradingSession, SessionStatus
from trading.serializers import SessionSerializer, render_session
from trading.sessions import sessions
from trading.sessions.session_detail import SessionDetailSerializer, render_session_detail
from trading.sessions.session_performance import SessionPerformanceSerializer, session_performance
from trading.sessions.session_validation import SessionSettingsSerializer, stored


class NewSessionSerializer(SessionSettingsSerializer):
    """It is stopped at first. At a broker the venue is the account's own."""

    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    name = serializers.CharField(max_length=60)


class SessionQuerySerializer(serializers.Serializer):
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    status = serializers.ChoiceField(SessionStatus.choices, required=False)


class SessionStepSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="For the record.")


class SessionKillSerializer(SessionStepSerializer):
    close_positions = serializers.BooleanField(default=False, help_text="Close what is open, too.")


class AlgorithmSerializer(serializers.ModelSerializer):
    created_by = serializers.CharField(source="created_by.username", default=None, read_only=True)

    class Meta:
        model = AlgorithmConfig
        fields = ("version", "config", "digest", "created_at", "created_by")
        read_only_fields = fields


def owned_session(request: Request, session_id: int) -> AutoTradingSession:
    """The caller's session. Raises NotFound for another's."""
    owned = AutoTradingSession.objects.owned_by(request.user)  # type: ignore[arg-type]
    session = owned.shown().select_related("account", "algorithm", "shadow").filter(pk=session_id).first()
    if session is None:
        raise NotFound("There is no such session.")
    return session


class SessionListView(generics.ListAPIView):
    serializer_class = SessionSerializer
    queryset = AutoTradingSession.objects.none()

    def get_queryset(self) -> "QuerySet[AutoTradingSession]":
        owned = AutoTradingSession.objects.owned_by(self.request.user)  # type: ignore[arg-type]
        open_ones = owned.filter(account__closed_at=None)
        return open_ones.filter(**query(self.request, SessionQuerySerializer)).shown().order_by("pk")

    @extend_schema(parameters=[SessionQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The sessions of the caller's accounts, the oldest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewSessionSerializer, responses={201: SessionSerializer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """A new session, to be started."""
        given = NewSessionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = stored(given.validated_data)
        account = owned_account(request, values.pop("account"))

        def handle() -> Answer:
            with refusals():
                return 201, render_session(sessions.add_session(account_id=account.pk, values=values))

        return answer_once(request, handle)


class SessionDetailView(APIView):
    @extend_schema(responses=SessionDetailSerializer)
    def get(self, request: Request, session_id: int) -> Response:
        """The session with how full its limits are, its results, and whether its hours allow entries."""
        return Response(render_session_detail(owned_session(request, session_id)))

    @extend_schema(request=SessionSettingsSerializer, responses=SessionSerializer)
    def patch(self, request: Request, session_id: int) -> Response:
        """Change some settings; a nested object replaces the whole of it. The session goes on as it stands."""
        session = owned_session(request, session_id)
        given = SessionSettingsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with refusals():
            changed = sessions.update_session(session_id=session.pk, changes=stored(given.validated_data))
        return Response(render_session(changed))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """Remove a session that has never run; 409 for any other, whose past stays."""
        session = owned_session(request, session_id)
        with refusals():
            sessions.delete_session(session_id=session.pk)
        return Response(status=204)


class SessionStepView(APIView):
    """`step` is what is done: start, stop, pause or resume. Repeated, it changes nothing."""

    step: str = "stop"

    @extend_schema(request=SessionStepSerializer, responses=SessionSerializer, parameters=[KEY])
    def post(self, request: Request, session_id: int) -> Response:
        """Take the step; 409 where it does not lead anywhere from where the session is, or a limit is in the way.

        A LIVE account's session may run while live trading is off: its decisions then say that this is why nothing is
        traded.
        """
        session = owned_session(request, session_id)
        given = SessionStepSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def handle() -> Answer:
            with refusals():
                return 200, render_session(getattr(sessions, self.step)(session_id=session.pk, **given.validated_data))

        return answer_once(request, handle)


class SessionKillView(APIView):
    @extend_schema(request=SessionKillSerializer, responses=SessionSerializer, parameters=[KEY])
    def post(self, request: Request, session_id: int) -> Response:
        """Halt the session until a person resumes it, take its entries back, and if asked close its positions."""
        session = owned_session(request, session_id)
        given = SessionKillSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def handle() -> Answer:
            with refusals():
                return 200, render_session(sessions.kill(session_id=session.pk, **given.validated_data))

        return answer_once(request, handle)


class AlgorithmListView(generics.ListAPIView):
    serializer_class = AlgorithmSerializer
    queryset = AlgorithmConfig.objects.none()

    def get_queryset(self) -> "QuerySet[AlgorithmConfig]":
        session = owned_session(self.request, self.kwargs["session_id"])
        return AlgorithmConfig.objects.filter(session=session).select_related("created_by").order_by("-version")


class SessionPerformanceView(APIView):
    @extend_schema(responses=SessionPerformanceSerializer)
    def get(self, request: Request, session_id: int) -> Response:
        """The session's results over all of its trades."""
        return Response(session_performance(owned_session(request, session_id)))
