"""/api/accounts/: the caller's accounts and their equity."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from trading.equity import equity_points
from trading.models import Account
from trading.serializers import AccountSerializer
from trading.valuation import attach_valuation


class AccountListView(generics.ListAPIView):
    serializer_class = AccountSerializer
    queryset = Account.objects.none()

    def get_queryset(self) -> "QuerySet[Account]":
        return Account.objects.owned_by(self.request.user)  # type: ignore[arg-type]

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_valuation(page or [])
        return page


class EquityQuerySerializer(serializers.Serializer):
    limit = serializers.IntegerField(min_value=10, max_value=5000, default=500)


class EquityPointSerializer(serializers.Serializer):
    time = serializers.DateTimeField()
    balance = serializers.CharField()
    equity = serializers.CharField()


class EquityCurveSerializer(serializers.Serializer):
    points = EquityPointSerializer(many=True)


class EquityView(APIView):
    @extend_schema(responses=EquityCurveSerializer, parameters=[EquityQuerySerializer])
    def get(self, request: Request, account_id: int) -> Response:
        """The equity curve since the last reset, oldest first, thinned to `limit` points at most."""
        account = Account.objects.owned_by(request.user).filter(pk=account_id).first()  # type: ignore[arg-type]
        if account is None:
            raise NotFound("There is no such account.")
        limit = query(request, EquityQuerySerializer)["limit"]
        return Response({"points": equity_points(account, limit)})
