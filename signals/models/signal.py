"""The Signal: one idea to trade, with where it came from and why it fired."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

PRICE_DIGITS, PRICE_PLACES = 28, 12


class Direction(models.TextChoices):
    LONG = "LONG"
    SHORT = "SHORT"


class MarketType(models.TextChoices):
    SPOT = "SPOT"
    FUTURES = "FUTURES"
    OPTION = "OPTION"
    CONTRACT = "CONTRACT"


class SignalSource(models.TextChoices):
    STRATEGY = "STRATEGY"
    API = "API"
    WEBHOOK = "WEBHOOK"
    COPY = "COPY"


class SignalStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    EXECUTED = "EXECUTED"
    EXPIRED = "EXPIRED"
    CANCELLED = "CANCELLED"


class SignalQuerySet(models.QuerySet["Signal"]):
    def visible_to(self, user: "AbstractBaseUser") -> "SignalQuerySet":
        """The user's own signals and those of the built-in strategies."""
        return self.filter(Q(owner=user.pk) | Q(owner=None))

    def undispatched(self, *, before: datetime) -> "SignalQuerySet":
        """Signals saved before `before` that no worker has finished dispatching: the outbox."""
        return self.filter(dispatched_at=None, status=SignalStatus.ACTIVE, created_at__lt=before)


class Signal(models.Model):
    """Prices are per unit of the symbol in its quote currency; confidence is a fraction 0-1.

    The row is its own outbox: `dispatched_at` stays null until every listening session has decided.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Null: fired by a built-in strategy for whoever listens.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="signals"
    )
    venue = models.CharField(max_length=40, blank=True, help_text="Market feed; blank matches any.")
    symbol = models.CharField(max_length=40)
    market_type = models.CharField(max_length=10, choices=MarketType.choices, default=MarketType.SPOT)
    direction = models.CharField(max_length=5, choices=Direction.choices)
    timeframe = models.CharField(max_length=5, blank=True)
    entry_price = models.DecimalField(max_digits=PRICE_DIGITS, decimal_places=PRICE_PLACES, null=True, blank=True)
    stop_loss = models.DecimalField(max_digits=PRICE_DIGITS, decimal_places=PRICE_PLACES, null=True, blank=True)
    take_profits = models.JSONField(default=list, blank=True, help_text="Decimal strings, nearest first.")
    confidence = models.DecimalField(max_digits=5, decimal_places=4)
    source = models.CharField(max_length=10, choices=SignalSource.choices)
    strategy = models.CharField(max_length=60, blank=True)
    strategy_key = models.CharField(max_length=100, blank=True, help_text="Strategy and a hash of its parameters.")
    evidence = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=10, choices=SignalStatus.choices, default=SignalStatus.ACTIVE)
    market_time = models.DateTimeField(help_text="Feed time at which the signal fired.")
    expires_at = models.DateTimeField(help_text="Feed time after which it must not be traded.")
    created_at = models.DateTimeField(auto_now_add=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)

    objects: ClassVar = SignalQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["owner", "-id"]),
            models.Index(fields=["venue", "symbol", "-id"]),
            models.Index(fields=["id"], name="signal_outbox", condition=Q(dispatched_at=None, status="ACTIVE")),
            models.Index(fields=["expires_at"], name="signal_expiry", condition=Q(status="ACTIVE")),
            models.Index(fields=["venue", "symbol", "expires_at"], name="signal_alive"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="signal_confidence_fraction"
            ),
            models.CheckConstraint(condition=Q(stop_loss=None) | Q(stop_loss__gt=0), name="signal_stop_positive"),
            models.CheckConstraint(condition=Q(direction__in=["LONG", "SHORT"]), name="signal_direction_known"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.symbol} ({self.strategy or self.source})"
