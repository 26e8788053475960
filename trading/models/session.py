"""Auto-trading sessions: which signals an account listens to, and whether it may act on them."""

from django.db import models

from trading.models.account import Account


class SessionStatus(models.TextChoices):
    STOPPED = "STOPPED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    HALTED = "HALTED"


class SessionQuerySet(models.QuerySet["AutoTradingSession"]):
    def running(self) -> "SessionQuerySet":
        return self.filter(status=SessionStatus.RUNNING)

    def attentive(self) -> "SessionQuerySet":
        """Sessions that decide on signals: running ones, and paused or halted ones, which record why they do not."""
        return self.exclude(status=SessionStatus.STOPPED)


class AutoTradingSession(models.Model):
    """Empty filter lists mean "any". `strategies` holds {"name", "params"}; `strategy_keys` is derived from it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    name = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=SessionStatus.choices, default=SessionStatus.STOPPED)
    status_reason = models.CharField(max_length=200, blank=True)
    venue = models.CharField(max_length=40, default="sim")
    timeframe = models.CharField(max_length=5, default="1m")
    strategies = models.JSONField(default=list, blank=True)
    strategy_keys = models.JSONField(default=list, blank=True, editable=False)
    symbols = models.JSONField(default=list, blank=True)
    sources = models.JSONField(default=list, blank=True)
    market_types = models.JSONField(default=list, blank=True)
    contract = models.JSONField(
        default=dict,
        blank=True,
        help_text='At a broker that sells contracts: {"kind": "MULTIPLIER", "multiplier": 100}, or RISE_FALL with '
        "duration and duration_unit, or ACCUMULATOR with growth_rate.",
    )
    allow_unprotected = models.BooleanField(default=False, help_text="Trades may open without a stop.")
    default_stop_percent = models.DecimalField(
        max_digits=6, decimal_places=3, default="0.5", help_text="Stop for signals that bring none, percent of entry."
    )
    default_target_percent = models.DecimalField(
        max_digits=6, decimal_places=3, default="1.0", help_text="Target for signals that bring none, percent of entry."
    )
    started_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["venue", "status"])]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="session_name_once_per_account")]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
