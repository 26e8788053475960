"""/api/trades/: every trade of the caller's accounts."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import query
from signals.models import Direction
from trading.accounts.valuation import attach_marks
from trading.exits.trade_detail import TradeDetailSerializer, render_trade_detail
from trading.models import ExitReason, Trade, TradeStatus
from trading.serializers import TradeSerializer

LARGEST_ID = 2**63 - 1


class TradeQuerySerializer(serializers.Serializer):
    status = serializers.ChoiceField(TradeStatus.choices, required=False)
    symbol = serializers.CharField(max_length=40, required=False)
    direction = serializers.ChoiceField(Direction.choices, required=False)
    exit_reason = serializers.ChoiceField(ExitReason.choices, required=False)
    venue = serializers.CharField(max_length=40, required=False)
    strategy = serializers.CharField(max_length=60, required=False)


class AnyTradeQuerySerializer(TradeQuerySerializer):
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)
    session = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


def filtered_trades(
    request: Request, trades: "QuerySet[Trade]", kind: type[serializers.Serializer] = TradeQuerySerializer
) -> "QuerySet[Trade]":
    """`trades` narrowed by the query parameters of `kind`, newest first. Raises ValidationError naming a wrong one."""
    return trades.filter(**query(request, kind)).select_related("account", "session", "signal").order_by("-id")


def owned_trade(request: Request, trade_id: int) -> Trade:
    """The caller's trade. Raises NotFound for another's."""
    owned = Trade.objects.owned_by(request.user)  # type: ignore[arg-type]
    trade = owned.select_related("account", "session", "signal").filter(pk=trade_id).first()
    if trade is None:
        raise NotFound("There is no such trade.")
    return trade


class TradeListView(generics.ListAPIView):
    serializer_class = TradeSerializer
    queryset = Trade.objects.none()

    def get_queryset(self) -> "QuerySet[Trade]":
        owned = Trade.objects.owned_by(self.request.user)  # type: ignore[arg-type]
        return filtered_trades(self.request, owned, AnyTradeQuerySerializer)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_marks(page or [])
        return page

    @extend_schema(parameters=[AnyTradeQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Trades, newest first."""
        return super().get(request, *args, **kwargs)


class TradeDetailView(APIView):
    @extend_schema(responses=TradeDetailSerializer)
    def get(self, request: Request, trade_id: int) -> Response:
        """The trade with its exit plan, the trail of its stop, its fills, its journal and the decision behind it."""
        return Response(render_trade_detail(owned_trade(request, trade_id)))
