"""What analytics keeps."""

from analytics.models.backtest import Backtest, BacktestData, BacktestKind, JobStatus, Trial
from analytics.models.daily import DailyPerformance, StalePerformance
from analytics.models.track_record import TrackRecord

__all__ = [
    "Backtest",
    "BacktestData",
    "BacktestKind",
    "DailyPerformance",
    "JobStatus",
    "StalePerformance",
    "TrackRecord",
    "Trial",
]
