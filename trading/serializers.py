"""How the trading floor's rows look outside: in API answers and in events alike."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from rest_framework import serializers
from rest_framework.utils.serializer_helpers import ReturnDict

from brokers.catalog import broker_info
from brokers.interface import Environment
from signals.models import MarketType, Signal
from signals.serializers import PlainDecimalField, SignalSerializer
from trading.accounts.contract_terms import ContractSerializer
from trading.accounts.standing import ConnectionSerializer, DifferenceSerializer, attach_standing
from trading.accounts.valuation import attach_marks, attach_valuation
from trading.models import Account, AutoTradingSession, Decision, Trade
from trading.money_fields import MoneyTwins
from trading.rules.pnl import unit_value


class AccountSerializer(MoneyTwins, serializers.ModelSerializer):
    """Rows need `attach_valuation` and `attach_standing` first, and their credential selected."""

    money = ("initial_balance", "balance", "equity", "margin_used", "free_balance", "fees_paid")
    signed_money = ("unrealized_pnl", "realized_pnl", "total_pnl")
    open_trades = serializers.IntegerField(read_only=True)
    win_rate_percent = serializers.FloatField(read_only=True)
    total_pnl_percent = serializers.SerializerMethodField()
    leverage = PlainDecimalField()
    broker_name = serializers.SerializerMethodField()
    environment = serializers.ChoiceField(
        [item.value for item in Environment], source="credential.environment", default=None, read_only=True
    )
    credential = serializers.IntegerField(source="credential_id", read_only=True, allow_null=True)
    connection = ConnectionSerializer(read_only=True)
    differences = DifferenceSerializer(source="open_differences", many=True, read_only=True)

    class Meta:
        model = Account
        fields = (
            "id",
            "name",
            "broker",
            "broker_name",
            "mode",
            "environment",
            "credential",
            "live_trading_enabled",
            "connection",
            "reconciled_at",
            "differences",
            "currency",
            "leverage",
            "total_trades",
            "winning_trades",
            "losing_trades",
            "open_trades",
            "win_rate_percent",
            "total_pnl_percent",
            "is_enabled",
            "auto_trading_enabled",
            "auto_trade_spot",
            "auto_trade_futures",
            "min_signal_confidence",
            "max_position_size",
            "max_open_trades",
            "created_at",
            "reset_at",
            "closed_at",
        )
        read_only_fields = fields

    def to_representation(self, row: Account) -> Any:
        row.equity = row.balance + row.unrealized_pnl + row.tied_up  # type: ignore[attr-defined]
        row.total_pnl = row.equity - row.initial_balance  # type: ignore[attr-defined]
        return super().to_representation(row)

    def get_broker_name(self, row: Account) -> str:
        return broker_info(row.broker).name

    def get_total_pnl_percent(self, row: Account) -> float:
        """Equity against the initial balance, percent."""
        if not row.initial_balance:
            return 0.0
        return round(float((row.equity - row.initial_balance) / row.initial_balance * 100), 2)


class TradeSerializer(MoneyTwins, serializers.ModelSerializer):
    """Rows need `attach_marks` first, and their account, session and signal selected."""

    money = ("margin", "fees", "slippage")
    signed_money = ("unrealized_pnl", "realized_pnl", "funding", "mae", "mfe")
    account = serializers.IntegerField(source="account_id", read_only=True)
    session = serializers.IntegerField(source="session_id", read_only=True, allow_null=True)
    session_name = serializers.CharField(source="session.name", default=None, read_only=True)
    signal = serializers.UUIDField(source="signal.public_id", default=None, read_only=True)
    quantity = PlainDecimalField()
    closed_quantity = PlainDecimalField()
    contract_size = PlainDecimalField()
    entry_price = PlainDecimalField(allow_null=True)
    exit_price = PlainDecimalField(allow_null=True)
    stop_loss = PlainDecimalField(allow_null=True)
    take_profit = PlainDecimalField(allow_null=True)
    initial_stop = PlainDecimalField(allow_null=True)
    current_price = PlainDecimalField(allow_null=True)
    exit_reason = serializers.SerializerMethodField()
    contract = ContractSerializer(source="bought", read_only=True, allow_null=True)
    pnl_percent = serializers.SerializerMethodField()
    duration_seconds = serializers.SerializerMethodField()

    class Meta:
        model = Trade
        fields: tuple[str, ...] = (
            "id",
            "account",
            "session",
            "session_name",
            "signal",
            "venue",
            "symbol",
            "market_type",
            "direction",
            "status",
            "quantity",
            "closed_quantity",
            "contract_size",
            "inverse",
            "entry_price",
            "exit_price",
            "stop_loss",
            "take_profit",
            "initial_stop",
            "stop_moved_by",
            "stop_held",
            "time_exit_at",
            "contract",
            "current_price",
            "pnl_percent",
            "exit_reason",
            "confidence",
            "strategy",
            "tags",
            "rating",
            "opened_at",
            "closed_at",
            "opened_wall",
            "closed_wall",
            "duration_seconds",
        )
        read_only_fields = fields

    def currency_of(self, row: Trade) -> str:
        return row.account.currency

    def get_exit_reason(self, row: Trade) -> str | None:
        return row.exit_reason or None

    def get_pnl_percent(self, row: Trade) -> float | None:
        """Realised P&L (unrealised while open) against the entry's notional, or a contract's stake, percent."""
        pnl = row.realized_pnl if row.status == "CLOSED" else row.unrealized_pnl  # type: ignore[attr-defined]
        if pnl is None or not row.entry_price:
            return None
        if row.market_type == MarketType.CONTRACT:
            invested = row.quantity
        else:
            price, size = float(row.entry_price), float(row.contract_size)
            invested = row.quantity * Decimal(str(unit_value(row.inverse, price, size)))
        return round(float(pnl / invested * 100), 3) if invested else None

    def get_duration_seconds(self, row: Trade) -> float | None:
        """Market seconds from entry to exit."""
        if row.opened_at is None or row.closed_at is None:
            return None
        return (row.closed_at - row.opened_at).total_seconds()


class SessionSerializer(serializers.ModelSerializer):
    """Rows come from `shown()`. Of the nested settings, what is left out is at its default (session_settings.py)."""

    account = serializers.IntegerField(source="account_id", read_only=True)
    min_confidence = PlainDecimalField(allow_null=True)
    default_stop_percent = PlainDecimalField()
    default_target_percent = PlainDecimalField()
    algorithm_version = serializers.IntegerField(source="algorithm.version", default=None, read_only=True)
    shadow_of = serializers.IntegerField(source="shadow_of_id", read_only=True, allow_null=True)
    shadow = serializers.IntegerField(source="shadow.pk", default=None, read_only=True)

    class Meta:
        model = AutoTradingSession
        fields = (
            "id",
            "name",
            "account",
            "venue",
            "status",
            "status_reason",
            "strategies",
            "symbols",
            "timeframe",
            "sources",
            "market_types",
            "timeframes",
            "min_confidence",
            "schedule",
            "risk",
            "sizing",
            "exit_plan",
            "timeframe_weights",
            "contract",
            "allow_unprotected",
            "default_stop_percent",
            "default_target_percent",
            "algorithm_version",
            "halted_by",
            "halted_at",
            "halted_until",
            "started_at",
            "shadow_of",
            "shadow",
            "created_at",
        )
        read_only_fields = fields


class GateSerializer(serializers.Serializer):
    """One gate's verdict: what it measured, what it allows, and both in words."""

    name = serializers.CharField()
    passed = serializers.BooleanField()
    figure = serializers.FloatField(allow_null=True)
    limit = serializers.FloatField(allow_null=True)
    message = serializers.CharField()


class DecisionSerializer(serializers.ModelSerializer):
    """Rows need their signal, session, order and the order's trade selected."""

    signal = serializers.UUIDField(source="signal.public_id", read_only=True)
    session = serializers.IntegerField(source="session_id", read_only=True)
    session_name = serializers.CharField(source="session.name", read_only=True)
    account = serializers.IntegerField(source="account_id", read_only=True)
    symbol = serializers.CharField(source="signal.symbol", read_only=True)
    direction = serializers.CharField(source="signal.direction", read_only=True)
    gates = GateSerializer(many=True, read_only=True)
    plan = serializers.JSONField(read_only=True)
    algorithm = serializers.IntegerField(source="algorithm_id", read_only=True, allow_null=True)
    quantity = PlainDecimalField()
    notional = PlainDecimalField()
    order = serializers.CharField(source="order.client_order_id", default=None, read_only=True)
    trade = serializers.IntegerField(source="order.trade_id", default=None, read_only=True)

    class Meta:
        model = Decision
        fields = (
            "id",
            "signal",
            "session",
            "session_name",
            "account",
            "symbol",
            "direction",
            "verdict",
            "reason",
            "gates",
            "plan",
            "algorithm",
            "quantity",
            "notional",
            "order",
            "trade",
            "created_at",
            "market_time",
        )
        read_only_fields = fields


def as_json(data: Any) -> Any:
    """Serializer output as plain JSON types, for storing in an event."""
    if isinstance(data, (dict, ReturnDict)):
        return {key: as_json(value) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [as_json(value) for value in data]
    return data if data is None or isinstance(data, (str, int, float, bool)) else str(data)


@cache
def _shared(serializer: type[serializers.Serializer]) -> serializers.Serializer:
    """One of a kind for all rows: making a serializer takes ten times as long as using it."""
    return serializer()


def _shown(serializer: type[serializers.Serializer], row: Any) -> dict[str, Any]:
    return as_json(_shared(serializer).to_representation(row))


def render_signal(signal: Signal) -> dict[str, Any]:
    return _shown(SignalSerializer, signal)


def render_session(session: AutoTradingSession) -> dict[str, Any]:
    return _shown(SessionSerializer, session)


def render_account(account: Account) -> dict[str, Any]:
    attach_valuation([account], if_quoted=True)
    attach_standing([account])
    return _shown(AccountSerializer, account)


def render_trades(trades: Iterable[Trade]) -> list[dict[str, Any]]:
    listed = list(trades)
    attach_marks(listed, if_quoted=True)
    return [_shown(TradeSerializer, trade) for trade in listed]
