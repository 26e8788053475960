"""Celery entry points of track records."""

from celery import shared_task

_LONGEST_SECONDS = 1800  # the whole of a long log


@shared_task(
    name="analytics.check_track_record",
    queue="analytics",
    expires=600,
    soft_time_limit=_LONGEST_SECONDS - 30,
    time_limit=_LONGEST_SECONDS,
)
def check_track_record(record_id: int) -> bool:
    """Check the record against its owner's events."""
    from analytics.track_record.checking import check_record

    return check_record(record_id)


@shared_task(name="analytics.check_track_records", queue="analytics")
def check_track_records() -> int:
    from analytics.track_record.checking import check_due

    return check_due()
