"""Data that was asked for "as far as there is", settled: candles that come later change nothing."""

from django.db import transaction

from analytics.jobs.workbench import Workbench
from analytics.models import Backtest
from signals.marketdata.gaps import iso


def settle_time(backtest: Backtest, bench: Workbench) -> None:
    """Write the first and last moment of the candles into data that left them open."""
    with transaction.atomic():
        row = Backtest.objects.select_for_update().filter(pk=backtest.pk).first()
        if row is None:
            return
        found = {"start": iso(bench.whole.start), "end": iso(bench.whole.end)}
        missing = {name: value for name, value in found.items() if not row.data.get(name)}
        if missing:
            row.data = {**row.data, **missing}
            row.save(update_fields=["data"])
        backtest.data = row.data
