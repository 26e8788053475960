"""Events: what happened, numbered per owner; the source of the live feed and of the audit."""

from django.conf import settings
from django.db import models

from trading.models.account import Account


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


class EventCounter(models.Model):
    """The number of an owner's last event. Its row lock makes numbers appear in commit order, without gaps."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="event_counter"
    )
    last = models.PositiveBigIntegerField(default=0)


class Event(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveBigIntegerField()
    type = models.CharField(max_length=20, choices=EventType.choices)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    payload = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["owner", "-number"]
        constraints = [models.UniqueConstraint(fields=["owner", "number"], name="event_number_once_per_owner")]

    def __str__(self) -> str:
        return f"#{self.number} {self.type}"
