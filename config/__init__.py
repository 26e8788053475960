"""The composition root: settings, URLs, ASGI, Celery, health and the supervisor behind `./run`."""
