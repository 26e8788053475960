"""/api/dev/paper/: the developer's paper account."""

from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.db.models import Count, Q
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from signals.api.strict import RoundedDecimalField, StrictSerializer, query
from trading.accounts import paper
from trading.api.idempotent import KEY, Conflict, answer_once
from trading.api.refusals import refusals
from trading.api.summary import SummarySerializer, summary_body
from trading.api.trades import LARGEST_ID, TradeQuerySerializer, filtered_trades
from trading.feed.events import latest_number
from trading.idempotency import Answer
from trading.models import Account, AccountMode, SessionStatus, Trade, TradeStatus
from trading.serializers import (
    AccountSerializer,
    SessionSerializer,
    TradeSerializer,
    render_account,
    render_session,
    render_trades,
)

ACCOUNT = OpenApiParameter("account", OpenApiTypes.INT, description="Account id; default: the first paper account.")


def _balance() -> RoundedDecimalField:
    return RoundedDecimalField(places=8, min_value=Decimal(1), max_value=Decimal(10) ** 9, required=False)


class LimitsSerializer(StrictSerializer):
    """What an account may do; sizes and confidence are fractions 0-1."""

    auto_trade_spot = serializers.BooleanField(required=False)
    auto_trade_futures = serializers.BooleanField(required=False)
    min_signal_confidence = RoundedDecimalField(places=4, min_value=Decimal(0), max_value=Decimal(1), required=False)
    max_position_size = RoundedDecimalField(places=4, min_value=Decimal("0.0001"), max_value=Decimal(1), required=False)
    max_open_trades = serializers.IntegerField(min_value=1, max_value=1000, required=False)


class StartSerializer(LimitsSerializer):
    initial_balance = _balance()


class SettingsSerializer(LimitsSerializer):
    auto_trading_enabled = serializers.BooleanField(required=False)


class ResetSerializer(StrictSerializer):
    initial_balance = _balance()


class AccountQuerySerializer(serializers.Serializer):
    account = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False)


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


def find_account(request: Request) -> Account | None:
    """The caller's account named by ?account=, else the first paper one, if any.

    Raises NotFound for another user's or a closed one, Conflict for one that does not trade on paper.
    """
    owned = Account.objects.open().owned_by(request.user)  # type: ignore[arg-type]
    asked = query(request, AccountQuerySerializer).get("account")
    if asked is None:
        return owned.filter(mode=AccountMode.PAPER).first()
    account = owned.filter(pk=asked).first()
    if account is None:
        raise NotFound("There is no such account.")
    if account.mode != AccountMode.PAPER:
        told = f"This is not a paper account; GET /api/accounts/{asked}/ tells of it."
        raise Conflict(told, "not_a_paper_account")
    return account


def paper_account(request: Request) -> Account:
    """As find_account. Raises NotFound where there is none yet."""
    account = find_account(request)
    if account is None:
        raise NotFound("There is no paper account yet; POST /api/dev/paper/start/ opens one.")
    return account


def status_body(request: Request, account: Account | None, number: int | None = None) -> dict[str, Any]:
    """`number` is that of the caller's latest event, read before the account was; default: as it is now."""
    sessions = list(account.sessions.order_by("pk")) if account else []
    running = any(session.status == SessionStatus.RUNNING for session in sessions)
    return {
        "account": render_account(account) if account else None,
        "sessions": [render_session(session) for session in sessions],
        "is_running": bool(account and account.is_enabled and account.auto_trading_enabled and running),
        "last_event_number": latest_number(int(request.user.pk or 0)) if number is None else number,
    }


class StartView(APIView):
    @extend_schema(
        request=StartSerializer, responses={200: StatusSerializer, 201: StatusSerializer}, parameters=[ACCOUNT, KEY]
    )
    def post(self, request: Request) -> Response:
        """Open the paper account (201), or set an existing one trading again (200)."""
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return answer_once(request, lambda: _start(request, dict(given.validated_data)))


def _start(request: Request, settings: dict[str, Any]) -> Answer:
    balance = settings.pop("initial_balance", None)
    owner_id = int(request.user.pk or 0)
    account = find_account(request)
    if account is None:
        try:
            opened = paper.start(
                owner_id=owner_id, account=None, initial_balance=balance or paper.DEFAULT_BALANCE, settings=settings
            )
        except IntegrityError:
            # Another request opened it between our look and our write; or another account has its name.
            if (account := find_account(request)) is None:
                raise Conflict('Another account is called "Paper" already.', "account_name_taken") from None
        else:
            return 201, status_body(request, opened)
    if balance is not None and balance != account.initial_balance:
        raise Conflict("The account exists; reset it to change its initial balance.", "account_exists")
    with refusals():
        started = paper.start(
            owner_id=owner_id, account=account, initial_balance=account.initial_balance, settings=settings
        )
    return 200, status_body(request, started)


class ResetView(APIView):
    @extend_schema(request=ResetSerializer, responses=StatusSerializer, parameters=[ACCOUNT, KEY])
    def post(self, request: Request) -> Response:
        """Close all trades and start over with the initial balance, or with a new one."""
        given = ResetSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = paper_account(request)

        def handle() -> Answer:
            with refusals():
                fresh = paper.reset(account.pk, given.validated_data.get("initial_balance"))
            return 200, status_body(request, fresh)

        return answer_once(request, handle)


class StatusView(APIView):
    @extend_schema(responses=StatusSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """The account with its sessions, and the number of the caller's latest event."""
        # The number comes first: what happens from here on is told again by the events after it.
        number = latest_number(int(request.user.pk or 0))
        return Response(status_body(request, find_account(request), number))


class SettingsView(APIView):
    @extend_schema(request=SettingsSerializer, responses=AccountSerializer, parameters=[ACCOUNT])
    def patch(self, request: Request) -> Response:
        """Change some of the account's settings."""
        given = SettingsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = paper_account(request)
        with refusals():
            changed = paper.update_settings(account.pk, dict(given.validated_data))
        return Response(render_account(changed))


class PaperTradesView(APIView):
    @extend_schema(
        responses=PaperTradesSerializer,
        parameters=[
            ACCOUNT,
            TradeQuerySerializer,
            OpenApiParameter("limit", OpenApiTypes.INT, description="1 to 500, default 50."),
            OpenApiParameter("offset", OpenApiTypes.INT),
        ],
    )
    def get(self, request: Request) -> Response:
        """The account's trades, newest first; `count` counts those that match, the others all of them."""
        account = paper_account(request)
        trades = filtered_trades(request, Trade.objects.filter(account=account))
        paginator: Any = api_settings.DEFAULT_PAGINATION_CLASS()  # type: ignore[operator, misc]
        page = paginator.paginate_queryset(trades, request) or []
        counts = Trade.objects.filter(account=account).aggregate(
            open_trades=Count("id", filter=Q(status=TradeStatus.OPEN)),
            closed_trades=Count("id", filter=Q(status=TradeStatus.CLOSED)),
        )
        return Response({"count": paginator.count, **counts, "trades": render_trades(page)})


class SummaryView(APIView):
    @extend_schema(responses=SummarySerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """The account, its results since the last reset, its open positions and its latest closed trades."""
        return Response(summary_body(paper_account(request)))
