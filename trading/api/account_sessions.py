"""/api/accounts/<id>/sessions/<id>/start/ and stop/."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from trading import sessions
from trading.api.accounts import owned_account
from trading.api.refusals import refusals
from trading.models import SessionStatus
from trading.serializers import SessionSerializer, render_session


class SessionSwitchView(APIView):
    """`status` is what the session is set to. Repeated, it changes nothing."""

    status: SessionStatus = SessionStatus.STOPPED

    @extend_schema(request=None, responses=SessionSerializer)
    def post(self, request: Request, account_id: int, session_id: int) -> Response:
        """Set a session running (a halted one, too), or stop it.

        A LIVE account's session may run while live trading is off: its decisions then say that this is why nothing is
        traded.
        """
        account = owned_account(request, account_id)
        session: Any = account.sessions.filter(pk=session_id).first()
        if session is None:
            raise NotFound("The account has no such session.")
        if session.status != self.status:
            with refusals():
                session = sessions.set_status(session.pk, self.status)
        return Response(render_session(session))
