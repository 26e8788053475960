"""What our books and the broker's do not agree on: an alert, never a silent fix."""

from django.db import models

from trading.models.account import Account


class DifferenceKind(models.TextChoices):
    BALANCE = "BALANCE"
    POSITION = "POSITION"
    EXTERNAL_ORDER = "EXTERNAL_ORDER"
    MISSING_STOP = "MISSING_STOP"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"


class Difference(models.Model):
    """`ours` and `theirs` as text, in the unit that `message` names. Open until a reconciliation no longer finds it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=14, choices=DifferenceKind.choices)
    subject = models.CharField(max_length=80, help_text="The symbol, currency or order that it is about.")
    ours = models.CharField(max_length=60, blank=True)
    theirs = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=300)
    since = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "subject"],
                condition=models.Q(resolved_at__isnull=True),
                name="difference_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
