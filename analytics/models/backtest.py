"""Backtests that users asked for, and the trials of their searches."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class BacktestKind(models.TextChoices):
    RUN = "RUN"
    SWEEP = "SWEEP"  # many settings, each a trial
    WALK_FORWARD = "WALK_FORWARD"  # a sweep on each stretch, its best on the stretch after it


class JobStatus(models.TextChoices):
    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


ACTIVE = (JobStatus.QUEUED, JobStatus.RUNNING)
ENDED = (JobStatus.DONE, JobStatus.FAILED)


class Claimed(models.Model):
    """Work that one runner at a time takes up: who holds it, when it was last heard of, how often it was taken up."""

    runner = models.CharField(max_length=64, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class BacktestQuerySet(models.QuerySet["Backtest"]):
    def owned_by(self, user: "AbstractBaseUser") -> "BacktestQuerySet":
        return self.filter(owner=user.pk)

    def active(self) -> "BacktestQuerySet":
        return self.filter(status__in=ACTIVE)


class Backtest(Claimed):
    """`config` is what BacktestConfig.read takes, `data` what analytics/backtest/data.py loads, `search` how parameters
    are searched (none for a RUN). `figures` are the report's: of a sweep its best trial's, of a walk-forward those of
    its stretches out of sample, joined. `validation` says how far a search's result can be trusted. The runner is who
    runs a RUN, or brings a search to its end.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="backtests")
    name = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=12, choices=BacktestKind.choices, default=BacktestKind.RUN)
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    config = models.JSONField()
    data = models.JSONField()
    search = models.JSONField(default=dict, blank=True)
    done = models.PositiveIntegerField(default=0, help_text="Trials that have ended; a run is one.")
    total = models.PositiveIntegerField(default=1)
    error = models.CharField(max_length=300, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    validation = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = BacktestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["owner", "-id"]), models.Index(fields=["status"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.status})"


class BacktestData(models.Model):
    """Trades and equity of a run, as Parquet; apart, so that lists need not read them."""

    backtest = models.OneToOneField(Backtest, on_delete=models.CASCADE, related_name="stored", primary_key=True)
    trades = models.BinaryField()
    equity = models.BinaryField()
    result = models.JSONField(default=dict, help_text="Symbols, strategies, counts of signals and refusals.")

    def __str__(self) -> str:
        return f"data of {self.backtest_id}"


class Trial(Claimed):
    """One setting of a search. `fold` is the stretch of a walk-forward, and `sample` which part of it ("in", "out")."""

    backtest = models.ForeignKey(Backtest, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()
    fold = models.PositiveSmallIntegerField(default=0)
    sample = models.CharField(max_length=3, default="in")
    params = models.JSONField()
    status = models.CharField(max_length=10, choices=JobStatus.choices, default=JobStatus.QUEUED)
    score = models.FloatField(null=True, blank=True, help_text="What the search maximizes; null where it has none.")
    figures = models.JSONField(default=dict, blank=True)
    returns = models.BinaryField(default=b"", help_text="float32 returns of equal stretches, for overfitting tests.")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["backtest", "number"]
        indexes = [
            models.Index(fields=["backtest", "-score"]),
            models.Index(fields=["backtest", "status", "number"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["backtest", "number"], name="trial_once_per_number"),
        ]

    def __str__(self) -> str:
        return f"trial {self.number} of {self.backtest_id}"
