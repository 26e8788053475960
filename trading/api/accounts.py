"""/api/accounts/: the caller's accounts and their equity."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

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


class EquityPointSerializer(serializers.Serializer):
    time = serializers.DateTimeField()
    balance = serializers.CharField()
    equity = serializers.CharField()


class EquityCurveSerializer(serializers.Serializer):
    points = EquityPointSerializer(many=True)


class EquityView(APIView):
    @extend_schema(responses=EquityCurveSerializer, parameters=[OpenApiParameter("limit", OpenApiTypes.INT)])
    def get(self, request: Request, account_id: int) -> Response:
        """The equity curve since the last reset, thinned to `limit` points (10 to 5000, default 500)."""
        account = Account.objects.owned_by(request.user).filter(pk=account_id).first()  # type: ignore[arg-type]
        if account is None:
            raise NotFound("There is no such account.")
        asked = request.query_params.get("limit", "500")
        if not asked.isdigit() or not 10 <= int(asked) <= 5000:
            raise ValidationError({"limit": ["A whole number from 10 to 5000 is needed."]})
        return Response({"points": equity_points(account, int(asked))})
