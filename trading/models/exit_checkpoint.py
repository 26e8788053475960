"""Up to which candle the exits of a market have been checked."""

from django.db import models


class ExitCheckpoint(models.Model):
    """Every trade of (venue, symbol) was checked against all candles that closed by `checked_until` (market time)."""

    venue = models.CharField(max_length=40)
    symbol = models.CharField(max_length=40)
    checked_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["venue", "symbol"], name="exit_checkpoint_once")]

    def __str__(self) -> str:
        return f"{self.venue}/{self.symbol}: {self.checked_until:%Y-%m-%d %H:%M:%S}"
