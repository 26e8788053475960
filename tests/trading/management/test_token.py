"""manage.py token."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.models import get_token_model
from rest_framework.test import APIClient

from tests.trading.factories import make_user


def token(*arguments: str) -> str:
    out = StringIO()
    call_command("token", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_prints_a_token_that_works_and_keeps_its_hash_alone(db: None) -> None:
    user = make_user("ann")
    printed = token("ann", "--days", "7")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {printed}")
    assert client.get("/api/auth/me/").json()["id"] == user.pk
    stored = get_token_model().objects.get()
    assert printed not in str(stored.__dict__)
    assert timedelta(days=6.9) < stored.expiry - timezone.now() < timedelta(days=7.1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(("nobody",), "nobody"), (("ann", "--days", "0"), "--days"), (("ann", "--days", "4000"), "--days")],
)
def test_it_says_what_is_wrong(db: None, arguments: tuple[str, ...], message: str) -> None:
    make_user("ann")
    with pytest.raises(CommandError, match=message):
        token(*arguments)
    assert not get_token_model().objects.exists()
