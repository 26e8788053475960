"""The Trade: a position from entry to exit."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from signals.models import Direction, MarketType, Signal
from trading.models.account import Account
from trading.models.fields import MoneyField
from trading.models.session import AutoTradingSession

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class TradeStatus(models.TextChoices):
    PENDING = "PENDING"
    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


LIVE_STATUSES = (TradeStatus.PENDING, TradeStatus.OPEN, TradeStatus.CLOSING)
_LIVE = Q(status__in=[status.value for status in LIVE_STATUSES])


class ExitReason(models.TextChoices):
    STOP_LOSS = "STOP_LOSS"
    TAKE_PROFIT = "TAKE_PROFIT"
    MANUAL = "MANUAL"
    RESET = "RESET"
    END_OF_REPLAY = "END_OF_REPLAY"


class TradeQuerySet(models.QuerySet["Trade"]):
    def owned_by(self, user: "AbstractBaseUser") -> "TradeQuerySet":
        return self.filter(account__owner=user.pk)

    def live(self) -> "TradeQuerySet":
        return self.filter(_LIVE)

    def open(self) -> "TradeQuerySet":
        return self.filter(status=TradeStatus.OPEN)

    def locked(self) -> "TradeQuerySet":
        """Rows locked until the transaction ends, in primary-key order. Lock their accounts first."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Trade(models.Model):
    """Prices per unit in quote currency, quantity in base units (contracts where contract_size is not 1).

    `opened_at` and `closed_at` are market time (the feed's), `opened_wall` and `closed_wall` the clock's.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="trades")
    session = models.ForeignKey(
        AutoTradingSession, null=True, blank=True, on_delete=models.PROTECT, related_name="trades"
    )
    signal = models.ForeignKey(Signal, null=True, blank=True, on_delete=models.PROTECT, related_name="trades")
    venue = models.CharField(max_length=40)
    symbol = models.CharField(max_length=40)
    market_type = models.CharField(max_length=10, choices=MarketType.choices)
    direction = models.CharField(max_length=5, choices=Direction.choices)
    status = models.CharField(max_length=10, choices=TradeStatus.choices, default=TradeStatus.PENDING)
    quantity = models.DecimalField(max_digits=28, decimal_places=12)
    contract_size = models.DecimalField(max_digits=20, decimal_places=10, default=Decimal(1))
    entry_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    exit_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    stop_loss = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    take_profit = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    stop_waived = models.BooleanField(default=False, help_text="Its session allows it to run without a stop.")
    margin = MoneyField(default=0)
    realized_pnl = MoneyField(default=0, help_text="Net of commission.")
    fees = MoneyField(default=0)
    slippage = MoneyField(default=0, help_text="Cost of the fills against the quote or level they were meant for.")
    exit_reason = models.CharField(max_length=15, choices=ExitReason.choices, blank=True)
    confidence = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    strategy = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    opened_wall = models.DateTimeField(null=True, blank=True)
    closed_wall = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TradeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["account", "status", "-id"]),
            models.Index(fields=["venue", "symbol"], name="trade_open", condition=Q(status="OPEN")),
            models.Index(fields=["updated_at"], name="trade_updated"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "symbol", "direction"], condition=_LIVE, name="trade_live_once_per_symbol_direction"
            ),
            models.CheckConstraint(
                condition=~Q(status="OPEN") | Q(stop_loss__isnull=False) | Q(stop_waived=True),
                name="trade_open_has_stop",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["OPEN", "CLOSING", "CLOSED"]) | Q(entry_price__isnull=False),
                name="trade_entered_has_entry",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | (Q(exit_price__isnull=False) & ~Q(exit_reason="")),
                name="trade_closed_has_exit",
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="trade_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.quantity.normalize():f} {self.symbol} ({self.status})"

    @property
    def direction_sign(self) -> int:
        """+1 for LONG, -1 for SHORT: the rule book's code."""
        return 1 if self.direction == Direction.LONG else -1
