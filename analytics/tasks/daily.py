"""Celery entry points of daily results."""

from celery import shared_task


@shared_task(name="analytics.refresh_daily", queue="analytics", soft_time_limit=1500, time_limit=1560)
def refresh_daily() -> int:
    """Work out again what has changed since the last time; returns how many days."""
    from analytics.daily.refresh import refresh_daily

    return refresh_daily()


@shared_task(name="analytics.judge_refusals", queue="analytics", soft_time_limit=240, time_limit=280)
def judge_refusals() -> int:
    """Estimate what refused signals would have made; returns how many are known now."""
    from analytics.quality.refusals import judge_refusals

    return judge_refusals()
