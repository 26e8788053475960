"""Seed the demo: a user, a $1,000 paper account and two running sessions."""

import os
import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.db import transaction

from trading.accounts import paper
from trading.accounts.account_checks import record_opening
from trading.sessions import sessions

USERNAME = "demo"


class Command(BaseCommand):
    help = "Create the demo user, paper account and sessions where there are none. Safe to run again."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        users = get_user_model().objects
        if users.filter(username=USERNAME).exists():
            self.stdout.write(
                f"login: {USERNAME} (the password was shown at the first start; "
                f"`./run manage changepassword {USERNAME}` sets a new one)"
            )
            return
        password = os.environ.get("SIGNALIST_DEMO_PASSWORD") or secrets.token_urlsafe(9)
        user = users.create_superuser(username=USERNAME, password=password)
        account = paper.open_account(owner_id=user.pk, name="Paper")
        sessions.create_default_sessions(account)
        record_opening(account)
        self.stdout.write(f"login: {USERNAME} / {password}")
