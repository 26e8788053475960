from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AnalyticsConfig(AppConfig):
    name = "analytics"
    verbose_name = "Analytics"

    def ready(self) -> None:
        from analytics import tasks  # noqa: F401  (registers them)
        from analytics.daily.triggers import install_after_migrate
        from trading.audit.roles import make_groups

        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(make_groups, sender=self)  # this app's rights come after trading's
