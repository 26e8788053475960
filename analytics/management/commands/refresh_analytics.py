"""`manage.py refresh_analytics`: work daily results out now, instead of within a minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from analytics.daily.refresh import mark_all, refresh_daily


class Command(BaseCommand):
    help = "Work out the daily results that have changed since the last time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Work out every day of every account.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            mark_all()
        self.stdout.write(f"{refresh_daily()} days were worked out.")
