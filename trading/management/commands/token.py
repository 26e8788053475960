"""Print a new API token."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from knox.models import get_token_model

from trading.audit import audit


class Command(BaseCommand):
    help = "Print a new API token for USERNAME. It is shown this once: only its hash is kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--days", type=int, default=90, help="days until it expires")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        if not 1 <= options["days"] <= 3650:
            raise CommandError("--days: must lie between 1 and 3650")
        with transaction.atomic():
            row, token = get_token_model().objects.create(user=user, expiry=timedelta(days=options["days"]))
            audit.record(
                owner_id=user.pk, action="token.added", subject="API token", before=None, after={"expires": row.expiry}
            )
        self.stdout.write(token)
