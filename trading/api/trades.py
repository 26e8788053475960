"""/api/trades/: every trade of the caller's accounts."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from signals.models import Direction
from trading.models import ExitReason, Trade, TradeStatus
from trading.serializers import TradeSerializer
from trading.valuation import attach_marks

_CHOICES = {"status": TradeStatus, "direction": Direction, "exit_reason": ExitReason}


def filtered_trades(request: Request, trades: "QuerySet[Trade]") -> "QuerySet[Trade]":
    """`trades` narrowed by ?status=&symbol=&direction=&exit_reason=. Raises ValidationError naming a wrong one."""
    for name, choices in _CHOICES.items():
        asked = request.query_params.get(name)
        if not asked:
            continue
        if asked not in choices.values:
            raise ValidationError({name: [f"One of {', '.join(choices.values)} is needed."]})
        trades = trades.filter(**{name: asked})
    if symbol := request.query_params.get("symbol"):
        trades = trades.filter(symbol=symbol)
    return trades.select_related("account", "session", "signal").order_by("-id")


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
        account = self.request.query_params.get("account")
        if account:
            owned = owned.filter(account=account) if account.isdigit() and len(account) < 19 else owned.none()
        return filtered_trades(self.request, owned)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_marks(page or [])
        return page


@extend_schema(responses=TradeSerializer)
class TradeDetailView(generics.RetrieveAPIView):
    serializer_class = TradeSerializer
    queryset = Trade.objects.none()

    def get_object(self) -> Trade:
        trade = owned_trade(self.request, self.kwargs["trade_id"])
        attach_marks([trade])
        return trade
