"""/api/backtests/: asking for backtests, and what becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.api.backtest_serializers import (
    BacktestQuerySerializer,
    BacktestRowSerializer,
    BacktestSerializer,
    NewBacktestDocument,
    NewBacktestSerializer,
)
from analytics.jobs import control
from analytics.jobs.create import TooMany, create_backtest
from analytics.jobs.selectors import listed, owned_backtests
from analytics.models import Backtest
from signals.api.strict import query
from trading.api.idempotent import KEY, Conflict, answer_once
from trading.idempotency import Answer


def owned_backtest(request: Request, backtest_id: int) -> Backtest:
    """The caller's backtest. Raises NotFound for another's."""
    found = owned_backtests(request.user).select_related("stored").defer("stored__trades", "stored__equity")
    backtest = found.filter(pk=backtest_id).first()
    if backtest is None:
        raise NotFound("There is no such backtest.")
    return backtest


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TooMany as error:
        raise Conflict(str(error), error.code) from None
    except control.NotResumable as error:
        raise Conflict(str(error), "not_resumable") from None
    except control.NotThere as error:
        raise NotFound(str(error)) from None


class BacktestListView(generics.ListAPIView):
    serializer_class = BacktestRowSerializer
    queryset = Backtest.objects.none()

    def get_queryset(self) -> "QuerySet[Backtest]":
        return listed(self.request.user).filter(**query(self.request, BacktestQuerySerializer)).order_by("-id")

    @extend_schema(parameters=[BacktestQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's backtests, the latest first; of their figures core and risk alone."""
        return super().get(request, *args, **kwargs)

    @extend_schema(request=NewBacktestDocument, responses={201: BacktestSerializer}, parameters=[KEY])
    def post(self, request: Request) -> Response:
        """Ask for a backtest: it is queued, and workers run it. 409 where the caller has too many."""
        given = NewBacktestSerializer(data=request.data)
        given.is_valid(raise_exception=True)

        def handle() -> Answer:
            with _refusals():
                backtest = create_backtest(owner_id=int(request.user.pk or 0), **given.validated_data)
            return 201, BacktestSerializer(backtest).data

        return answer_once(request, handle)


class BacktestDetailView(APIView):
    @extend_schema(responses=BacktestSerializer)
    def get(self, request: Request, backtest_id: int) -> Response:
        """The backtest with all of its figures; while it is queued or running, how far it has come."""
        return Response(BacktestSerializer(owned_backtest(request, backtest_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, backtest_id: int) -> Response:
        """Delete it with its trials and results; one that runs is cancelled."""
        with _refusals():
            control.delete(backtest_id=owned_backtest(request, backtest_id).pk)
        return Response(status=204)


class BacktestCancelView(APIView):
    @extend_schema(request=None, responses=BacktestSerializer, parameters=[KEY])
    def post(self, request: Request, backtest_id: int) -> Response:
        """Stop it; its trials so far stay. One that has ended stays as it is."""
        backtest = owned_backtest(request, backtest_id)

        def handle() -> Answer:
            with _refusals():
                return 200, BacktestSerializer(control.cancel(backtest_id=backtest.pk)).data

        return answer_once(request, handle)


class BacktestResumeView(APIView):
    @extend_schema(request=None, responses=BacktestSerializer, parameters=[KEY])
    def post(self, request: Request, backtest_id: int) -> Response:
        """Go on with one that failed or was cancelled; what its trials came to is not run again. 409 for others."""
        backtest = owned_backtest(request, backtest_id)

        def handle() -> Answer:
            with _refusals():
                return 200, BacktestSerializer(control.resume(backtest_id=backtest.pk)).data

        return answer_once(request, handle)
