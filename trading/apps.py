from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trading"

    def ready(self) -> None:
        # Connects the handlers and registers the tasks.
        from trading import receivers, tasks  # noqa: F401
        from trading.audit import credential_events, identity_events  # noqa: F401
        from trading.audit.roles import make_groups
        from trading.triggers import install_after_migrate

        post_migrate.connect(install_after_migrate, sender=self)
        post_migrate.connect(make_groups, sender=self)
