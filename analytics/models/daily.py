"""Results day by day, kept up by a task, so that no figure needs all trades."""

from django.db import models

from trading.models import Account, AutoTradingSession
from trading.models.fields import MoneyField


class DailyPerformance(models.Model):
    """One account's closed trades of one UTC day, by session, symbol, strategy and source. Money in account currency.

    The sums of squares are of results and of returns (pnl by the day's opening balance; fractions).
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="daily")
    session = models.ForeignKey(
        AutoTradingSession, null=True, blank=True, on_delete=models.CASCADE, related_name="daily"
    )
    day = models.DateField()
    symbol = models.CharField(max_length=40)
    strategy = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=20, blank=True)
    trades = models.PositiveIntegerField(default=0)
    wins = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    pnl = MoneyField(default=0)
    profit = MoneyField(default=0)
    loss = MoneyField(default=0)
    fees = MoneyField(default=0)
    slippage = MoneyField(default=0)

    class Meta:
        ordering = ["account", "day"]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class StalePerformance(models.Model):
    """A day of an account whose rows are to be worked out again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    marked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "day"], name="stale_once_per_day")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"
