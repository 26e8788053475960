"""Events: what happened, numbered per owner; the source of the live feed and of the audit."""

from django.conf import settings
from django.db import models

from trading.models.account import Account
from trading.models.fields import DocumentField


class EventType(models.TextChoices):
    SIGNAL = "signal"
    DECISION = "decision"
    TRADE_EXECUTED = "trade_executed"
    TRADE_UPDATE = "trade_update"
    TRADE_CLOSED = "trade_closed"
    BALANCE_UPDATE = "balance_update"
    STATUS = "status"
    ERROR = "error"
    CREDENTIAL = "credential"
    ALERT = "alert"
    AUDIT = "audit"
    DRAWDOWN_LIMIT = "drawdown_limit"


class EventCounter(models.Model):
    """The number and hash of an owner's last event. Its row lock makes numbers appear in commit order, without gaps.

    `seal` is an HMAC of both: who can write to the database alone cannot cut the log's end off unseen.
    """

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="event_counter"
    )
    last = models.PositiveBigIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    seal = models.CharField(max_length=64, blank=True)


class Event(models.Model):
    """`actor` is who did it: null for the system itself, not the owner where an administrator acts for one.

    `hash` chains the owner's events (trading/audit/audit.py); `via` says by which door the actor came.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveBigIntegerField()
    type = models.CharField(max_length=20, choices=EventType.choices)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    payload = DocumentField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    via = models.CharField(max_length=10, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["owner", "-number"]
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="event_number_once_per_owner")]

    def __str__(self) -> str:
        return f"#{self.number} {self.type}"
