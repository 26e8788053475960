"""The ledger: every movement of money, append-only, chained by running balance."""

from django.db import models
from django.db.models import F, Q

from trading.models.account import Account
from trading.models.fields import MoneyField
from trading.models.trade import Trade


class EntryKind(models.TextChoices):
    DEPOSIT = "DEPOSIT"
    TRADE_PNL = "TRADE_PNL"
    COMMISSION = "COMMISSION"
    RESET = "RESET"
    STAKE = "STAKE"  # paid for a contract
    PAYOUT = "PAYOUT"  # what a contract gave back
    FUNDING = "FUNDING"  # what a perpetual future's other side paid, or was paid
    ADJUSTMENT = "ADJUSTMENT"  # the broker's own bookings (funding, transfers), taken over by a person


class LedgerEntry(models.Model):
    """Account currency. Entry n starts where entry n-1 ended; the first starts at zero.

    Database triggers (migration 0002) refuse a broken chain, any update or deletion, and move the account's balance.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="ledger")
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    amount = MoneyField()
    balance_before = MoneyField()
    balance_after = MoneyField()
    trade = models.ForeignKey(Trade, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger")
    idempotency_key = models.CharField(max_length=80, unique=True)
    market_time = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(fields=["account", "sequence"], name="ledger_sequence_once"),
            models.CheckConstraint(
                condition=Q(balance_after=F("balance_before") + F("amount")), name="ledger_entry_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+f}"


class EquityPoint(models.Model):
    """A sample of an account's balance and equity (account currency) at a market time."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="equity_points")
    time = models.DateTimeField()
    balance = MoneyField()
    equity = MoneyField()

    class Meta:
        ordering = ["account", "time"]
        constraints = [models.UniqueConstraint(fields=["account", "time"], name="equity_point_once")]
