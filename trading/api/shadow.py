"""/api/sessions/<id>/shadow/: a live session's paper twin, and what live fills cost against its."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from trading.api.idempotent import KEY, answer_once
from trading.api.refusals import refusals
from trading.idempotency import Answer
from trading.models import AutoTradingSession
from trading.serializers import SessionSerializer, render_session
from trading.shadow import shadow
from trading.shadow.shadow_report import ShadowReportSerializer, shadow_report


class ReportQuerySerializer(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=500, default=50)


def _owned(request: Request, session_id: int) -> AutoTradingSession:
    owned = AutoTradingSession.objects.owned_by(request.user)  # type: ignore[arg-type]
    session = owned.filter(pk=session_id).first()
    if session is None:
        raise NotFound("There is no such session.")
    return session


class ShadowView(APIView):
    @extend_schema(parameters=[ReportQuerySerializer], responses=ShadowReportSerializer)
    def get(self, request: Request, session_id: int) -> Response:
        """What the session's fills cost against its twin's: sums over all pairs of trades, and the latest pairs."""
        session = _owned(request, session_id)
        twin = AutoTradingSession.objects.filter(shadow_of=session).first()
        if twin is None:
            raise NotFound("The session has no paper twin; POST here makes one.")
        return Response(shadow_report(session, twin, query(request, ReportQuerySerializer)["limit"]))

    @extend_schema(request=None, responses={201: SessionSerializer}, parameters=[KEY])
    def post(self, request: Request, session_id: int) -> Response:
        """Have a paper twin take every decision of the session from now on."""
        session = _owned(request, session_id)

        def handle() -> Answer:
            with refusals():
                return 201, render_session(shadow.create(session_id=session.pk))

        return answer_once(request, handle)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """The twin follows no longer. Its account and the report stay."""
        session = _owned(request, session_id)
        if shadow.stop(session_id=session.pk) is None:
            raise NotFound("The session has no paper twin.")
        return Response(status=204)
