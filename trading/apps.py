from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TradingConfig(AppConfig):
    name = "trading"
    verbose_name = "Trading"

    def ready(self) -> None:
        from trading import credential_events, receivers, tasks  # noqa: F401  (connects the handlers, registers the tasks)
        from trading.triggers import install_after_migrate

        post_migrate.connect(install_after_migrate, sender=self)
