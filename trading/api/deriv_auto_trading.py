"""/api/deriv/auto-trading/: one session of the caller's Deriv account, in the words of a Deriv client (camelCase)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from signals.api.strict import StrictSerializer, query
from signals.models import SignalSource
from trading.accounts.valuation import attach_marks
from trading.api.accounts import owned_account
from trading.api.auto_trade import WhichSerializer
from trading.api.idempotent import KEY, Conflict, answer_once
from trading.api.paper import AccountQuerySerializer
from trading.api.refusals import refusals
from trading.idempotency import Answer
from trading.models import Account, AutoTradingSession, SessionStatus, Trade, TradeStatus
from trading.serializers import TradeSerializer, as_json
from trading.sessions import auto_session, sessions
from trading.sessions.limit_figures import Figures, read_figures
from trading.sessions.session_detail import LimitUseSerializer
from trading.sessions.session_steps import market_time
from trading.sessions.session_validation import (
    MOST_MONEY,
    MOST_TRADES,
    StrategySerializer,
    SymbolsField,
    count_field,
    limit_field,
    names_field,
    stored,
)

ACCOUNT = OpenApiParameter("account", OpenApiTypes.INT, description="Account id; default: the caller's Deriv account.")
_RISK = {
    "maxTradesPerDay": "max_trades_per_day",
    "dailyLossLimit": "daily_loss_limit",
    "maxStakeSize": "max_stake",
    "riskPerTrade": "risk_per_trade_percent",
    "autoStopDrawdown": "max_drawdown_percent",
}
_CAMEL = {setting: name for name, setting in _RISK.items()}


class RiskSettingsSerializer(StrictSerializer):
    """Amounts in account currency, `riskPerTrade` and `autoStopDrawdown` in percent (0-100); null removes a limit."""

    maxTradesPerDay = count_field(MOST_TRADES)
    dailyLossLimit = limit_field(MOST_MONEY)
    maxStakeSize = limit_field(MOST_MONEY)
    riskPerTrade = limit_field(100.0)
    autoStopDrawdown = limit_field(100.0)


class SignalFiltersSerializer(StrictSerializer):
    symbols = SymbolsField(required=False, help_text="None: all of the account's market.")
    sources = names_field(SignalSource.values)


class AutoTradingStartSerializer(WhichSerializer):
    strategy = serializers.CharField(max_length=60, required=False, help_text="A built-in strategy's name.")
    riskSettings = RiskSettingsSerializer(required=False)
    signalFilters = SignalFiltersSerializer(required=False)

    def validate_strategy(self, name: str) -> dict[str, Any]:
        checked = StrategySerializer(data={"name": name})
        if not checked.is_valid():
            raise serializers.ValidationError([str(item) for items in checked.errors.values() for item in items])
        return dict(stored(checked.validated_data))


class AutoTradingStatusSerializer(serializers.Serializer):
    """Of the session, null or 0 where it was never started; `todayPnl` counts what is open, too."""

    isRunning = serializers.BooleanField()
    sessionId = serializers.IntegerField(allow_null=True)
    account = serializers.IntegerField()
    currency = serializers.CharField()
    status = serializers.ChoiceField(SessionStatus.choices, allow_null=True)
    statusReason = serializers.CharField()
    strategy = serializers.CharField(allow_null=True)
    riskSettings = RiskSettingsSerializer()
    signalFilters = SignalFiltersSerializer()
    todayTrades = serializers.IntegerField()
    todayPnl = serializers.FloatField(allow_null=True)
    openTrades = serializers.IntegerField()
    startedAt = serializers.DateTimeField(allow_null=True)


class RiskMetricsSerializer(serializers.Serializer):
    """Percents 0-100, amounts in account currency; null: not known at the moment."""

    limits = LimitUseSerializer(many=True)
    equity = serializers.FloatField(allow_null=True)
    peakEquity = serializers.FloatField(allow_null=True)
    drawdownPercent = serializers.FloatField(allow_null=True)
    exposurePercent = serializers.FloatField(allow_null=True)
    consecutiveLosses = serializers.IntegerField()
    todayPnl = serializers.FloatField(allow_null=True)
    openTrades = serializers.IntegerField()


class TradesQuerySerializer(serializers.Serializer):
    status = serializers.ChoiceField(TradeStatus.choices, required=False)


def chosen_account(request: Request, asked: int | None = None) -> Account:
    """The caller's account of that id (or of ?account=), else his one Deriv account.

    Raises NotFound where there is none, Conflict where there are several.
    """
    asked = asked if asked is not None else query(request, AccountQuerySerializer).get("account")
    if asked is not None:
        return owned_account(request, asked)
    owned = Account.objects.open().owned_by(request.user)  # type: ignore[arg-type]
    found = list(owned.filter(broker="deriv").order_by("pk")[:2])
    if not found:
        raise NotFound("You have no Deriv account; open one, or name another with `account`.")
    if len(found) > 1:
        raise Conflict("You have several Deriv accounts; name one with `account`.", "account_needed")
    return found[0]


def _status(account: Account) -> dict[str, Any]:
    session = auto_session.find(account)
    now = None if session is None else _figures(session)
    risk: Mapping[str, Any] = {} if session is None else session.risk
    return {
        "isRunning": session is not None and session.status == SessionStatus.RUNNING and account.auto_trading_enabled,
        "sessionId": None if session is None else session.pk,
        "account": account.pk,
        "currency": account.currency,
        "status": None if session is None else session.status,
        "statusReason": "" if session is None else session.status_reason,
        "strategy": session.strategies[0]["name"] if session is not None and session.strategies else None,
        "riskSettings": {name: risk.get(setting) for name, setting in _RISK.items()},
        "signalFilters": {
            "symbols": [] if session is None else session.symbols,
            "sources": [] if session is None else session.sources,
        },
        "todayTrades": 0 if now is None else now.trades_today,
        "todayPnl": 0.0 if now is None else _known(now.pnl_today),
        "openTrades": 0 if now is None else now.open_trades,
        "startedAt": None if session is None or session.started_at is None else _iso(session.started_at),
    }


def _figures(session: AutoTradingSession) -> Figures:
    return read_figures([session], now=market_time(session))[session.pk]


def _known(value: float) -> float | None:
    """Rounded to the cent's hundredth; JSON has no NaN: what is not known is null."""
    return round(value, 4) if abs(value) < float("inf") else None


def _iso(moment: Any) -> str:
    return str(moment.isoformat()).replace("+00:00", "Z")


class StartView(APIView):
    @extend_schema(
        request=AutoTradingStartSerializer,
        responses={200: AutoTradingStatusSerializer, 201: AutoTradingStatusSerializer},
        parameters=[ACCOUNT, KEY],
    )
    def post(self, request: Request) -> Response:
        """Set the auto-trading session running, with what is given told to it first; 201 when it was made for this.

        A session that its limits have halted is resumed.
        """
        given = AutoTradingStartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        told = stored(given.validated_data)
        account = chosen_account(request, told.get("account"))

        def handle() -> Answer:
            with refusals():
                _, made = auto_session.start(
                    account_id=account.pk,
                    strategy=told.get("strategy"),
                    risk={_RISK[name]: value for name, value in told.get("riskSettings", {}).items()},
                    filters=told.get("signalFilters", {}),
                )
            return (201 if made else 200), _status(account)

        return answer_once(request, handle)


class StopView(APIView):
    @extend_schema(request=WhichSerializer, responses=AutoTradingStatusSerializer, parameters=[ACCOUNT, KEY])
    def post(self, request: Request) -> Response:
        """Stop the session, if there is one. Open trades run to their exits."""
        given = WhichSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        account = chosen_account(request, given.validated_data.get("account"))

        def handle() -> Answer:
            session = auto_session.find(account)
            if session is not None:
                sessions.stop(session_id=session.pk)
            return 200, _status(account)

        return answer_once(request, handle)


class StatusView(APIView):
    @extend_schema(responses=AutoTradingStatusSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """Whether it trades, what it was told, and how its day is going."""
        return Response(_status(chosen_account(request)))


class TradesView(generics.ListAPIView):
    serializer_class = TradeSerializer
    queryset = Trade.objects.none()

    def get_queryset(self) -> "QuerySet[Trade]":
        account = chosen_account(self.request)
        own = Trade.objects.filter(account=account, session__name=auto_session.NAME, session__shadow_of=None)
        asked = query(self.request, TradesQuerySerializer)
        return own.filter(**asked).select_related("account", "session", "signal").order_by("-id")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        attach_marks(page or [])
        return page

    @extend_schema(parameters=[ACCOUNT, TradesQuerySerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The session's trades, newest first, as /api/trades/ shows them."""
        return super().get(request, *args, **kwargs)


class RiskMetricsView(APIView):
    @extend_schema(responses=RiskMetricsSerializer, parameters=[ACCOUNT])
    def get(self, request: Request) -> Response:
        """How full each limit is, and what it counts. Raises 404 until the session was started."""
        session = auto_session.find(chosen_account(request))
        if session is None:
            raise NotFound("Auto-trading was never started on this account; POST start/ does.")
        now = _figures(session)
        uses = auto_session.risk_uses(session, now, _CAMEL)
        return Response(
            {
                "limits": as_json([{**use, "name": _CAMEL[use["name"]]} for use in uses]),
                "equity": _known(now.equity),
                "peakEquity": _known(float(session.peak_equity)),
                "drawdownPercent": _known(now.drawdown_percent),
                "exposurePercent": _known(now.exposure_percent),
                "consecutiveLosses": now.losses_in_a_row,
                "todayPnl": _known(now.pnl_today),
                "openTrades": now.open_trades,
            }
        )
