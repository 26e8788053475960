"""Results day by day, kept up by a task, so that no figure needs all trades.

A trade counts on the UTC day that it closed on, a mark of the equity on that of its time. Midnight sharp ends a day, as
it does in analytics/metrics: a millisecond is taken off the market time first. Trades without one count nowhere.
"""

from django.db import models
from django.db.models import Q

from trading.models import Account, AutoTradingSession
from trading.models.fields import MoneyField


class DailyPerformance(models.Model):
    """Sums of an account's closed trades of one day, by session, symbol, strategy and source; money in its currency.

    `source` is the signal's, "" without one. `since_reset`: they closed after the account's last reset. `profit` sums
    results above 0, `loss` those below; best and worst are single results. `holding_ms` sums market time; `r` R
    multiples of the `r_trades` trades that have one; `mae` and `mfe` the excursions of `excursions` trades, `mae_r` and
    `mfe_r` the same over the money risked, of those of which it can be told.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="daily")
    session = models.ForeignKey(
        AutoTradingSession, null=True, blank=True, on_delete=models.CASCADE, related_name="daily"
    )
    day = models.DateField()
    symbol = models.CharField(max_length=40)
    strategy = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=20, blank=True)
    since_reset = models.BooleanField(default=True)
    trades = models.PositiveIntegerField(default=0)
    wins = models.PositiveIntegerField(default=0)
    losses = models.PositiveIntegerField(default=0)
    pnl = MoneyField(default=0)
    profit = MoneyField(default=0)
    loss = MoneyField(default=0)
    fees = MoneyField(default=0)
    slippage = MoneyField(default=0)
    funding = MoneyField(default=0)
    best = MoneyField(default=0)
    worst = MoneyField(default=0)
    holding_ms = models.BigIntegerField(default=0)
    r = models.FloatField(default=0.0)
    r_trades = models.PositiveIntegerField(default=0)
    mae = MoneyField(default=0)
    mfe = MoneyField(default=0)
    excursions = models.PositiveIntegerField(default=0)
    mae_r = models.FloatField(default=0.0)
    mfe_r = models.FloatField(default=0.0)
    excursions_r = models.PositiveIntegerField(default=0)
    first_opened = models.DateTimeField(null=True, help_text="The earliest entry, market time.")
    last_closed = models.DateTimeField(null=True, help_text="The latest exit, market time.")

    class Meta:
        ordering = ["account", "day", "id"]
        verbose_name_plural = "daily performance"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "day", "session", "symbol", "strategy", "source", "since_reset"],
                name="daily_performance_once",
            ),
            models.UniqueConstraint(
                fields=["account", "day", "symbol", "strategy", "source", "since_reset"],
                condition=Q(session=None),
                name="daily_performance_once_without_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day} {self.symbol}"


class Facet(models.TextChoices):
    """By what some of an account's trades are told apart."""

    SYMBOL = "symbol"
    STRATEGY = "strategy"
    SOURCE = "source"


class DailyCourse(models.Model):
    """What of a day's trades their sums do not tell: of an account, of each of its sessions (`session`), and of all of
    the account's trades of a symbol, strategy or source (`facet`, and which one: `key`).

    `results` (units of 1e-8 of account currency) and `holdings` (ms of market time) are int64, one a trade in the order
    of closing; `spans` when a position was open: merged, pairs of int64 epoch ms. `r_counts`: trades by R multiple,
    {"bin": count} with the bins of analytics/daily/bins.py. `groups`: by direction, exit reason, hour of the week (UTC,
    of the entry; Monday's first is 0) and tag, {"direction": {"LONG": [trades, wins, pnl, profit, loss, fees]}} with
    money in the same units.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    session = models.ForeignKey(AutoTradingSession, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    facet = models.CharField(max_length=8, choices=Facet.choices, blank=True)
    key = models.CharField(max_length=60, blank=True)
    day = models.DateField()
    since_reset = models.BooleanField(default=True)
    trades = models.PositiveIntegerField()
    results = models.BinaryField()
    holdings = models.BinaryField()
    spans = models.BinaryField()
    r_counts = models.JSONField(default=dict)
    groups = models.JSONField(default=dict)

    class Meta:
        ordering = ["account", "day", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "session", "day", "since_reset"],
                condition=Q(session__isnull=False),
                name="daily_course_once_a_session",
            ),
            models.UniqueConstraint(
                fields=["account", "facet", "key", "day", "since_reset"],
                condition=Q(session=None),
                name="daily_course_once_an_account",
            ),
            models.CheckConstraint(condition=Q(session=None) | Q(facet=""), name="daily_course_of_one_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class DailyEquity(models.Model):
    """The points of lowest and of highest equity of a day that is over, as EquityPoint has them; since the reset."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    time = models.DateTimeField()
    balance = MoneyField()
    equity = MoneyField()

    class Meta:
        ordering = ["account", "time"]
        constraints = [models.UniqueConstraint(fields=["account", "time"], name="daily_equity_once")]
        indexes = [models.Index(fields=["account", "day"])]

    def __str__(self) -> str:
        return f"{self.account_id} {self.time}"


class StalePerformance(models.Model):
    """A mark: a day of an account (no day: all of them) whose rows are to be worked out again.

    The database's triggers add one with each change (analytics/daily/triggers.py), in the change's own transaction.
    Marks are only added and, once their day was worked out, deleted: whoever marks waits for nobody, and a mark that
    came meanwhile stays. For the same reason the account's row is not locked by a foreign key's check.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    day = models.DateField(null=True, blank=True)
    marked_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.day or 'all'}"
