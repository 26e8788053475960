"""The instrument cache: what may be ordered, in which steps."""

import dataclasses
from collections.abc import Collection

from brokers.interface import Instrument
from brokers.models import InstrumentRecord


def remember_instruments(instruments: list[Instrument]) -> None:
    """Store what a venue said of its instruments, replacing what it said before."""
    fields = [item.name for item in dataclasses.fields(Instrument) if item.name not in ("venue", "symbol")]
    records = [
        InstrumentRecord(venue=item.venue, symbol=item.symbol, **{name: getattr(item, name) for name in fields})
        for item in instruments
    ]
    InstrumentRecord.objects.bulk_create(
        records, update_conflicts=True, unique_fields=["venue", "symbol"], update_fields=[*fields, "updated_at"]
    )


def instrument_for(venue: str, symbol: str) -> Instrument | None:
    """The instrument, or None when the venue never named it."""
    return instruments_for({(venue, symbol)}).get((venue, symbol))


def instruments_for(markets: Collection[tuple[str, str]]) -> dict[tuple[str, str], Instrument]:
    """The instruments of those (venue, symbol) that were ever named."""
    venues, symbols = {venue for venue, _ in markets}, {symbol for _, symbol in markets}
    records = InstrumentRecord.objects.filter(venue__in=venues, symbol__in=symbols)
    return {(record.venue, record.symbol): record.value() for record in records}
