"""The composition root: settings, URLs, ASGI, Celery, health and the supervisor behind `./run`."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
