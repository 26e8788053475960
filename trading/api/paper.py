"""/api/dev/paper/: the developer's paper account."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import StrictSerializer
from trading import paper
from trading.api.idempotent import HEADER, Conflict, answer_once
from trading.api.trades import filtered_trades, owned_trade
from trading.events import latest_number
from trading.idempotency import Answer
from trading.models import Account, AccountMode, SessionStatus, Trade, TradeStatus
from trading.performance import performance
from trading.serializers import (
    AccountSerializer,
    SessionSerializer,
    TradeSerializer,
    as_json,
    render_account,
    render_session,
    render_trades,
)

ACCOUNT = OpenApiParameter("account", OpenApiTypes.INT, description="Account id; default: the first paper account.")
KEY = OpenApiParameter(HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description="Makes a repetition harmless.")
_BALANCE = {"max_digits": 18, "decimal_places": 8, "min_value": Decimal(1), "max_value": Decimal(10) ** 9}


class SettingsSerializer(StrictSerializer):
    auto_trading_enabled = serializers.BooleanField(required=False)
    auto_trade_spot = serializers.BooleanField(required=False)
    auto_trade_futures = serializers.BooleanField(required=False)
    min_signal_confidence = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=Decimal(0), max_value=Decimal(1), required=False
    )
    max_position_size = serializers.DecimalField(
        max_digits=5, decimal_places=4, min_value=Decimal("0.0001"), max_value=Decimal(1), required=False
    )
    max_open_trades = serializers.IntegerField(min_value=1, max_value=1000, required=False)


class StartSerializer(SettingsSerializer):
    initial_balance = serializers.DecimalField(**_BALANCE, required=False)


class ResetSerializer(StrictSerializer):
    initial_balance = serializers.DecimalField(**_BALANCE, required=False)


class StatusSerializer(serializers.Serializer):
    account = AccountSerializer(allow_null=True)
    sessions = SessionSerializer(many=True)
    is_running = serializers.BooleanField()
    last_event_number = serializers.IntegerField()


class PaperTradesSerializer(serializers.Serializer):
    count = serializers.IntegerField()
    open_trades = serializers.IntegerField()
    closed_trades = serializers.IntegerField()
    trades = TradeSerializer(many=True)


class SummarySerializer(serializers.Serializer):
    account = AccountSerializer()
    performance = serializers.DictField()
    open_positions = TradeSerializer(many=True)
    recent_trades = TradeSerializer(many=True)


def find_account(request: Request) -> Account | None:
    """The caller's account named by ?account=, else the first paper one. Raises NotFound for another's."""
    owned = Account.objects.owned_by(request.user)  # type: ignore[arg-type]
    asked = request.query_params.get("account")
    if asked is None:
        return owned.filter(mode=AccountMode.PAPER).first()
    account = owned.filter(pk=asked).first() if asked.isdigit() and len(asked) < 19 else None
    if account is None:
        raise NotFound("account: there is no such account.")
    return account


def paper_account(request: Request) -> Account:
    account = find_account(request)
    if account is None:
        raise NotFound("There is no paper account yet; POST /api/dev/paper/start/ opens one.")
    if account.mode != AccountMode.PAPER:
        raise Conflict("This is not a paper account.", "not_a_paper_account")
    return account


def status_body(request: Request, account: Account | None) -> dict[str, Any]:
    sessions = list(account.sessions.order_by("pk")) if account else []
    running = any(session.status == SessionStatus.RUNNING for session in sessions)
    return {
        "account": render_account(account) if account else None,
        "sessions": [render_session(session) for session in sessions],
        "is_running": bool(account and account.is_enabled and account.auto_trading_enabled and running),
        "last_event_number": latest_number(int(request.user.pk or 0)),
    }


class StartView(APIView):
    @extend_schema(request=StartSerializer, responses=StatusSerializer, parameters=[ACCOUNT, KEY])
    def post(self, request: Request) -> Response:
        """Open the paper account (201), or set an existing one trading again (200)."""
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        settings = dict(given.validated_data)
        balance = settings.pop("initial_balance", None)

        def handle() -> Answer:
            account = find_account(request)
            if account is not None and balance is not None and balance != account.initial_balance:
                raise Conflict("The account exists; reset it to change its initial balance.", "account_exists")
            opened = paper.start(
                owner_id=int(request.user.pk or 0),
                account=account,
                initial_balance=balance or paper.DEFAULT_BALANCE,
                settings=settings,
            )
            return (200 if account else 201), status_body(request, opened)

        return answer_once(request, handle)


class ResetView(APIView):
    @extend_schema(request=ResetSerializer, responses=StatusSerializer, parameters=[ACCOUNT, KEY])
    def post(self, request: Request) -> Response:
        """Close all trades and start over with the initial balance, or with a new one."""
        given = ResetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = paper_account(request)

        def handle() -> Answer:
            fresh = paper.reset(account.pk, given.validated_data.get("initial_balance"))
            return 200, status_body(request, fresh)

        return answer_once(request, handle)


class StatusView(APIView):
    @extend_schema(responses=StatusSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        return Response(status_body(request, find_account(request)))


class SettingsView(APIView):
    @extend_schema(request=SettingsSerializer, responses=AccountSerializer, parameters=[ACCOUNT])
    def patch(self, request: Request) -> Response:
        given = SettingsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = paper.update_settings(paper_account(request).pk, dict(given.validated_data))
        return Response(render_account(account))


class PaperTradesView(APIView):
    @extend_schema(responses=PaperTradesSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """The account's trades, newest first: ?status=&symbol=&direction=&exit_reason=&limit=&offset=."""
        account = paper_account(request)
        trades = filtered_trades(request, Trade.objects.filter(account=account))
        paginator = LimitOffsetPagination()
        paginator.default_limit, paginator.max_limit = 50, 500
        page = paginator.paginate_queryset(trades, request) or []
        own = Trade.objects.filter(account=account)
        body = {
            "count": paginator.count,
            "open_trades": own.filter(status=TradeStatus.OPEN).count(),
            "closed_trades": own.filter(status=TradeStatus.CLOSED).count(),
            "trades": render_trades(page),
        }
        return Response(body)


class SummaryView(APIView):
    @extend_schema(responses=SummarySerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        account = paper_account(request)
        own = Trade.objects.filter(account=account).select_related("account", "session", "signal")
        body = {
            "account": render_account(account),
            "performance": as_json(performance(account)),
            "open_positions": render_trades(own.filter(status=TradeStatus.OPEN)[:500]),
            "recent_trades": render_trades(own.filter(status=TradeStatus.CLOSED)[:20]),
        }
        return Response(body)


class CloseView(APIView):
    @extend_schema(request=None, responses=TradeSerializer, parameters=[KEY])
    def post(self, request: Request, trade_id: int) -> Response:
        """Close an open trade at the market."""
        trade = owned_trade(request, trade_id)

        def handle() -> Answer:
            try:
                closed = paper.close_by_hand(trade.pk)
            except paper.TradeNotOpen as error:
                raise Conflict(str(error), "trade_not_open") from None
            except paper.NoQuote as error:
                raise Conflict(str(error), "no_quote") from None
            return 200, render_trades([closed])[0]

        return answer_once(request, handle)
