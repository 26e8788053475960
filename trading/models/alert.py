"""Alerts: what a person should know, kept until read."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from trading.models.account import Account
from trading.models.session import AutoTradingSession
from trading.models.trade import Trade


class AlertKind(models.TextChoices):
    DRAWDOWN_NEAR = "DRAWDOWN_NEAR"
    LIMIT_NEAR = "LIMIT_NEAR"
    HALTED = "HALTED"
    RESUMED = "RESUMED"
    KILL_SWITCH = "KILL_SWITCH"
    ORDER_REJECTED = "ORDER_REJECTED"
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    RECONCILIATION = "RECONCILIATION"
    STOP_MISSING = "STOP_MISSING"
    CONNECTION = "CONNECTION"
    FEED_STALE = "FEED_STALE"
    STRATEGY_ERROR = "STRATEGY_ERROR"
    TRADE_OPENED = "TRADE_OPENED"
    TRADE_CLOSED = "TRADE_CLOSED"
    TEST = "TEST"


class Severity(models.IntegerChoices):
    INFO = 10
    WARNING = 20
    CRITICAL = 30


class Alert(models.Model):
    """`code` is the machine's word for it, `dedupe_key` what may be told once while it is unread."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="alerts")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    session = models.ForeignKey(
        AutoTradingSession, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts"
    )
    trade = models.ForeignKey(Trade, null=True, blank=True, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices, default=Severity.WARNING)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=400)
    details = models.JSONField(default=dict, blank=True)
    dedupe_key = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"]),
            models.Index(fields=["owner"], name="alert_unread", condition=Q(read_at=None)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "dedupe_key"],
                condition=Q(read_at=None) & ~Q(dedupe_key=""),
                name="alert_unread_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"
