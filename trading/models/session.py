"""Auto-trading sessions: which signals an account listens to, and whether it may act on them."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from trading.models.account import Account
from trading.models.fields import MoneyField

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class SessionStatus(models.TextChoices):
    STOPPED = "STOPPED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    HALTED = "HALTED"


class SessionQuerySet(models.QuerySet["AutoTradingSession"]):
    def owned_by(self, user: "AbstractBaseUser") -> "SessionQuerySet":
        return self.filter(account__owner=user.pk)

    def running(self) -> "SessionQuerySet":
        return self.filter(status=SessionStatus.RUNNING)

    def attentive(self) -> "SessionQuerySet":
        """Sessions that decide on signals: running ones, and paused or halted ones, which record why they do not.

        A paper twin takes the decisions of the session that it shadows, and makes none.
        """
        return self.exclude(status=SessionStatus.STOPPED).filter(shadow_of=None)

    def shown(self) -> "SessionQuerySet":
        """With the rows that the API tells of beside them: their version, and their paper twin."""
        return self.select_related("algorithm", "shadow")


class AutoTradingSession(models.Model):
    """Empty filter lists mean "any". `strategies` holds {"name", "params"}; `strategy_keys` is derived from it.

    `schedule`, `risk`, `sizing`, `exit_plan` and `timeframe_weights` are as trading/sessions/session_settings.py
    describes them; `algorithm` is the version that they make together. `peak_equity` is the account's highest equity
    since the session was last started or resumed, and `streak_since` (market time) the moment from which losses in a
    row are counted.
    """

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
    timeframes = models.JSONField(
        default=list, blank=True, help_text="Of signals that no strategy here makes; none: any."
    )
    min_confidence = models.DecimalField(
        max_digits=5, decimal_places=4, null=True, blank=True, help_text="Fraction; none: the account's."
    )
    schedule = models.JSONField(default=dict, blank=True)
    risk = models.JSONField(default=dict, blank=True)
    sizing = models.JSONField(default=dict, blank=True)
    exit_plan = models.JSONField(default=dict, blank=True)
    timeframe_weights = models.JSONField(default=dict, blank=True)
    algorithm = models.ForeignKey(
        "trading.AlgorithmConfig", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    shadow_of = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="shadow", editable=False
    )
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
    halted_by = models.CharField(max_length=40, blank=True, editable=False, help_text="The limit that halted it.")
    halted_at = models.DateTimeField(null=True, blank=True, editable=False)
    halted_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="It runs again then by itself; none: a person resumes it."
    )
    kill_closes_positions = models.BooleanField(
        default=False, editable=False, help_text="While it is killed: its positions are to be closed, too."
    )
    near_limits = models.JSONField(default=list, blank=True, editable=False, help_text="Limits told of as near.")
    peak_equity = MoneyField(default=0, editable=False)
    streak_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["venue", "status"]),
            models.Index(fields=["halted_until"], name="session_cooling", condition=Q(status="HALTED")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="session_name_once_per_account"),
            models.CheckConstraint(
                condition=Q(status="HALTED") & ~Q(halted_by="") | ~Q(status="HALTED") & Q(halted_by=""),
                name="session_halted_names_its_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"
