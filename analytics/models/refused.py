"""What refused signals would have made."""

from django.db import models

from trading.models import Account, Decision
from trading.models.fields import MoneyField


class RefusedStatus(models.TextChoices):
    PENDING = "PENDING"  # neither level was reached yet
    CLOSED = "CLOSED"
    UNKNOWN = "UNKNOWN"  # it cannot be told


class RefusedOutcome(models.Model):
    """An estimate of what the trade would have made that a decision refused (analytics/quality/estimates.py).

    `pnl` is net of commission, account currency; null until it is known.
    """

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, primary_key=True, related_name="outcome")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    status = models.CharField(max_length=7, choices=RefusedStatus.choices)
    pnl = MoneyField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Market time of the exit.")
    judged_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-decision"]
        indexes = [
            models.Index(fields=["judged_at"], name="refused_pending", condition=models.Q(status="PENDING")),
        ]

    def __str__(self) -> str:
        return f"{self.decision_id}: {self.status}"
