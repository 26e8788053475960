"""A contract (Deriv) behind a trade: bought for a stake, settled by its broker."""

from django.db import models

from brokers.interface import ContractStatus
from trading.models.account import Account
from trading.models.fields import MoneyField
from trading.models.trade import Trade


class Contract(models.Model):
    """Amounts in account currency. `payout` is what rise and fall pay when won; `bid_price` what a sale brings now."""

    trade = models.OneToOneField(Trade, on_delete=models.PROTECT, related_name="contract")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contracts")
    contract_id = models.CharField(max_length=40)
    contract_type = models.CharField(max_length=20)
    status = models.CharField(max_length=9, choices=[(item.value, item.value) for item in ContractStatus])
    stake = MoneyField()
    payout = MoneyField(null=True, blank=True)
    multiplier = models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)
    bid_price = MoneyField(null=True, blank=True)
    sell_price = MoneyField(null=True, blank=True)
    profit = MoneyField(null=True, blank=True)
    entry_spot = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    exit_spot = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["account", "contract_id"], name="contract_once_per_account")]

    def __str__(self) -> str:
        return f"{self.contract_type} {self.contract_id} ({self.status})"
