"""The Trade: a position from entry to exit."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

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
    TRAILING_STOP = "TRAILING_STOP"
    BREAK_EVEN = "BREAK_EVEN"
    TIME = "TIME"
    KILL_SWITCH = "KILL_SWITCH"
    SHADOW = "SHADOW"  # a paper twin's: its live trade was ended by hand
    EMERGENCY = "EMERGENCY"  # its stop could not be placed
    EXTERNAL = "EXTERNAL"  # closed at the broker by another hand
    EXPIRED = "EXPIRED"  # the contract ran out
    STOP_OUT = "STOP_OUT"  # the broker liquidated it
    LATE_FILL = "LATE_FILL"  # more of its entry filled after it had ended


class StopHolder(models.TextChoices):
    """Who acts when the stop is touched."""

    US = "US"
    BROKER = "BROKER"


class StopMover(models.TextChoices):
    """What moved a trade's stop or target last."""

    ENTRY = "ENTRY"
    TRAIL = "TRAIL"
    BREAK_EVEN = "BREAK_EVEN"
    TARGET = "TARGET"  # a target was reached, and the next one is in force
    MANUAL = "MANUAL"


class TradeQuerySet(models.QuerySet["Trade"]):
    def owned_by(self, user: "AbstractBaseUser") -> "TradeQuerySet":
        return self.filter(account__owner=user.pk)

    def live(self) -> "TradeQuerySet":
        return self.filter(_LIVE)

    def open(self) -> "TradeQuerySet":
        return self.filter(status=TradeStatus.OPEN)

    def watched(self) -> "TradeQuerySet":
        """Those whose stop is still to be acted on: open ones, and those of which a part is on its way out."""
        return self.filter(Q(status=TradeStatus.OPEN) | Q(status=TradeStatus.CLOSING, closing_goal__isnull=False))

    def locked(self) -> "TradeQuerySet":
        """Rows locked until the transaction ends, in primary-key order. Lock their accounts first."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Trade(models.Model):
    """Prices per unit in quote currency, quantity in base units (contracts where contract_size is not 1).

    `exit_plan` holds the plan with its prices worked out (trading/exits/exit_plans.py); `take_profit` is the next
    target in force. `best_price` and `worst_price` are the extremes since the plan was made, as far as the levels
    needed them; only trades whose levels a plan moves have them. `mae` and `mfe` are what the extremes since the entry
    were worth (account currency, of the whole quantity; MAE is 0 or below, MFE 0 or above), worked out at the end.
    `closing_goal` is the closed quantity that a partial exit in flight is to reach; null when all of it is to go.
    `funding` is part of `realized_pnl`; `funded_until` is the last funding time (market time) that was looked at.

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
    closed_quantity = models.DecimalField(max_digits=28, decimal_places=12, default=0)
    contract_size = models.DecimalField(max_digits=20, decimal_places=10, default=Decimal(1))
    inverse = models.BooleanField(default=False, help_text="Counts quote currency, and earns base currency.")
    entry_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    exit_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    stop_loss = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    take_profit = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    stop_held = models.CharField(max_length=6, choices=StopHolder.choices, default=StopHolder.US)
    stop_moved_by = models.CharField(max_length=10, choices=StopMover.choices, default=StopMover.ENTRY)
    initial_stop = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    levels_since = models.DateTimeField(
        null=True, blank=True, help_text="Market time from which its levels are in force; none: from the entry on."
    )
    exit_plan = models.JSONField(default=dict, blank=True)
    targets_hit = models.PositiveSmallIntegerField(default=0)
    best_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    worst_price = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    mae = MoneyField(null=True, blank=True)
    mfe = MoneyField(null=True, blank=True)
    time_exit_at = models.DateTimeField(null=True, blank=True, help_text="Market time at which it is closed.")
    closing_goal = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    notes = models.TextField(blank=True, max_length=10_000)
    tags = models.JSONField(default=list, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5.")
    links = models.JSONField(default=list, blank=True, help_text="Screenshots of the chart, as addresses.")
    stop_waived = models.BooleanField(default=False, help_text="Its session allows it to run without a stop.")
    margin = MoneyField(default=0)
    realized_pnl = MoneyField(default=0, help_text="Net of commission and funding.")
    fees = MoneyField(default=0)
    funding = MoneyField(default=0, help_text="Of a perpetual future: below 0 where it was paid.")
    funded_until = models.DateTimeField(null=True, blank=True, help_text="Market time; none: from the entry on.")
    slippage = MoneyField(default=0, help_text="Cost of the fills against the quote or level they were meant for.")
    exit_reason = models.CharField(max_length=15, choices=ExitReason.choices, blank=True)
    closing_reason = models.CharField(max_length=15, choices=ExitReason.choices, blank=True, help_text="While CLOSING.")
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
            models.Index(fields=["session", "closed_at"], name="trade_session_closed"),
            models.Index(fields=["time_exit_at"], name="trade_time_exit", condition=Q(status="OPEN")),
            models.Index(fields=["closed_wall"], name="trade_no_excursion", condition=Q(status="CLOSED", mae=None)),
            models.Index(fields=["account", "closed_at"], name="trade_account_closed", condition=Q(status="CLOSED")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "symbol", "direction"],
                # What filled after its trade's end is on its way out beside the trade that is live by now.
                condition=_LIVE & ~Q(closing_reason="LATE_FILL"),
                name="trade_live_once_per_symbol_direction",
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
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="trade_rating_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(closed_quantity__gte=0, closed_quantity__lte=F("quantity")),
                name="trade_closed_within_quantity",
            ),
            models.CheckConstraint(
                condition=~Q(status="CLOSED") | Q(closed_quantity=F("quantity")), name="trade_closed_is_closed_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.quantity.normalize():f} {self.symbol} ({self.status})"

    @property
    def open_quantity(self) -> Decimal:
        """What is still to be closed, in the unit of `quantity`."""
        return self.quantity - self.closed_quantity

    @property
    def is_watched(self) -> bool:
        """As `watched` of the query."""
        partly = self.status == TradeStatus.CLOSING and self.closing_goal is not None
        return self.status == TradeStatus.OPEN or partly

    @property
    def direction_sign(self) -> int:
        """+1 for LONG, -1 for SHORT: the rule book's code."""
        return 1 if self.direction == Direction.LONG else -1
