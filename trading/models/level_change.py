"""Each move of a trade's stop and target: the stop's trail on the chart, and who moved it."""

from django.db import models

from trading.models.trade import StopMover, Trade


class LevelChange(models.Model):
    """The levels from `market_time` on, prices per unit; null where there is none."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="level_changes")
    stop_loss = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    take_profit = models.DecimalField(max_digits=28, decimal_places=12, null=True, blank=True)
    moved_by = models.CharField(max_length=10, choices=StopMover.choices)
    market_time = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.moved_by} of trade {self.trade_id}"
