"""Instruments as last told by their venue."""

from django.db import models

from brokers.interface import Instrument


class InstrumentRecord(models.Model):
    """Tick and minimum notional in quote currency, lot and minimum quantity in base units (or contracts)."""

    venue = models.CharField(max_length=40)
    symbol = models.CharField(max_length=40)
    market_type = models.CharField(max_length=10)
    tick_size = models.FloatField()
    lot_size = models.FloatField()
    min_quantity = models.FloatField(default=0)
    min_notional = models.FloatField(default=0)
    contract_size = models.FloatField(default=1)
    max_leverage = models.FloatField(default=1)
    max_quantity = models.FloatField(default=0)
    band_below = models.FloatField(default=0)
    band_above = models.FloatField(default=0)
    inverse = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    hours = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["venue", "symbol"]
        verbose_name = "instrument"
        constraints = [models.UniqueConstraint(fields=["venue", "symbol"], name="instrument_once_per_venue")]

    def __str__(self) -> str:
        return f"{self.venue}/{self.symbol}"

    def value(self) -> Instrument:
        return Instrument(
            venue=self.venue,
            symbol=self.symbol,
            market_type=self.market_type,
            tick_size=self.tick_size,
            lot_size=self.lot_size,
            min_quantity=self.min_quantity,
            min_notional=self.min_notional,
            contract_size=self.contract_size,
            max_leverage=self.max_leverage,
            max_quantity=self.max_quantity,
            band_below=self.band_below,
            band_above=self.band_above,
            inverse=self.inverse,
            is_open=self.is_open,
            hours=self.hours,
        )
