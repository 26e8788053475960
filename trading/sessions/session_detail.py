"""A session as it is looked at alone: with its limits, its results and its hours."""

import math
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from trading.models import AutoTradingSession
from trading.money import format_money
from trading.serializers import SessionSerializer, as_json, render_session
from trading.sessions.algorithms import current_settings
from trading.sessions.limit_figures import Figures, read_figures
from trading.sessions.limit_uses import limit_uses
from trading.sessions.session_hours import entries_open, next_entry
from trading.sessions.session_performance import SessionPerformanceSerializer, session_performance
from trading.sessions.session_steps import market_time

_CENT = Decimal("0.01")


class LimitUseSerializer(serializers.Serializer):
    """A limit that is set: what it counts, and how much of it that is."""

    name = serializers.CharField(help_text="Of the setting.")
    figure = serializers.FloatField(allow_null=True, help_text="Null: not known at the moment.")
    limit = serializers.FloatField()
    percent = serializers.FloatField(allow_null=True, help_text="Figure of limit, 0-100 and beyond.")
    message = serializers.CharField()


class TodaySerializer(serializers.Serializer):
    """Since midnight in the schedule's time zone, account currency, net of fees."""

    trades = serializers.IntegerField(help_text="Opened today.")
    pnl = serializers.CharField(allow_null=True, help_text="Realized and open; null: not known at the moment.")
    pnl_formatted = serializers.CharField(allow_null=True)


class SessionDetailSerializer(SessionSerializer):
    limits = LimitUseSerializer(many=True, read_only=True)
    performance = SessionPerformanceSerializer(read_only=True)
    today = TodaySerializer(read_only=True)
    schedule_open = serializers.BooleanField(read_only=True, help_text="Days, hours, calendar and blackouts together.")
    next_open = serializers.DateTimeField(read_only=True, allow_null=True, help_text="Null: it is open, or never is.")

    class Meta(SessionSerializer.Meta):
        fields = (*SessionSerializer.Meta.fields, "limits", "performance", "today", "schedule_open", "next_open")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


def render_session_detail(session: AutoTradingSession) -> dict[str, Any]:
    """Rows need their account selected."""
    now, schedule = market_time(session), current_settings(session).schedule
    is_open = entries_open(schedule, now)
    following = None if is_open else next_entry(schedule, now)
    figures = read_figures([session], now=now)[session.pk]
    return {
        **render_session(session),
        "limits": as_json([asdict(use) for use in limit_uses(session, figures)]),
        "performance": session_performance(session),
        "today": _today(figures),
        "schedule_open": is_open,
        "next_open": None if following is None else following.isoformat().replace("+00:00", "Z"),
    }


def _today(now: Figures) -> dict[str, Any]:
    pnl = Decimal(str(now.pnl_today)) if math.isfinite(now.pnl_today) else None
    return {
        "trades": now.trades_today,
        "pnl": None if pnl is None else f"{pnl.quantize(_CENT):f}",
        "pnl_formatted": None if pnl is None else format_money(pnl, now.currency, signed=True),
    }
