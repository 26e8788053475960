"""Bulk actions: each row through the services, each failure told by itself."""

from collections.abc import Callable, Iterable
from typing import Any

import redis
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db import DatabaseError
from django.http import HttpRequest

from trading.accounts.account_checks import AccountConflict
from trading.accounts.paper import NoQuote, TradeNotOpen


class Refused(Exception):
    """The action is not for this row."""


def carry_out(
    page: ModelAdmin, request: HttpRequest, rows: Iterable[Any], service: Callable[[Any], object], done: str
) -> None:
    """Call `service` on each row, in a transaction of its own; `done` says what became of a row ("reset").

    A row that fails is named with its reason and holds up no other.
    """
    count = 0
    for row in rows:
        try:
            service(row)
        except (Refused, TradeNotOpen, NoQuote, AccountConflict) as error:
            page.message_user(request, f"{row}: {error}", messages.ERROR)
        except (redis.RedisError, DatabaseError) as error:
            page.message_user(request, f"{row}: not {done}, {type(error).__name__}: {error}", messages.ERROR)
        else:
            count += 1
            page.log_change(request, row, f"Bulk action: {done}.")
    if count:
        page.message_user(request, f"{count} {done}.", messages.SUCCESS)
