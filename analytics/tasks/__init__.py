"""Celery entry points of the analytics floor."""

from analytics.tasks import daily, jobs, track_records

__all__ = ["daily", "jobs", "track_records"]
