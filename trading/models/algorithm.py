"""AlgorithmConfig: what a session was told, version by version; each decision names the version that made it."""

from django.conf import settings
from django.db import models


class AlgorithmConfig(models.Model):
    """One immutable version of a session's settings; a change makes the next one.

    `config` holds the whole of it: strategies, filters, schedule, risk, sizing, exit_plan, timeframe_weights.
    """

    session = models.ForeignKey("trading.AutoTradingSession", on_delete=models.PROTECT, related_name="algorithms")
    version = models.PositiveIntegerField()
    config = models.JSONField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the config: equal ones are one version.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["session", "-version"]
        constraints = [models.UniqueConstraint(fields=["session", "version"], name="algorithm_version_once")]

    def __str__(self) -> str:
        return f"version {self.version}"
