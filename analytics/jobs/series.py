"""The series of the candle store that a backtest may run over."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from signals.marketdata.gaps import iso
from signals.marketdata.store import CandleStore


def stored_series() -> list[dict[str, Any]]:
    """Every stored series with its size and gaps; looked at anew when a file of the store has changed."""
    return list(_series(settings.CANDLE_DIR, _state(settings.CANDLE_DIR)))


def _state(root: Path) -> int:
    """Another number whenever a file comes, goes or is replaced."""
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in root.glob("*/*/*/*.parquet"))))


@lru_cache(maxsize=2)
def _series(root: Path, state: int) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "venue": item.venue,
            "symbol": item.symbol,
            "timeframe": item.timeframe,
            "rows": item.rows,
            "start": iso(item.first),
            "end": iso(item.last),
            "missing": item.missing,
            "gaps": item.gaps,
        }
        for item in CandleStore(root).series()
    )
