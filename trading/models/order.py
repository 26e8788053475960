"""Orders (what was asked) and fills (what happened)."""

from django.db import models
from django.db.models import F, Q

from trading.models.account import Account
from trading.models.decision import Decision
from trading.models.fields import MoneyField
from trading.models.trade import Trade


class OrderStatus(models.TextChoices):
    NEW = "NEW"
    SUBMITTED = "SUBMITTED"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELLED = "CANCELLED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


class OrderType(models.TextChoices):
    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP = "STOP"
    TAKE_PROFIT = "TAKE_PROFIT"


class OrderPurpose(models.TextChoices):
    """STOP and TARGET rest at the broker; EXIT is sent when the trade is to end now; EXTERNAL was not ours."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"
    STOP = "STOP"
    TARGET = "TARGET"
    EXTERNAL = "EXTERNAL"


PENDING_STATUSES = (OrderStatus.NEW, OrderStatus.SUBMITTED, OrderStatus.PARTIALLY_FILLED, OrderStatus.UNKNOWN)
_PENDING = [status.value for status in PENDING_STATUSES]


class Order(models.Model):
    """`client_order_id` is derived from what caused the order, so that a retry asks the broker for the same one.

    `intended_price` is what the order was meant to fill at (the quote when it was sent, or its level): slippage is
    measured against it. `submitted_at` and `checked_at` are wall time: sent to the broker, last looked up there.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="orders")
    decision = models.OneToOneField(Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="order")
    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="orders")
    client_order_id = models.CharField(max_length=32, unique=True)
    broker_order_id = models.CharField(max_length=64, blank=True)
    purpose = models.CharField(max_length=8, choices=OrderPurpose.choices)
    type = models.CharField(max_length=11, choices=OrderType.choices, default=OrderType.MARKET)
    venue = models.CharField(max_length=40)
    symbol = models.CharField(max_length=40)
    side = models.CharField(max_length=4, choices=[("BUY", "BUY"), ("SELL", "SELL")])
    quantity = models.DecimalField(max_digits=28, decimal_places=12)
    filled_quantity = models.DecimalField(max_digits=28, decimal_places=12, default=0)
    average_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    stop_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    intended_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    reduce_only = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=OrderStatus.choices, default=OrderStatus.NEW)
    reason = models.CharField(max_length=200, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["created_at"], name="order_unsettled", condition=Q(status__in=_PENDING)),
            models.Index(fields=["account", "broker_order_id"], name="order_by_broker_id"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["trade"], condition=Q(purpose="ENTRY"), name="order_one_entry_per_trade"),
            models.UniqueConstraint(
                fields=["trade"],
                condition=Q(purpose="EXIT", status__in=_PENDING),
                name="order_one_exit_in_flight",
            ),
            models.UniqueConstraint(
                fields=["trade", "purpose"],
                condition=Q(purpose__in=["STOP", "TARGET"], status__in=_PENDING),
                name="order_one_leg_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(filled_quantity__gte=0, filled_quantity__lte=F("quantity")),
                name="order_filled_within_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.quantity.normalize():f} {self.symbol} ({self.status})"


class Fill(models.Model):
    """One execution. `slippage` is its cost against the price it was meant for, in account currency."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fills")
    fill_id = models.CharField(max_length=64)
    quantity = models.DecimalField(max_digits=28, decimal_places=12)
    price = models.DecimalField(max_digits=28, decimal_places=12)
    commission = MoneyField(default=0)
    slippage = MoneyField(default=0)
    market_time = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "fill_id"], name="fill_once_per_order"),
            models.CheckConstraint(condition=Q(quantity__gt=0) & Q(price__gt=0), name="fill_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity.normalize():f} at {self.price.normalize():f}"
