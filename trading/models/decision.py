"""The Decision: every gate's verdict on one signal for one session, kept as the answer to "why (not)?"."""

from django.db import models
from django.db.models import Q

from signals.models import Signal
from trading.models.account import Account
from trading.models.algorithm import AlgorithmConfig
from trading.models.fields import DocumentField
from trading.models.session import AutoTradingSession


class Verdict(models.TextChoices):
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


class Decision(models.Model):
    """`gates` is a list of {"name", "passed", "figure", "limit", "message"} in the order they were asked."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="decisions")
    session = models.ForeignKey(AutoTradingSession, on_delete=models.PROTECT, related_name="decisions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=200, blank=True, help_text="The first failed gate's message.")
    gates = DocumentField()
    algorithm = models.ForeignKey(
        AlgorithmConfig, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    shadow_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="shadow", editable=False
    )
    plan = DocumentField(
        default=dict, blank=True, help_text="The trade it would be: price, stop, target, margin, sizing …"
    )
    quantity = models.DecimalField(max_digits=28, decimal_places=12, default=0)
    notional = models.DecimalField(max_digits=28, decimal_places=8, default=0)
    market_time = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["session", "-id"]),
            models.Index(fields=["session", "market_time"], name="decision_approved", condition=Q(verdict="APPROVED")),
        ]
        constraints = [models.UniqueConstraint(fields=["signal", "session"], name="decision_once_per_signal_session")]

    def __str__(self) -> str:
        return f"{self.verdict}: {self.signal}"
