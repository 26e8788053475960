"""What analytics keeps."""

from analytics.models.backtest import ACTIVE, ENDED, Backtest, BacktestData, BacktestKind, JobStatus, Trial
from analytics.models.daily import DailyCourse, DailyEquity, DailyPerformance, Facet, StalePerformance
from analytics.models.refused import RefusedOutcome, RefusedStatus
from analytics.models.track_record import TrackRecord, TrackRecordCheck

__all__ = [
    "ACTIVE",
    "ENDED",
    "Backtest",
    "BacktestData",
    "BacktestKind",
    "DailyCourse",
    "DailyEquity",
    "DailyPerformance",
    "Facet",
    "JobStatus",
    "RefusedOutcome",
    "RefusedStatus",
    "StalePerformance",
    "TrackRecord",
    "TrackRecordCheck",
    "Trial",
]
