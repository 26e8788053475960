"""Accounts: whose money it is, at which broker, within which limits."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from brokers.interface import Environment
from brokers.models import BrokerCredential
from trading.models.fields import MoneyField

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class AccountMode(models.TextChoices):
    PAPER = "PAPER"
    DEMO = "DEMO"
    LIVE = "LIVE"


class AccountQuerySet(models.QuerySet["Account"]):
    def owned_by(self, user: "AbstractBaseUser") -> "AccountQuerySet":
        return self.filter(owner=user.pk)

    def open(self) -> "AccountQuerySet":
        """Those that were not closed."""
        return self.filter(closed_at=None)

    def locked(self) -> "AccountQuerySet":
        """Rows locked until the transaction ends, in one order everywhere so that two lockers cannot deadlock."""
        return self.select_for_update(of=("self",)).order_by("pk")


class Account(models.Model):
    """Money is in the account's currency. `balance` is cash: it moves with the ledger alone (a trigger sees to it).

    Percent-like settings are fractions 0-1. Statistics count the trades since the last reset.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accounts")
    name = models.CharField(max_length=60)
    broker = models.CharField(max_length=30, default="paper")
    mode = models.CharField(max_length=5, choices=AccountMode.choices, default=AccountMode.PAPER)
    currency = models.CharField(max_length=10, default="USD")
    leverage = models.DecimalField(
        max_digits=6, decimal_places=2, default=Decimal(1), validators=[MinValueValidator(1), MaxValueValidator(50)]
    )
    fill_model = models.JSONField(default=dict, blank=True, help_text="Paper fills: slippage, commission, latency …")
    credential = models.ForeignKey(
        BrokerCredential,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts",
        help_text="The keys that reach the account; none for paper.",
    )
    live_trading_enabled = models.BooleanField(
        default=False, help_text="Orders may spend real money. Asked for in so many words; LIVE accounts only."
    )
    live_trading_enabled_at = models.DateTimeField(null=True, blank=True, editable=False)

    initial_balance = MoneyField(default=0, editable=False)
    balance = MoneyField(default=0, editable=False)
    ledger_sequence = models.PositiveBigIntegerField(default=0, editable=False)
    equity = MoneyField(default=0, editable=False, help_text="At the last mark to market.")
    peak_equity = MoneyField(default=0, editable=False)
    margin_used = MoneyField(default=0, editable=False)
    realized_pnl = MoneyField(
        default=0, editable=False, help_text="Net of commission and funding, since the last reset."
    )
    fees_paid = MoneyField(default=0, editable=False)
    total_trades = models.PositiveIntegerField(default=0, editable=False, help_text="Closed trades.")
    winning_trades = models.PositiveIntegerField(default=0, editable=False)
    losing_trades = models.PositiveIntegerField(default=0, editable=False)

    is_enabled = models.BooleanField(default=True)
    auto_trading_enabled = models.BooleanField(default=True)
    auto_trade_spot = models.BooleanField(default=True)
    auto_trade_futures = models.BooleanField(default=True)
    min_signal_confidence = models.DecimalField(
        max_digits=5, decimal_places=4, default=Decimal("0.70"), validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    max_position_size = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.10"),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(1)],
    )
    max_open_trades = models.PositiveIntegerField(default=5, validators=[MinValueValidator(1), MaxValueValidator(1000)])

    created_at = models.DateTimeField(auto_now_add=True)
    reconciled_at = models.DateTimeField(null=True, blank=True, editable=False)
    reset_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="It trades no more, and holds no keys; its past stays."
    )

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=Q(closed_at=None), name="account_name_once_per_owner"
            ),
            models.UniqueConstraint(
                fields=["credential"], condition=Q(closed_at=None), name="account_once_per_credential"
            ),
            models.CheckConstraint(condition=Q(margin_used__gte=0), name="account_margin_not_negative"),
            models.CheckConstraint(
                condition=Q(mode="PAPER", broker="paper") | (~Q(mode="PAPER") & ~Q(broker="paper")),
                name="account_paper_at_the_paper_broker",
            ),
            models.CheckConstraint(
                condition=Q(mode="PAPER") | Q(credential__isnull=False) | Q(closed_at__isnull=False),
                name="account_broker_needs_credential",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | Q(credential=None, is_enabled=False, auto_trading_enabled=False, live_trading_enabled=False),
                name="account_closed_is_off",
            ),
            models.CheckConstraint(
                condition=Q(mode="LIVE") | Q(live_trading_enabled=False), name="account_real_money_is_live"
            ),
            models.CheckConstraint(
                condition=Q(total_trades__gte=F("winning_trades") + F("losing_trades")),
                name="account_wins_within_trades",
            ),
            models.CheckConstraint(
                condition=Q(max_position_size__gt=0, max_position_size__lte=1), name="account_position_size_fraction"
            ),
            models.CheckConstraint(
                condition=Q(min_signal_confidence__gte=0, min_signal_confidence__lte=1),
                name="account_confidence_fraction",
            ),
            models.CheckConstraint(condition=Q(leverage__gte=1, leverage__lte=50), name="account_leverage_range"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.mode})"

    @property
    def is_paper(self) -> bool:
        return self.mode == AccountMode.PAPER

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def venue(self) -> str:
        """The market that its broker trades at: a test environment has prices of its own.

        "" for paper, which trades at any, and for a closed account, which trades at none.
        """
        if self.credential is None:
            return ""
        return self.broker if self.credential.environment == Environment.LIVE else f"{self.broker}-test"

    @property
    def sells_contracts(self) -> bool:
        """Whether its broker sells contracts for a stake, instead of quantities of something."""
        return self.broker == "deriv"

    @property
    def free_balance(self) -> Decimal:
        """Cash not reserved as margin, account currency."""
        return self.balance - self.margin_used

    @property
    def win_rate_percent(self) -> Decimal:
        """Winning trades among closed ones, percent 0-100 with two places."""
        if not self.total_trades:
            return Decimal("0.00")
        return (Decimal(100 * self.winning_trades) / self.total_trades).quantize(Decimal("0.01"))
