"""Store the keys that stand in the environment."""

import argparse
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from brokers import credentials


class Command(BaseCommand):
    help = (
        "Store the keys of the environment (DERIBIT_API_KEY, DERIBIT_API_SECRET, DERIBIT_ENVIRONMENT, DERIV_TOKEN and "
        "their like) as a user's, encrypted. Safe to run again: what has not changed is left alone."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        owner = users.filter(username=options["username"]).first()
        if owner is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        try:
            stored = credentials.import_from_environment(owner_id=owner.pk)
        except credentials.InvalidCredentials as error:
            raise CommandError(str(error)) from None
        for row in stored:
            self.stdout.write(f"stored: {row}")
        self.stdout.write(f"{len(stored)} stored.")
